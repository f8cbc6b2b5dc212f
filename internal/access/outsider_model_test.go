package access

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// model is an installation in memory, in which tenants, groups and users are
// numbers. It is both the Store of a Service and what its answers are held to.
// Whoever changes it counts the epoch up of the tenant that was changed, and of
// no other.
type model struct {
	Store    // nobody asks for the rest
	epochs   *cluster.Epochs
	tenants  []*modelTenant
	supports int // the support tenant, -1 for none
}

type modelTenant struct {
	id       iam.TenantID
	parent   int // -1 at the root
	off      bool
	epoch    int64
	names    [modelGroups]string // of the groups, no two the same
	roles    [modelGroups]string // of each group one role, by name; empty: none
	scopes   [modelGroups]iam.Scope
	members  [modelUsers][modelGroups]bool
	userOff  [modelUsers]bool
	userRole [modelUsers]string
	manager  [2]modelHalf          // objects with assignments
	child    map[int]modelHalf     // by tenant; of it only off and manager count
	managed  map[int]modelHalf     // by tenant
	allowed  map[int]modelAllowing // by tenant
	support  iam.SupportAccess
}

type modelHalf struct {
	off         bool
	manager     int // -1: none
	assignments []modelAssignment
}

type modelAssignment struct {
	group  int
	theirs []string
	owner  bool
}

type modelAllowing struct {
	off    bool
	groups [modelGroups]bool
}

const modelGroups, modelUsers = 3, 2

func groupID(t, g int) iam.GroupID { return iam.GroupID(fmt.Sprintf("group %d of %d", g, t)) }
func userID(t, u int) iam.UserID   { return iam.UserID(fmt.Sprintf("user %d of %d", u, t)) }

// active reports whether a tenant counts as active: it is, and all above it are.
func (m *model) active(t int) bool {
	return t < 0 || !m.tenants[t].off && m.active(m.tenants[t].parent)
}

func (m *model) at(t iam.TenantID) (int, *modelTenant, error) {
	for i, x := range m.tenants {
		if x.id == t {
			return i, x, nil
		}
	}
	return 0, nil, iam.ErrNotFound("tenant", string(t))
}

func (m *model) bump(t int) {
	x := m.tenants[t]
	x.epoch++
	m.epochs.Advance(x.id, x.epoch)
}

// The Store, and that of the epochs.

func (m *model) Epoch(_ context.Context, t iam.TenantID) (int64, error) {
	_, x, err := m.at(t)
	if err != nil {
		return 0, err
	}
	return x.epoch, nil
}

func (m *model) EpochsSince(context.Context, time.Time) (map[iam.TenantID]int64, time.Time, error) {
	return nil, time.Time{}, nil
}

func (m *model) Tenant(_ context.Context, t iam.TenantID) (iam.Tenant, error) {
	i, _, err := m.at(t)
	state := iam.TenantActive
	if err == nil && !m.active(i) {
		state = iam.TenantSuspended
	}
	return iam.Tenant{ID: t, Code: "code of " + string(t), State: state}, err
}

func (m *model) Above(_ context.Context, t iam.TenantID) (above []iam.TenantID, err error) {
	_, x, err := m.at(t)
	for err == nil && x.parent >= 0 {
		x = m.tenants[x.parent]
		above = append(above, x.id)
	}
	return above, err
}

func (m *model) Plan(context.Context, iam.TenantID) (iam.Plan, error) { return iam.Plan{}, nil }

var modelRoles = map[string][]iam.Rule{"reader": {{Permission: "users.read"}}, "clerk": {{Permission: "users.update"}}, "runner": {{Permission: "tenants.update"}}}

func (m *model) Rulebook(context.Context, iam.TenantID) (roles []iam.Role, groups []iam.APIGroup, _ error) {
	for name, rules := range modelRoles {
		groups = append(groups, iam.APIGroup{ID: iam.APIGroupID(name), Rules: rules})
		roles = append(roles, iam.Role{ID: iam.RoleID(name), Handle: name, Name: name, APIGroups: []iam.APIGroupID{iam.APIGroupID(name)}})
	}
	for _, r := range Builtin() {
		r.ID = iam.RoleID(r.Handle)
		roles = append(roles, r)
	}
	return roles, groups, nil
}

