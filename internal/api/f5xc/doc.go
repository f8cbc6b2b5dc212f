// Package f5xc speaks the tenant and identity API of F5 Distributed Cloud:
// namespaces, configuration objects, users, groups, roles and decisions about
// every endpoint.
//
// It owns the vendor's wire format: paths, member names, envelopes, and what
// they mean in the words of the core. It must not know storage, and must not
// rule on anything: rules are below, in the use cases.
package f5xc
