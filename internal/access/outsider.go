package access

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What an outsider may do is worked out in one step for each tenant on the way,
// and each is remembered under the epoch of the tenant whose rows it has read.
// Of a user whose home is two tenants up the tree:
//
//	home       the user's groups ─▶ what the home gives them in the next tenant
//	between    the groups of those names ─▶ what it gives them in the next tenant
//	the last   the groups of those names ─▶ their roles: the rights
//
// A write in one of the tenants makes its own step be taken again, with the next
// decision, and no other.

// gift is what one tenant gives somebody in another: everything, or membership
// in groups of some names. The zero gift is nothing.
type gift struct {
	owner bool
	names []string // without regard to case, in order
	key   string   // tells it from every other one; empty: nothing
}

// nothing is who holds nothing.
func nothing(c *rbac.Catalog) *subject { return &subject{policy: rbac.NewPolicy(c, nil)} }

// outsider answers what an actor holds in the tenant in which they act and are
// not at home, by the relation through which they came. NotFound: there is no
// such tenant.
func (s *Service) outsider(ctx context.Context, by iam.Actor) (*subject, error) {
	there, err := s.place(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	if !there.active {
		return s.nothing, nil
	}
	switch by.Reach {
	case iam.ReachTree:
		return s.byTree(ctx, by, there)
	case iam.ReachDelegation:
		return s.byDelegation(ctx, by)
	case iam.ReachSupport:
		return s.bySupport(ctx, by, there)
	default:
		return s.nothing, nil
	}
}

// byTree goes down from the home, one tenant after the other. All between are
// active where the last one is.
func (s *Service) byTree(ctx context.Context, by iam.Actor, there *place) (*subject, error) {
	above := slices.Index(there.above, by.Home)
	if above < 0 {
		return s.nothing, nil
	}
	next := func() iam.TenantID {
		if above--; above < 0 {
			return by.Tenant
		}
		return there.above[above]
	}
	at := next()
	g, err := s.given(ctx, by, iam.LinkChild, at)
	for at != by.Tenant && err == nil && g.key != "" {
		below := next()
		g, err = s.passed(ctx, at, below, g)
		at = below
	}
	if err != nil || g.key == "" {
		return s.nothing, err
	}
	return s.outsiders.Get(ctx, by.Tenant, g.key, func(ctx context.Context) (*subject, error) {
		if g.owner {
			return s.holder(ctx, by.Tenant, everything)
		}
		groups, err := s.store.GroupsNamed(ctx, by.Tenant, g.names)
		if err != nil {
			return nil, err
		}
		return s.membersOf(ctx, by.Tenant, ids(groups))
	})
}

// byDelegation answers what the groups have that the home gives, as far as the
// other tenant allows them.
func (s *Service) byDelegation(ctx context.Context, by iam.Actor) (*subject, error) {
	g, err := s.given(ctx, by, iam.LinkManaged, by.Tenant)
	if err != nil || g.key == "" {
		return s.nothing, err
	}
	key := "allowed\x00" + string(by.Home) + "\x00" + g.key
	return s.outsiders.Get(ctx, by.Tenant, key, func(ctx context.Context) (*subject, error) {
		groups, err := s.store.GroupsNamed(ctx, by.Tenant, g.names)
		if err != nil {
			return nil, err
		}
		allowed, err := s.store.AllowedGroups(ctx, by.Tenant, by.Home)
		if err != nil {
			return nil, err
		}
		return s.membersOf(ctx, by.Tenant, slices.DeleteFunc(ids(groups), func(g iam.GroupID) bool { return !slices.Contains(allowed, g) }))
	})
}

// bySupport answers what a tenant gives to those who run tenants in the whole of
// the support tenant.
func (s *Service) bySupport(ctx context.Context, by iam.Actor, there *place) (*subject, error) {
	if there.support.role == "" {
		return s.nothing, nil
	}
	if home, err := s.place(ctx, by.Home); err != nil || !home.supports {
		return s.nothing, err
	}
	// The scope of a token narrows what they may do there, not whether they support.
	atHome := by
	atHome.Tenant, atHome.Reach, atHome.Scope = by.Home, iam.ReachHome, ""
	if may, err := s.May(ctx, atHome, iam.TenantsUpdate); err != nil || !may {
		return s.nothing, err
	}
	return s.outsiders.Get(ctx, by.Tenant, there.support.key, func(ctx context.Context) (*subject, error) {
		return s.holder(ctx, by.Tenant, there.support)
	})
}

// given answers what the home of an actor gives them in another tenant, by
// their groups.
func (s *Service) given(ctx context.Context, by iam.Actor, k iam.LinkKind, in iam.TenantID) (gift, error) {
	return s.gifts.Get(ctx, by.Home, string(k)+" "+string(in)+" "+string(by.User), func(ctx context.Context) (gift, error) {
		groups, err := s.store.MemberOf(ctx, by.Home, by.User)
		if err != nil || len(groups) == 0 {
			return gift{}, err
		}
		return s.handed(ctx, by.Home, k, in, func(a iam.Assignment) bool { return slices.Contains(groups, a.Group) })
	})
}

// passed answers what a tenant gives in one right below it to who was given
// something in it by the one above. To an owner it gives what it gives to anybody.
func (s *Service) passed(ctx context.Context, at, below iam.TenantID, g gift) (gift, error) {
	return s.gifts.Get(ctx, at, "passed "+string(below)+" "+g.key, func(ctx context.Context) (gift, error) {
		if g.owner {
			return s.handed(ctx, at, iam.LinkChild, below, func(iam.Assignment) bool { return true })
		}
		named, err := s.store.GroupsNamed(ctx, at, g.names)
		if err != nil || len(named) == 0 {
			return gift{}, err
		}
		groups := ids(named)
		return s.handed(ctx, at, iam.LinkChild, below, func(a iam.Assignment) bool { return slices.Contains(groups, a.Group) })
	})
}

// handed adds up assignments of one tenant in another.
func (s *Service) handed(ctx context.Context, from iam.TenantID, k iam.LinkKind, in iam.TenantID, counts func(iam.Assignment) bool) (gift, error) {
	assignments, err := s.store.Handed(ctx, from, k, in)
	if err != nil {
		return gift{}, err
	}
	var g gift
	for _, a := range assignments {
		if !counts(a) {
			continue
		}
		if a.Owner && k == iam.LinkChild { // nobody but a parent gives all of another tenant
			return gift{owner: true, key: everything.key}, nil
		}
		for _, name := range a.Theirs {
			g.names = append(g.names, iam.Fold(name))
		}
	}
	if len(g.names) > 0 {
		slices.Sort(g.names)
		g.names = slices.Compact(g.names)
		g.key = "named\x00" + strings.Join(g.names, "\x00") // which no name has in it
	}
	return g, nil
}

func ids(groups []iam.Ref[iam.GroupID]) []iam.GroupID {
	all := make([]iam.GroupID, len(groups))
	for i, g := range groups {
		all[i] = g.ID
	}
	return all
}

// membersOf answers what members of some groups hold.
func (s *Service) membersOf(ctx context.Context, t iam.TenantID, groups []iam.GroupID) (*subject, error) {
	if len(groups) == 0 {
		return s.nothing, nil
	}
	book, err := s.rulebook(ctx, t)
	if err != nil {
		return nil, err
	}
	holdings, err := s.store.GroupHoldings(ctx, t, groups)
	if err != nil {
		return nil, err
	}
	grants := grantsOf(book, holdings)
	return &subject{policy: rbac.NewPolicy(s.catalog, rbac.Active(grants)), grants: grants}, nil
}

// office is a built-in role in some scopes.
type office struct {
	role   string // its handle; empty: none
	scopes []iam.Scope
	key    string // tells it from every other one, and from gifts
}

// everything is what an owner holds.
var everything = office{role: RoleAdmin, scopes: []iam.Scope{iam.ScopeTenant}, key: "owner"}

// supporting is the office of support where a tenant gives it some access.
func supporting(a iam.SupportAccess) office {
	role, ok := supportRoles[a.Allows()]
	if !ok {
		return office{}
	}
	o := office{role: role, scopes: supportScopes(a), key: "support " + role}
	for _, scope := range o.scopes {
		o.key += " " + string(scope)
	}
	return o
}

// holder answers what the holder of an office holds.
func (s *Service) holder(ctx context.Context, t iam.TenantID, o office) (*subject, error) {
	book, err := s.rulebook(ctx, t)
	if err != nil {
		return nil, err
	}
	sub := &subject{}
	for _, role := range book {
		if role.Builtin && role.Handle == o.role {
			for _, scope := range o.scopes {
				sub.grants = append(sub.grants, rbac.Grant{Binding: iam.Binding{Role: role.ID, Scope: scope}, Role: role})
			}
		}
	}
	sub.policy = rbac.NewPolicy(s.catalog, sub.grants)
	return sub, nil
}