func (m *model) Holdings(_ context.Context, t iam.TenantID, u iam.UserID, _ bool) ([]Holding, error) {
	i, x, err := m.at(t)
	for n := range modelUsers {
		if err == nil && userID(i, n) == u && !x.userOff[n] && x.userRole[n] != "" && m.active(i) {
			return []Holding{{Binding: iam.Binding{User: u, Role: iam.RoleID(x.userRole[n])}}}, nil
		}
	}
	return nil, err
}

func (m *model) MemberOf(_ context.Context, t iam.TenantID, u iam.UserID) (groups []iam.GroupID, err error) {
	i, x, err := m.at(t)
	for n := range modelUsers {
		for g := range modelGroups {
			if err == nil && userID(i, n) == u && x.members[n][g] && !x.userOff[n] && m.active(i) {
				groups = append(groups, groupID(i, g))
			}
		}
	}
	return groups, err
}

func (m *model) Handed(_ context.Context, t iam.TenantID, k iam.LinkKind, other iam.TenantID) (as []iam.Assignment, err error) {
	i, x, err := m.at(t)
	o, _, _ := m.at(other)
	half, there := x.managed[o], k == iam.LinkManaged
	if k == iam.LinkChild {
		half = x.child[o]
		if there = half.manager >= 0 && !half.off; there {
			half = x.manager[half.manager]
		}
	}
	if !there || half.off {
		return nil, err
	}
	for _, a := range half.assignments {
		as = append(as, iam.Assignment{Group: groupID(i, a.group), Theirs: a.theirs, Owner: a.owner})
	}
	return as, err
}

func (m *model) AllowedGroups(_ context.Context, t, other iam.TenantID) (groups []iam.GroupID, err error) {
	i, x, err := m.at(t)
	o, _, _ := m.at(other)
	for g := range modelGroups {
		if a := x.allowed[o]; a.groups[g] && !a.off {
			groups = append(groups, groupID(i, g))
		}
	}
	return groups, err
}

func (m *model) GroupsNamed(_ context.Context, t iam.TenantID, names []string) (groups []iam.Ref[iam.GroupID], err error) {
	i, x, err := m.at(t)
	for g, name := range x.names {
		if slices.Contains(names, iam.Fold(name)) {
			groups = append(groups, iam.Ref[iam.GroupID]{ID: groupID(i, g), Name: name})
		}
	}
	return groups, err
}

func (m *model) GroupHoldings(_ context.Context, t iam.TenantID, groups []iam.GroupID) (hs []Holding, err error) {
	i, x, err := m.at(t)
	for g, role := range x.roles {
		if role != "" && slices.Contains(groups, groupID(i, g)) {
			hs = append(hs, Holding{Binding: iam.Binding{Group: groupID(i, g), Role: iam.RoleID(role), Scope: x.scopes[g]}})
		}
	}
	return hs, err
}

func (m *model) SupportAccess(_ context.Context, t iam.TenantID) (iam.SupportAccess, error) {
	_, x, err := m.at(t)
	return x.support, err
}

func (m *model) SupportTenant(context.Context) (iam.TenantID, error) {
	if m.supports < 0 {
		return "", nil
	}
	return m.tenants[m.supports].id, nil
}

// What is right, said in another way: for each relation the roles that it gives
// to a user, each with its scope, as "role@scope".

