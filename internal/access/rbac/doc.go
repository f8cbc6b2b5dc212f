// Package rbac is the engine of access: it compiles roles into sets of
// operations and answers "may this subject call that operation there, and
// why".
//
// It owns the meaning of rules and scopes, and nothing else. It must not know
// who is asking, where roles are stored or how requests arrive: everything
// here is a pure function of its arguments, without context, clock, I/O or
// locks, and every value is immutable once made and safe to share between
// goroutines.
//
// # From rules to a decision
//
//	Endpoint...  ── NewCatalog ──► Catalog     once, at the start
//	iam.Role + iam.APIGroup... ── CompileRole ──► Role   once for a tenant and an epoch
//	Grant{Binding, Group, *Role}... ── NewPolicy ──► Policy   once for a subject and an epoch
//	Catalog.Match(method, path) ──► endpoint, namespace
//	Policy.Allows(endpoint, namespace)         on every request
//
// # How scopes nest
//
// A right bound in the whole tenant holds in every namespace and outside of
// all. A right bound in the applications holds in every namespace but
// "system". A right bound in one namespace holds there only. Nothing takes a
// right away: rights of several bindings add up.
package rbac
