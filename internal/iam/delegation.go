package iam

import (
	"slices"
	"time"
)

// Reach is how an actor has come into the tenant in which they act.
type Reach string

const (
	// ReachHome is not at all: they are at home there.
	ReachHome Reach = ""
	// ReachBelow is that of an administrator of a tenant above, who keeps the
	// rights of their home.
	ReachBelow Reach = "below"
	// ReachTree is through the manager of a child tenant, which assigns groups
	// of the parent to groups of the child; over as many tenants as there are
	// in between.
	ReachTree Reach = "tree"
	// ReachDelegation is through the two halves of a delegation: a tenant that
	// manages, and one that allows it.
	ReachDelegation Reach = "delegation"
	// ReachSupport is that of the people of the installation's support tenant,
	// as far as a tenant lets them.
	ReachSupport Reach = "support"
)

// Delegated reports whether the rights of the actor are those that the tenant
// in which they act gives to outsiders, and not those of their home.
func (r Reach) Delegated() bool {
	return r == ReachTree || r == ReachDelegation || r == ReachSupport
}

// LinkKind is which half of which relation between two tenants a Link is.
type LinkKind string

const (
	// LinkChild is a parent's half: Other is its child.
	LinkChild LinkKind = "child"
	// LinkManager has the assignments that hold in the children that name it,
	// and no Other.
	LinkManager LinkKind = "manager"
	// LinkManaged is the half of a tenant that manages: Other is managed.
	LinkManaged LinkKind = "managed"
	// LinkAllowed is the half of a tenant that is managed: Other may.
	LinkAllowed LinkKind = "allowed"
)

// Link is what a configuration object says of the relation of its tenant to
// another one. It is written, and ends, with the object. Other is an id: a
// tenant that later takes the code of one that is gone is not meant.
type Link struct {
	Kind      LinkKind
	Other     TenantID
	OtherCode string
	// Manager is the object of kind LinkManager that a child has; empty: none.
	Manager ObjectID
	// Assignments are those of LinkManager and LinkManaged. Of LinkAllowed they
	// are the groups that the other tenant may be given, without Theirs.
	Assignments []Assignment
}

// MaxAssignments and MaxAssigned bound a Link: the assignments, and the groups
// of each, as the vendor's schema does.
const (
	MaxAssignments = 17 // 16 of groups, and that of the owners
	MaxAssigned    = 32
)

// Assignment gives the members of a group what groups of another tenant have.
type Assignment struct {
	Group GroupID // of the link's own tenant; the assignment ends with it
	// Theirs are groups of the other tenant, by name: what they may is for that
	// tenant to say, also whether there are any of the name.
	Theirs []string
	// Owner gives everything in the other tenant. Only a parent can.
	Owner bool
}

// NewChild is what a caller says of a whole working tenant to be made below
// another.
type NewChild struct {
	Name        string // of the child_tenant object; empty: Domain
	Domain      string // the code of the tenant, and the label of its host name
	CompanyName string
	Profile     string // the name of a tenant_profile of the parent; empty: none
	Manager     string // the name of a child_tenant_manager of the parent; empty: none
	// Owner is invited, and may do everything in the tenant; nobody is when
	// Email is empty.
	Owner   NewOwner
	Contact []byte // JSON, as the spec of a contact; nil: none
}

// NewOwner is the first user of a tenant.
type NewOwner struct {
	Email, GivenName, FamilyName string
	Info                         string // for people
}

// RelationState says whether a relation of two tenants holds. It is computed
// from both halves, and is the same seen from either.
type RelationState string

const (
	RelationPending         RelationState = "pending"          // the other half is not there
	RelationActive          RelationState = "active"           // both are, and both tenants are active
	RelationManagedDisabled RelationState = "managed-disabled" // the managed tenant, or its half, is not active
	RelationManagerDisabled RelationState = "manager-disabled" // the managing tenant, or its half, is not active
	RelationUnknown         RelationState = "unknown"          // the other tenant is gone
)

// SupportMode is how far the support tenant may go in a tenant.
type SupportMode string

const (
	SupportNone       SupportMode = ""           // not at all
	SupportRead       SupportMode = "read"       // sees everything, changes nothing
	SupportWrite      SupportMode = "write"      // everything
	SupportNamespaces SupportMode = "namespaces" // everything in some namespaces, nothing elsewhere
)

// SupportAccess is what a tenant lets the support tenant do. The zero
// SupportAccess is nothing.
type SupportAccess struct {
	Mode       SupportMode
	Namespaces []string // of SupportNamespaces, by name
	Disabled   bool     // for the time being
	By         string   // who said so, for people
	Updated    time.Time
}

// Allows answers the mode that holds now.
func (a SupportAccess) Allows() SupportMode {
	if a.Disabled {
		return SupportNone
	}
	return a.Mode
}

// Without is the access without one of its namespaces; none without the last.
func (a SupportAccess) Without(namespace string) SupportAccess {
	a.Namespaces = slices.DeleteFunc(slices.Clone(a.Namespaces), func(n string) bool { return n == namespace })
	if a.Mode == SupportNamespaces && len(a.Namespaces) == 0 {
		a.Mode = SupportNone
	}
	return a
}

// Ending is the wish of a tenant's administrators that it end. Who runs the
// tenant grants or refuses it; until then nobody signs in.
type Ending struct {
	Reason   string // a dialect's own word
	Feedback string
	By       string // who asked, for people
	At       time.Time
}