// down answers the groups of a tenant in which somebody from above is, or that
// they own it.
func (m *model) down(home, u, t int) (in [modelGroups]bool, owner bool) {
	if t < 0 {
		return in, false
	}
	if t == home {
		return m.tenants[home].members[u], false
	}
	parent := m.tenants[t].parent
	if parent < 0 {
		return in, false
	}
	above, owns := m.down(home, u, parent)
	half := m.tenants[parent].child[t]
	if half.off || half.manager < 0 || m.tenants[parent].manager[half.manager].off {
		return in, false
	}
	for _, a := range m.tenants[parent].manager[half.manager].assignments {
		if owns || above[a.group] {
			owner = owner || a.owner
			m.named(t, a.theirs, &in)
		}
	}
	return in, owner
}

func (m *model) named(t int, names []string, in *[modelGroups]bool) {
	for g, name := range m.tenants[t].names {
		in[g] = in[g] || slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
	}
}

func (m *model) rolesOf(t int, in [modelGroups]bool) (roles []string) {
	for g, role := range m.tenants[t].roles {
		if in[g] && role != "" {
			roles = append(roles, role+"@"+string(m.tenants[t].scopes[g]))
		}
	}
	return roles
}

func (m *model) right(home, u, t int) (iam.Reach, []string) {
	h, x := m.tenants[home], m.tenants[t]
	if !m.active(home) || !m.active(t) || h.userOff[u] {
		return "", nil
	}
	below := false
	for above := x.parent; above >= 0; above = m.tenants[above].parent {
		below = below || above == home
	}
	if below {
		in, owner := m.down(home, u, t)
		if owner {
			return iam.ReachTree, []string{RoleAdmin + "@"}
		}
		if roles := m.rolesOf(t, in); roles != nil {
			return iam.ReachTree, roles
		}
	}
	var in [modelGroups]bool
	if half, ok := h.managed[t]; ok && !half.off {
		for _, a := range half.assignments {
			if h.members[u][a.group] {
				m.named(t, a.theirs, &in)
			}
		}
	}
	for g := range in {
		a := x.allowed[home]
		in[g] = in[g] && !a.off && a.groups[g]
	}
	if roles := m.rolesOf(t, in); roles != nil {
		return iam.ReachDelegation, roles
	}
	if m.supports == home && (h.userRole[u] == "runner" || h.userRole[u] == RoleAdmin) && !x.support.Disabled {
		switch x.support.Mode {
		case iam.SupportRead:
			return iam.ReachSupport, []string{RoleF5Monitor + "@"}
		case iam.SupportWrite:
			return iam.ReachSupport, []string{RoleAdmin + "@"}
		case iam.SupportNamespaces:
			var roles []string
			for _, n := range x.support.Namespaces {
				roles = append(roles, RoleAdmin+"@"+n)
			}
			return iam.ReachSupport, roles
		}
	}
	return "", nil
}

// check holds every decision about every user in every tenant to what is right,
// of somebody who comes now, and of actors who came earlier.
func (m *model) check(t *rapid.T, s *Service, came map[iam.Actor]bool) {
	ctx := context.Background()
	for home, h := range m.tenants {
		for u := range modelUsers {
			for i, x := range m.tenants {
				if i == home {
					continue
				}
				reach, roles := m.right(home, u, i)
				by := iam.Actor{Tenant: h.id, Home: h.id, User: userID(home, u), Username: "u"}
				there, err := s.Reach(ctx, by, x.id)
				if (err == nil) != (reach != "") || err == nil && there.Reach != reach || err != nil && !iam.Is(err, iam.Denied) {
					t.Fatalf("user %d of %d in %d: comes by %q, %v; want %q with %v", u, home, i, there.Reach, err, reach, roles)
				}
				if err != nil {
					continue
				}
				came[there] = true
				got, err := rolesHeld(ctx, s, there)
				if err != nil {
					t.Fatal(err)
				}
				slices.Sort(roles)
				if !slices.Equal(got, slices.Compact(roles)) {
					t.Fatalf("user %d of %d in %d: has %v, want %v by %q", u, home, i, got, roles, reach)
				}
			}
		}
	}
	// Who came by a relation has no more than that one gives now.
	for by := range came {
		home, _, _ := m.at(by.Home)
		i, _, _ := m.at(by.Tenant)
		u := 0
		if by.User == userID(home, 1) {
			u = 1
		}
		reach, want := m.right(home, u, i)
		slices.Sort(want) // two groups may give the same role
		got, err := rolesHeld(ctx, s, by)
		if err != nil {
			t.Fatal(err)
		}
		if reach == by.Reach && len(got) != len(slices.Compact(want)) || reach == "" && len(got) > 0 {
			t.Fatalf("user %d of %d came into %d by %q and has %v, want %v by %q", u, home, i, by.Reach, got, want, reach)
		}
	}
}

