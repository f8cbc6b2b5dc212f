// Package gatehouse is the API of Gatehouse's own, for what no vendor's has:
// why a call is allowed, the API groups that roles are made of, the audit trail,
// and the schemas by which tenants extend what SCIM shows.
//
// It owns its wire format. It must not know storage, and must not rule on
// anything: rules are below, in the use cases.
package gatehouse
