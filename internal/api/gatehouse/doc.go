// Package gatehouse is the API of Gatehouse's own, for what no vendor's has:
// why a call is allowed, the API groups that roles are made of, and the audit
// trail.
//
// It owns its wire format. It must not know storage, and must not rule on
// anything: rules are below, in the use cases.
package gatehouse