// rolesHeld answers what an actor holds, as "role@scope" in order.
func rolesHeld(ctx context.Context, s *Service, by iam.Actor) (roles []string, err error) {
	sub, err := s.held(ctx, by)
	if err != nil {
		return nil, err
	}
	for _, g := range sub.grants {
		roles = append(roles, g.Role.Handle+"@"+string(g.Binding.Scope))
	}
	slices.Sort(roles)
	return slices.Compact(roles), nil
}

// TestOutsidersHaveWhatTheModelSays changes a small world at random, and after
// each change asks about everybody everywhere.
func TestOutsidersHaveWhatTheModelSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &model{supports: -1}
		m.epochs = cluster.NewEpochs(m, iam.Env{Now: time.Now}, slog.New(slog.DiscardHandler))
		s := New(m, m.epochs, iam.Env{Now: time.Now})
		s.UseCatalog(rbac.NewCatalog([]rbac.Endpoint{{ID: "r", Method: "GET", Path: "/r", Permission: "users.read"},
			{ID: "u", Method: "PUT", Path: "/u", Permission: "users.update"}, {ID: "t", Method: "PUT", Path: "/t", Permission: "tenants.update"}}))
		for i := range rapid.IntRange(2, 5).Draw(t, "tenants") {
			x := &modelTenant{id: iam.TenantID(fmt.Sprint("tenant ", i)), epoch: 1, parent: i - 1,
				names: [modelGroups]string{"a", "b", "c"}, roles: [modelGroups]string{"reader", "clerk", "runner"},
				child: map[int]modelHalf{}, managed: map[int]modelHalf{}, allowed: map[int]modelAllowing{}}
			if rapid.IntRange(0, 2).Draw(t, "elsewhere") == 0 {
				x.parent = rapid.IntRange(-1, i-1).Draw(t, "parent")
			}
			x.members[0][0], x.members[1][1] = true, true
			x.manager[0].assignments = modelAssignments.Draw(t, "first manager")
			x.manager[1].assignments = modelAssignments.Draw(t, "second manager")
			m.tenants = append(m.tenants, x)
			if x.parent >= 0 {
				m.tenants[x.parent].child[i] = modelHalf{manager: rapid.IntRange(0, 1).Draw(t, "manager")}
			}
		}
		came := map[iam.Actor]bool{}
		m.check(t, s, came)
		t.Repeat(m.changes(s, came))
	})
}

var modelAssignments = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) modelAssignment {
	return modelAssignment{rapid.IntRange(0, modelGroups-1).Draw(t, "group"),
		rapid.SliceOfN(rapid.SampledFrom([]string{"a", "B", "c", "d", ""}), 0, 2).Draw(t, "theirs"), rapid.IntRange(0, 5).Draw(t, "owner") == 0}
}), 0, 4)

