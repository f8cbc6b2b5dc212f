// Package tenancy owns the rules of tenants, their namespaces, regions and
// zones: what a name may be, what a new tenant is born with, who may see which
// part of the tree, and what must be gone before something can be deleted.
//
// It must not know users, passwords or any wire format, and it decides no
// rights: whoever calls has been authorized. Creating and deleting are durable
// jobs, see jobs.go.
package tenancy
