package audit

import (
	"context"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// HistoryStore answers what is known of the relations between tenants. Of other
// tenants than the one that is asked about, only what leads to it is read.
type HistoryStore interface {
	// Tenant answers one tenant. NotFound.
	Tenant(ctx context.Context, t iam.TenantID) (iam.Tenant, error)
	// Above answers the tenants above one, the nearest first.
	Above(ctx context.Context, t iam.TenantID) ([]iam.TenantID, error)
	// Standing answers the halves of relations that a tenant has now, to one
	// other tenant or, where that is empty, to any.
	Standing(ctx context.Context, t iam.TenantID, k iam.LinkKind, other iam.TenantID) ([]Half, error)
	// SupportAccess answers what a tenant lets the support tenant do.
	SupportAccess(ctx context.Context, t iam.TenantID) (iam.SupportAccess, error)
	// GroupsNamed answers the groups of some names, without regard to case;
	// those that there are.
	GroupsNamed(ctx context.Context, t iam.TenantID, names []string) ([]iam.Ref[iam.GroupID], error)
}

// Half is a half of a relation as it is now.
type Half struct {
	Object iam.ObjectID
	iam.Told
}

// Access is what people of other tenants could do in a tenant, for a time.
type Access struct {
	// Relation is ReachTree, ReachDelegation or ReachSupport.
	Relation iam.Reach
	// Tenant is whose people they were, and Group which of them, under the name
	// that it had. Both are empty with ReachSupport, which is whichever tenant
	// the operator says, and Group is where Gone.
	Tenant iam.Ref[iam.TenantID] // Name is its code
	Group  iam.Ref[iam.GroupID]
	// Groups are what the members had in this tenant, by name; Owner is
	// everything; Support is what support had.
	Groups  []string
	Owner   bool
	Support iam.SupportAccess
	// Via are the codes of the tenants between, in a tree, from the upper ones on.
	Via []string
	// From is when it began, zero where that was before what the trail tells; To
	// when it ended, zero where it has not.
	From, To time.Time
	// By is who made it so, at From.
	By string
	// Gone is set where the tenant is not there any more: its own trail, which
	// would tell of its groups and when it ended, has gone with it.
	Gone bool
}

// HistoryFilter narrows a history to what held at any time from From on, and
// before To; zero members do not narrow.
type HistoryFilter struct{ From, To time.Time }

// History answers who of other tenants could do what in the actor's tenant, and
// when: the latest first. It reaches back as far as the trails of the tenants
// are kept; what began before and still holds has no From.
func (s *Service) History(ctx context.Context, by iam.Actor, f HistoryFilter) ([]Access, error) {
	all, err := (&folder{store: s.store, trail: true}).access(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(a Access) bool {
		return !f.To.IsZero() && !a.From.Before(f.To) || !a.To.IsZero() && !a.To.After(f.From)
	})
	slices.SortStableFunc(all, func(a, b Access) int { return b.From.Compare(a.From) })
	return all, nil
}

// Present answers who of other tenants can do what in the actor's tenant now,
// out of what decides it, and not out of the trail. Of the groups it has only
// those that there are.
func (s *Service) Present(ctx context.Context, by iam.Actor) ([]Access, error) {
	all, err := (&folder{store: s.store}).access(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	var present []Access
	for _, a := range all {
		if len(a.Groups) > 0 {
			groups, err := s.store.GroupsNamed(ctx, by.Tenant, a.Groups)
			if err != nil {
				return nil, err
			}
			a.Groups = nil
			for _, g := range groups {
				a.Groups = append(a.Groups, g.Name)
			}
		}
		if len(a.Groups) > 0 || a.Owner || a.Relation == iam.ReachSupport {
			present = append(present, a)
		}
	}
	return present, nil
}
