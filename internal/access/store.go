package access

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store keeps roles, API groups and bindings. Every method is one transaction
// and writes the events it is given in it; those that can change a decision
// count the tenant's epoch up.
type Store interface {
	// Holdings answers the bindings of a user, its own and those of its
	// groups, each with what is known of its group and its scope. Unless anyState is set, a user who
	// is disabled, or whose tenant is not active, holds nothing.
	Holdings(ctx context.Context, t iam.TenantID, u iam.UserID, anyState bool) ([]Holding, error)
	// GroupBindings answers the bindings of a group itself.
	GroupBindings(ctx context.Context, t iam.TenantID, g iam.GroupID) ([]iam.Binding, error)
	// RoleGroups answers the bindings of a role that are of groups.
	RoleGroups(ctx context.Context, t iam.TenantID, r iam.RoleID) ([]iam.Binding, error)
	// Rulebook answers all roles and API groups of the tenant.
	Rulebook(ctx context.Context, t iam.TenantID) ([]iam.Role, []iam.APIGroup, error)

	// InsertRole writes a role and answers it as stored, with a handle of its
	// own where the wanted one is taken. Exists: the name is taken; NotFound:
	// an API group is not there.
	InsertRole(ctx context.Context, t iam.TenantID, r iam.Role, events ...iam.Event) (iam.Role, error)
	// UpdateRole writes name, description, attributes and API groups at
	// r.Version. NotFound, Conflict, Exists.
	UpdateRole(ctx context.Context, t iam.TenantID, r iam.Role, events ...iam.Event) error
	// DeleteRole removes a role and its bindings. NotFound.
	DeleteRole(ctx context.Context, t iam.TenantID, id iam.RoleID, events ...iam.Event) error
	// Role answers one role. NotFound.
	Role(ctx context.Context, t iam.TenantID, k RoleKey) (iam.Role, error)
	// Roles lists roles by name. Sorts: "name", "created".
	Roles(ctx context.Context, t iam.TenantID, p iam.Page) (iam.List[iam.Role], error)

	// InsertAPIGroup writes an API group. Exists: the name is taken.
	InsertAPIGroup(ctx context.Context, t iam.TenantID, g iam.APIGroup, events ...iam.Event) error
	// EnsureAPIGroups writes those built-in API groups that are not there under
	// their names, and answers all as stored. Exists: a name is that of an API
	// group of the tenant's own.
	EnsureAPIGroups(ctx context.Context, t iam.TenantID, groups []iam.APIGroup) ([]iam.APIGroup, error)
	// UpdateAPIGroup writes name, description and rules at g.Version.
	// NotFound, Conflict, Exists.
	UpdateAPIGroup(ctx context.Context, t iam.TenantID, g iam.APIGroup, events ...iam.Event) error
	// DeleteAPIGroup removes an API group. NotFound; Precondition: a role has it.
	DeleteAPIGroup(ctx context.Context, t iam.TenantID, id iam.APIGroupID, events ...iam.Event) error

	// InsertBinding writes a binding, which ends with what its scope names.
	// Exists: the same one is there; NotFound: its user, group, role,
	// namespace or group of namespaces is not.
	InsertBinding(ctx context.Context, t iam.TenantID, b iam.Binding, events ...iam.Event) error
	// InsertBindings writes bindings, all or none; one that is there already is
	// left as it is. NotFound as InsertBinding.
	InsertBindings(ctx context.Context, t iam.TenantID, bs []iam.Binding, events ...iam.Event) error
	// AllBindings answers every binding, in the order in which they were made.
	AllBindings(ctx context.Context, t iam.TenantID) ([]iam.Binding, error)
	// DeleteBinding removes a binding. NotFound.
	DeleteBinding(ctx context.Context, t iam.TenantID, id iam.BindingID, events ...iam.Event) error
	// ScopeBindings answers the bindings whose scope is this namespace, or this
	// group of namespaces.
	ScopeBindings(ctx context.Context, t iam.TenantID, scope iam.Scope) ([]iam.Binding, error)
	// Namespaces answers all namespaces, by name.
	Namespaces(ctx context.Context, t iam.TenantID) ([]iam.Namespace, error)
	// NamespaceGroups answers all groups of namespaces.
	NamespaceGroups(ctx context.Context, t iam.TenantID) ([]iam.NamespaceGroup, error)
	// Plan answers what the tenant has subscribed to. NotFound.
	Plan(ctx context.Context, t iam.TenantID) (iam.Plan, error)
	OutsideStore
	// Binding answers one binding. NotFound.
	Binding(ctx context.Context, t iam.TenantID, id iam.BindingID) (iam.Binding, error)
}

// Holding is a binding that gives rights to a user, the group through which it
// does, if any, and the namespaces by name that it reaches, where its scope is
// a group of namespaces.
type Holding struct {
	Binding        iam.Binding
	GroupName      string
	NamespaceGroup string // its name
	Namespaces     []string
}

// RoleKey finds a role by exactly one of its members.
type RoleKey struct {
	ID     iam.RoleID
	Handle string
	Name   string // without regard to case
}

// OutsideStore answers what decides about people of one tenant in another. A
// half of a relation that is disabled is none.
type OutsideStore interface {
	// Tenant answers one tenant. NotFound.
	Tenant(ctx context.Context, t iam.TenantID) (iam.Tenant, error)
	// Above answers the tenants above one, the nearest first.
	Above(ctx context.Context, t iam.TenantID) ([]iam.TenantID, error)
	// MemberOf answers the groups of a user, by id; none of a user who is
	// disabled or whose tenant is not active.
	MemberOf(ctx context.Context, t iam.TenantID, u iam.UserID) ([]iam.GroupID, error)
	// Handed answers what groups of a tenant are given in another one: of
	// LinkChild by the manager of that child, of LinkManaged by its own half.
	Handed(ctx context.Context, t iam.TenantID, k iam.LinkKind, other iam.TenantID) ([]iam.Assignment, error)
	// AllowedGroups answers the groups that a tenant lets another give to its
	// people.
	AllowedGroups(ctx context.Context, t, other iam.TenantID) ([]iam.GroupID, error)
	// GroupsOf answers the groups of a user, by id, whatever its state.
	GroupsOf(ctx context.Context, t iam.TenantID, u iam.UserID) ([]iam.GroupID, error)
	// Assigned answers which of some groups are given something in another
	// tenant by whatever object, also a disabled one. To be among AllowedGroups
	// gives a group nothing.
	Assigned(ctx context.Context, t iam.TenantID, of []iam.GroupID) ([]iam.GroupID, error)
	// GroupsNamed answers the groups of some names, without regard to case;
	// those that there are.
	GroupsNamed(ctx context.Context, t iam.TenantID, names []string) ([]iam.Ref[iam.GroupID], error)
	// GroupHoldings answers the bindings of groups as Holdings does.
	GroupHoldings(ctx context.Context, t iam.TenantID, groups []iam.GroupID) ([]Holding, error)
	// SupportAccess answers what a tenant lets the support tenant do.
	SupportAccess(ctx context.Context, t iam.TenantID) (iam.SupportAccess, error)
	// SupportTenant answers the installation's support tenant; empty: none. Who
	// changes it counts the epochs up of the one that it was and that it is.
	SupportTenant(ctx context.Context) (iam.TenantID, error)
}
