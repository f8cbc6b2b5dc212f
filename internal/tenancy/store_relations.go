package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// RelationStore keeps how tenants stand to one another.
type RelationStore interface {
	// Half answers the object of the half of a kind that a tenant has to another,
	// empty where it has none, and whether it is disabled.
	Half(ctx context.Context, t iam.TenantID, k iam.LinkKind, other iam.TenantID) (id iam.ObjectID, disabled bool, err error)
	// Related lists the tenants to which a tenant has a half of a relation, by
	// the id of its object.
	Related(ctx context.Context, t iam.TenantID, f RelatedFilter) (RelatedPage, error)
	// SupportAccess answers what a tenant lets the support tenant do.
	SupportAccess(ctx context.Context, t iam.TenantID) (iam.SupportAccess, error)
	// SetSupportAccess replaces it, and counts the epoch up. NotFound.
	SetSupportAccess(ctx context.Context, t iam.TenantID, a iam.SupportAccess, events ...iam.Event) error
	// Supported lists the tenants that let the support tenant do something, or
	// would if it was not disabled, by id, those after one, whose code or name
	// has a text in it.
	Supported(ctx context.Context, f RelatedFilter) (RelatedPage, error)
	// SupportTenant answers the installation's support tenant; empty: none.
	SupportTenant(ctx context.Context) (iam.TenantID, error)
	// SetSupportTenant replaces it; empty: none. It counts up the epochs of the
	// one that was it and of the one that is. NotFound.
	SetSupportTenant(ctx context.Context, t iam.TenantID) error
}

// RelatedFilter narrows a list of related tenants; empty members do not narrow.
type RelatedFilter struct {
	Kind    iam.LinkKind // LinkChild or LinkManaged
	Member  iam.UserID   // those that this user reaches through a group
	Search  string       // in the name of the object or the code of the tenant, without regard to case
	Name    string       // of the object, exactly
	Manager string       // of LinkChild, the name of the manager object
	From    string       // the id of the first object of the page (of Supported, of the tenant)
	Limit   int          // 0: iam.DefaultPage
}

// Related is a tenant to which another one has a half of a relation.
type Related struct {
	ID       iam.ObjectID // of the half
	Name     string       // of the object
	Disabled bool         // the half
	Tenant   iam.TenantID
	Code     string
	State    iam.TenantState // of the other tenant; empty: it is not there
	// Assigned are, where the filter names a member, those that give the member
	// something; else all.
	Assigned []Assigned
	// OpenTickets is how many of its tickets are neither solved nor closed.
	OpenTickets int
}

// Assigned is an assignment, with its group's name.
type Assigned struct {
	Group  iam.Ref[iam.GroupID]
	Theirs []string
	Owner  bool
}

// RelatedPage is a part of such a list. Next is the id of the first object of
// the next page, empty at the end; Total counts what the member, or the tenant,
// has; Filtered what is left of it by the other members of the filter.
type RelatedPage struct {
	Items           []Related
	Next            string
	Total, Filtered int
}
