// Package iam is the vocabulary of Gatehouse: tenants, namespaces, people,
// groups, roles, bindings, credentials, events and the one error type that
// crosses the core. It is the glossary a newcomer reads first.
//
// It must not know any wire format (no JSON tags), any storage, or net/http:
// it imports the standard library only. Rules live in the use cases
// (tenancy, directory, access, authn, audit, job); iam holds what they all
// have to agree on.
//
// # Who is who
//
//	Tenant ──┬── Namespace            a place for objects; "system", "shared", "default" in each
//	         ├── NamespaceGroup ── Namespace
//	         ├── User ──┬── Membership ── Group
//	         │          ├── APIToken, Session        ways to prove who one is
//	         │          └── Attributes               facts that only some dialects show
//	         ├── Role ───── APIGroup ── Rule         what may be called
//	         ├── Binding    (User or Group) × Role × Scope
//	         ├── Region ─── Zone
//	         ├── Job        durable work in the background
//	         └── LoginEvent, Event                   what happened
package iam