// changes are what happens to the world, one row at a time.
func (m *model) changes(s *Service, came map[iam.Actor]bool) map[string]func(*rapid.T) {
	bit, off := rapid.Bool(), rapid.Map(rapid.IntRange(0, 3), func(n int) bool { return n == 0 })
	group, user := rapid.IntRange(0, modelGroups-1), rapid.IntRange(0, modelUsers-1)
	role := rapid.SampledFrom([]string{"", "reader", "clerk", "runner"})
	tenant := func(t *rapid.T) (int, *modelTenant) {
		i := rapid.IntRange(0, len(m.tenants)-1).Draw(t, "tenant")
		return i, m.tenants[i]
	}
	// in changes rows of one tenant, and counts its epoch up.
	in := func(change func(t *rapid.T, i int, x *modelTenant)) func(*rapid.T) {
		return func(t *rapid.T) {
			i, x := tenant(t)
			change(t, i, x)
			m.bump(i)
		}
	}
	other := func(t *rapid.T) int { return rapid.IntRange(0, len(m.tenants)-1).Draw(t, "other") }
	return map[string]func(*rapid.T){
		"": func(t *rapid.T) { m.check(t, s, came) },
		"membership": in(func(t *rapid.T, _ int, x *modelTenant) {
			x.members[user.Draw(t, "user")][group.Draw(t, "group")] = bit.Draw(t, "in")
		}),
		"user": in(func(t *rapid.T, _ int, x *modelTenant) { x.userOff[user.Draw(t, "user")] = off.Draw(t, "off") }),
		"role": in(func(t *rapid.T, _ int, x *modelTenant) { x.userRole[user.Draw(t, "user")] = role.Draw(t, "role") }),
		"names": in(func(t *rapid.T, _ int, x *modelTenant) {
			copy(x.names[:], rapid.Permutation([]string{"a", "b", "C", "d"}).Draw(t, "names"))
		}),
		"manager": in(func(t *rapid.T, _ int, x *modelTenant) {
			x.manager[user.Draw(t, "n")] = modelHalf{off.Draw(t, "off"), -1, modelAssignments.Draw(t, "as")}
		}),
		"managed": in(func(t *rapid.T, _ int, x *modelTenant) {
			x.managed[other(t)] = modelHalf{off.Draw(t, "off"), -1, modelAssignments.Draw(t, "as")}
		}),
		"unmanaged":   in(func(t *rapid.T, _ int, x *modelTenant) { delete(x.managed, other(t)) }),
		"not allowed": in(func(t *rapid.T, _ int, x *modelTenant) { delete(x.allowed, other(t)) }),
		"binding": in(func(t *rapid.T, _ int, x *modelTenant) {
			g := group.Draw(t, "group")
			x.roles[g], x.scopes[g] = role.Draw(t, "role"), rapid.SampledFrom([]iam.Scope{"", "system", "shop"}).Draw(t, "scope")
		}),
		"allowed": in(func(t *rapid.T, _ int, x *modelTenant) {
			a := modelAllowing{off: off.Draw(t, "off")}
			for g := range a.groups {
				a.groups[g] = bit.Draw(t, "group")
			}
			x.allowed[other(t)] = a
		}),
		"child": in(func(t *rapid.T, i int, x *modelTenant) {
			if o := other(t); m.tenants[o].parent == i {
				x.child[o] = modelHalf{off: off.Draw(t, "off"), manager: rapid.IntRange(-1, 1).Draw(t, "manager")}
			}
		}),
		"support access": in(func(t *rapid.T, _ int, x *modelTenant) {
			x.support = iam.SupportAccess{Disabled: off.Draw(t, "off"), Mode: rapid.SampledFrom([]iam.SupportMode{iam.SupportNone, iam.SupportRead,
				iam.SupportWrite, iam.SupportNamespaces}).Draw(t, "mode")}
			if x.support.Mode == iam.SupportNamespaces {
				x.support.Namespaces = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"shop", "bank"}), 1, 2, rapid.ID).Draw(t, "namespaces")
			}
		}),
		"support tenant": func(t *rapid.T) {
			was := m.supports
			m.supports = rapid.IntRange(-1, len(m.tenants)-1).Draw(t, "tenant")
			for _, i := range []int{was, m.supports} {
				if i >= 0 {
					m.bump(i)
				}
			}
		},
		"state": func(t *rapid.T) {
			_, x := tenant(t)
			var before []bool
			for i := range m.tenants {
				before = append(before, m.active(i))
			}
			x.off = !x.off
			for i, was := range before {
				if m.active(i) != was {
					m.bump(i)
				}
			}
		},
	}
}
