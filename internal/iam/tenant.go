package iam

import "time"

// TenantState is where a tenant is in its life.
type TenantState string

const (
	TenantActive   TenantState = "active"
	TenantDisabled TenantState = "disabled" // nobody signs in, nothing is lost
	TenantDeleting TenantState = "deleting" // a job is removing it
	// TenantLeaving is a tenant whose own administrators have asked for its end:
	// nobody signs in, nothing is lost, until who runs it grants or refuses.
	TenantLeaving TenantState = "leaving"
	// TenantSuspended is active by itself, but a tenant above it is not.
	TenantSuspended TenantState = "suspended"
)

// DefaultTenant is the code of the tenant that the first start makes, and
// that a request means when neither host name, path nor token name another.
const DefaultTenant = "default"

// Tenant is one customer of the platform: a closed world of people, groups,
// roles and objects. Tenants form a tree through Parent.
type Tenant struct {
	ID     TenantID
	Parent TenantID // empty at the root of a tree
	// Code is the stable name: lower-case letters, digits, '-' and '_',
	// 1 to 63 characters, unique in the installation.
	Code        string
	Name        string
	Description string
	// State is what counts. Own is the state of the tenant itself, whatever is
	// above it: never TenantSuspended.
	State TenantState
	Own   TenantState
	// Ending is set while Own is TenantLeaving.
	Ending *Ending
	Plan   Plan
	// Attributes are facts that only some dialects show, such as a billing
	// account. Keys are a dialect's own words.
	Attributes map[string]string
	Created    time.Time
	Updated    time.Time
	Version    int64
}

// Plan is what a tenant has subscribed to. The installation's operator sets it,
// not the tenant.
type Plan struct {
	Name string
	// Type is "FREE", "INDIVIDUAL", "TEAM" or "ORGANIZATION"; empty says nothing.
	Type string
	// Withheld are rights that nobody has in the tenant, whatever their roles,
	// because the plan does not include them.
	Withheld []Withheld
}

// Withheld is a pattern of permissions, as of Rule, and the add-on service by
// whose name a subscription would include them; empty when none does.
type Withheld struct {
	Permission string
	Addon      string
}

// String writes it as the operator does: "users.*=people" or "users.*".
func (w Withheld) String() string {
	if w.Addon == "" {
		return w.Permission
	}
	return w.Permission + "=" + w.Addon
}

// Namespaces that exist in every tenant and cannot be deleted.
const (
	NamespaceSystem  = "system"
	NamespaceShared  = "shared"
	NamespaceDefault = "default"
)

// BuiltinNamespaces lists them in the order in which they are made.
func BuiltinNamespaces() []string {
	return []string{NamespaceSystem, NamespaceShared, NamespaceDefault}
}

// Namespace is a place for objects in a tenant, and a scope for bindings.
type Namespace struct {
	ID          NamespaceID
	Name        string // a DNS label of at most 64 characters, unique in the tenant
	Description string
	Labels      map[string]string // what selectors look at
	Annotations map[string]string
	// Disabled namespaces take no new objects and no changes of those they have.
	Disabled bool
	// Advertise is whether what is in the namespace may be advertised on the
	// public internet: "Default", "Enable" or "Disable"; empty is "Default".
	Advertise string
	CreatedBy UserID // empty: Gatehouse itself
	Created   time.Time
	Updated   time.Time
	Version   int64
}

// NamespaceGroup is a set of namespaces, and a scope for bindings that follows
// the set when it changes. NamespaceSystem is in none.
type NamespaceGroup struct {
	ID   NamespaceGroupID
	Name string // unique in the tenant without regard to case
	// Attributes are facts that only some dialects show.
	Attributes map[string]string
	Namespaces []Ref[NamespaceID] // by name
	CreatedBy  UserID
	UpdatedBy  UserID
	Created    time.Time
	Updated    time.Time
	Version    int64
}

// Region is a part of the world in which a tenant's resources live.
type Region struct {
	ID          RegionID
	Name        string // unique in the tenant
	Description string
	Zones       []string // names, in order of creation; filled on reading
	CreatedBy   UserID
	Created     time.Time
	Updated     time.Time
	Version     int64
}

// Zone is a part of a region.
type Zone struct {
	ID          ZoneID
	Name        string // unique in the tenant
	Description string
	Region      string // the region's name
	RegionID    RegionID
	CreatedBy   UserID
	Created     time.Time
	Updated     time.Time
	Version     int64
}
