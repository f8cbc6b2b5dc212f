package access_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// TestNobodyGainsWhatNobodyGave lets administrators of different rights call
// every operation that can move a right, at random and without regard to which
// operations they may call. After each:
//
//   - what anybody has gained, and what anybody has lost, the caller held;
//   - whose credentials the caller has set, held nothing that the caller did not;
//   - an operation that failed has moved nothing.
//
// By induction nobody ever holds a right that they did not hold at the start
// and that nobody who held it gave them. Rights are read from the database and
// added up in a way of this test's own, see held. A right in a group of
// namespaces is one in each that it has, and in those that it may have.
func TestNobodyGainsWhatNobodyGave(t *testing.T) {
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("15"); err != nil { // few, but long ones: to begin one costs as much as ten operations
			t.Fatal(err)
		}
	}
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		var n atomic.Int64
		rapid.Check(t, func(t *rapid.T) {
			g := newGrants(t, s, fmt.Sprintf("g%d", n.Add(1)))
			rights := g.held()
			for range rapid.IntRange(8, 25).Draw(t, "operations") {
				rights = g.step(rights)
			}
		})
	})
}

// grants is a tenant under test.
type grants struct {
	*rapid.T
	s      *apptest.Server
	tenant iam.Tenant
	used   map[string]use // by what they are told as
	users  []iam.User
	made   int // for names
	// scopes are where roles are bound. Of groups of namespaces there are two,
	// of nothing but the namespaces "shared" and "shop".
	scopes  []iam.Scope
	estates []iam.NamespaceGroupID
}

// use is a right as one dialect has it, or none: a built-in API group may allow
// what a dialect does with a permission, and not what the others do.
type use struct {
	permission iam.Permission
	dialect    string
}

// What roles are made of, and where they are bound.
var (
	patterns = []string{"users.read", "users.*", "groups.*", "roles.*", "*.read", "*.update", "regions.read", "zones.*", "users.password", "*"}
	scopes   = []iam.Scope{iam.ScopeTenant, iam.ScopeApplications, iam.NamespaceSystem, iam.NamespaceShared, "shop"}
)

func newGrants(t *rapid.T, s *apptest.Server, code string) *grants {
	g := &grants{T: t, s: s, used: map[string]use{}}
	for _, p := range []iam.Permission{iam.UsersPassword, iam.SettingsRead, iam.SettingsUpdate, iam.NamespacesRead, iam.NamespacesCreate, iam.NamespacesUpdate, iam.NamespacesDelete} {
		g.used[string(p)] = use{p, ""}
	}
	for _, op := range s.Registry.Operations() {
		if p := op.Op.Access.Permission(); p != "" {
			g.used[string(p)+" of "+op.Dialect.Name] = use{p, op.Dialect.Name}
		}
	}
	var err error
	g.tenant, err = s.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), "", tenancy.NewTenant{Code: code})
	g.must(err)
	by := iam.System(g.tenant.ID, "test")
	_, err = s.Tenancy.CreateNamespace(t.Context(), by, tenancy.NewNamespace{Name: "shop"})
	g.must(err)
	g.scopes = slices.Clone(scopes)
	for i := range 2 {
		estate, err := s.Tenancy.CreateNamespaceGroup(t.Context(), by, tenancy.NewNamespaceGroup{Name: fmt.Sprint("estate ", i), Namespaces: g.namespaces()})
		g.must(err)
		g.estates, g.scopes = append(g.estates, estate.ID), append(g.scopes, iam.GroupScope(estate.ID))
	}
	for i := range 3 { // roles of which administrators are made
		rules := rapid.SliceOfN(rapid.SampledFrom(patterns), 0, 3).Draw(t, "rules")
		g.must(g.createRole(by, fmt.Sprintf("role %d", i), g.createAPIGroup(by, fmt.Sprintf("api %d", i), rules)))
	}
	for i := range 2 {
		_, err := s.Directory.CreateGroup(t.Context(), by, directory.NewGroup{Name: fmt.Sprintf("group %d", i)})
		g.must(err)
		_, err = s.Access.Bind(t.Context(), by, iam.Binding{Group: g.group().ID, Role: g.role().ID, Scope: g.scope()})
		if !iam.Is(err, iam.Exists) {
			g.must(err)
		}
	}
	for i := range 3 {
		u, err := s.Directory.CreateUser(t.Context(), by, directory.NewUser{Username: fmt.Sprintf("user %d", i), Groups: g.groupNames(), Roles: g.roleNames()})
		g.must(err)
		if rapid.Bool().Draw(t, "bind") {
			_, err = s.Access.Bind(t.Context(), by, iam.Binding{User: u.ID, Role: g.role().ID, Scope: g.scope()})
			if !iam.Is(err, iam.Exists) {
				g.must(err)
			}
		}
	}
	return g
}

func (g *grants) must(err error) {
	g.Helper()
	if err != nil {
		g.Fatal(err)
	}
}

// step calls one operation as one user, checks what it moved, and answers who
// holds what after it.
func (g *grants) step(before everybody) (after everybody) {
	by := rapid.SampledFrom(g.users).Draw(g.T, "actor")
	actor := iam.Actor{Tenant: g.tenant.ID, Home: g.tenant.ID, User: by.ID, Username: by.Username, Method: iam.MethodToken}
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(operations))).Draw(g.T, "operation")
	taken, err := operations[name](g, actor)
	after = g.held()

	own := before[by.ID].bound
	if by.State == iam.UserDisabled {
		own = nil
	}
	told := func(what string, u iam.UserID, rights []string) {
		g.Fatalf("%s by %s (%v): %s %s %s, which %s does not hold; error %v", name, by.Username, by.State, after.name(before, u), what, rights, by.Username, err)
	}
	for id := range joined(before, after) {
		gained, lost := less(after[id].bound, before[id].bound), less(before[id].bound, after[id].bound)
		if err != nil && len(gained)+len(lost) > 0 {
			g.Fatalf("%s failed with %v, and moved %v %v", name, err, gained, lost)
		}
		if more := less(setOf(gained), own); len(more) > 0 {
			told("gained", id, more)
		}
		if more := less(setOf(lost), own); len(more) > 0 {
			told("lost", id, more)
		}
	}
	if err == nil && taken != "" && taken != by.ID {
		if more := less(before[taken].bound, own); len(more) > 0 {
			told("can be signed in as, who holds", taken, more)
		}
	}
	return after
}

// operations are all that can move a right, each called with random arguments
// on random objects. They answer whose credentials they set, if anybody's.
var operations = map[string]func(*grants, iam.Actor) (taken iam.UserID, err error){
	"create user": func(g *grants, by iam.Actor) (iam.UserID, error) {
		_, err := g.s.Directory.CreateUser(g.Context(), by, directory.NewUser{Username: g.name("user"), Groups: g.groupNames(), Roles: g.roleNames(), MakeMissing: g.flip()})
		return "", err
	},
	"set roles": func(g *grants, by iam.Actor) (iam.UserID, error) {
		names := g.roleNames()
		return "", g.update(by, g.user().ID, directory.UserChange{Roles: &names, MakeMissing: g.flip()})
	},
	"set groups": func(g *grants, by iam.Actor) (iam.UserID, error) {
		names := g.groupNames()
		return "", g.update(by, g.user().ID, directory.UserChange{Groups: &names, MakeMissing: g.flip()})
	},
	"set password": func(g *grants, by iam.Actor) (iam.UserID, error) {
		u := g.user().ID
		return u, g.update(by, u, directory.UserChange{Password: ptr("hunter2hunter2")})
	},
	"set e-mail": func(g *grants, by iam.Actor) (iam.UserID, error) {
		u := g.user().ID
		return u, g.update(by, u, directory.UserChange{Email: ptr(strings.ReplaceAll(g.name("user"), " ", ".") + "@example.com")})
	},
	"rename user": func(g *grants, by iam.Actor) (iam.UserID, error) {
		u := g.user().ID
		return u, g.update(by, u, directory.UserChange{Username: ptr(g.name("user"))})
	},
	"disable or enable": func(g *grants, by iam.Actor) (iam.UserID, error) {
		state := rapid.SampledFrom([]iam.UserState{iam.UserDisabled, iam.UserEnabled}).Draw(g.T, "state")
		return "", g.update(by, g.user().ID, directory.UserChange{State: &state})
	},
	"delete user": func(g *grants, by iam.Actor) (iam.UserID, error) {
		_, err := g.s.Directory.DeleteUser(g.Context(), by, directory.UserKey{ID: g.user().ID})
		return "", err
	},
	"make token": func(g *grants, by iam.Actor) (iam.UserID, error) {
		u := g.user().ID
		_, _, err := g.s.Authn.CreateToken(g.Context(), by, g.tenant.Code, authn.NewToken{User: u})
		return u, err
	},
	"rename group": func(g *grants, by iam.Actor) (iam.UserID, error) {
		_, err := g.s.Directory.UpdateGroup(g.Context(), by, directory.GroupKey{ID: g.group().ID}, directory.GroupChange{Name: ptr(g.name("group"))})
		return "", err
	},
	"delete group": func(g *grants, by iam.Actor) (iam.UserID, error) {
		_, err := g.s.Directory.DeleteGroup(g.Context(), by, directory.GroupKey{ID: g.group().ID})
		return "", err
	},
	"create role": func(g *grants, by iam.Actor) (iam.UserID, error) {
		return "", g.createRole(by, g.name("role"), g.apiGroup().ID)
	},
	"create role of built-in API groups": func(g *grants, by iam.Actor) (iam.UserID, error) {
		ids, err := g.s.Access.NamedAPIGroups(g.Context(), by, g.apiGroupNames())
		if err != nil {
			return "", err
		}
		_, err = g.s.Access.CreateRole(g.Context(), by, access.NewRole{Name: g.name("role"), APIGroups: ids, Disabled: g.flip()})
		return "", err
	},
	"name the API groups of a role": func(g *grants, by iam.Actor) (iam.UserID, error) {
		ids, err := g.s.Access.NamedAPIGroups(g.Context(), by, g.apiGroupNames())
		if err != nil {
			return "", err
		}
		_, err = g.s.Access.UpdateRole(g.Context(), by, access.RoleKey{ID: g.role().ID}, access.RoleChange{APIGroups: &ids})
		return "", err
	},
	"disable or enable role": func(g *grants, by iam.Actor) (iam.UserID, error) {
		_, err := g.s.Access.UpdateRole(g.Context(), by, access.RoleKey{ID: g.role().ID}, access.RoleChange{Disabled: ptr(g.flip())})
		return "", err
	},
	"bind users": func(g *grants, by iam.Actor) (iam.UserID, error) {
		return "", g.s.Access.BindAll(g.Context(), by, g.role().ID, []iam.UserID{g.user().ID, g.user().ID}, []iam.Scope{g.scope(), g.scope()})
	},
	"change role": func(g *grants, by iam.Actor) (iam.UserID, error) {
		_, err := g.s.Access.UpdateRole(g.Context(), by, access.RoleKey{ID: g.role().ID}, access.RoleChange{APIGroups: &[]iam.APIGroupID{g.apiGroup().ID}})
		return "", err
	},
	"delete role": func(g *grants, by iam.Actor) (iam.UserID, error) {
		_, err := g.s.Access.DeleteRole(g.Context(), by, access.RoleKey{ID: g.role().ID})
		return "", err
	},
	"change API group": func(g *grants, by iam.Actor) (iam.UserID, error) {
		api := g.apiGroup()
		api.Rules = rulesOf(rapid.SliceOfN(rapid.SampledFrom(patterns), 0, 3).Draw(g.T, "rules"))
		_, err := g.s.Access.UpdateAPIGroup(g.Context(), by, api)
		return "", err
	},
	"bind user": func(g *grants, by iam.Actor) (iam.UserID, error) {
		_, err := g.s.Access.Bind(g.Context(), by, iam.Binding{User: g.user().ID, Role: g.role().ID, Scope: g.scope()})
		return "", err
	},
	"bind group": func(g *grants, by iam.Actor) (iam.UserID, error) {
		_, err := g.s.Access.Bind(g.Context(), by, iam.Binding{Group: g.group().ID, Role: g.role().ID, Scope: g.scope()})
		return "", err
	},
	"move namespaces": func(g *grants, by iam.Actor) (iam.UserID, error) {
		names := g.namespaces()
		_, err := g.s.Tenancy.UpdateNamespaceGroup(g.Context(), by, g.estate(), tenancy.NamespaceGroupChange{Namespaces: &names})
		return "", err
	},
	"delete group of namespaces": func(g *grants, by iam.Actor) (iam.UserID, error) {
		return "", g.s.Tenancy.DeleteNamespaceGroup(g.Context(), by, g.estate())
	},
	"delete namespace": func(g *grants, by iam.Actor) (iam.UserID, error) {
		return "", g.s.Tenancy.DeleteNamespace(g.Context(), by, "shop")
	},
	"unbind": func(g *grants, by iam.Actor) (iam.UserID, error) {
		holdings, err := g.s.Store.Holdings(g.Context(), g.tenant.ID, g.user().ID, true)
		if err != nil || len(holdings) == 0 {
			return "", err
		}
		return "", g.s.Access.Unbind(g.Context(), by, rapid.SampledFrom(holdings).Draw(g.T, "binding").Binding.ID)
	},
}

func (g *grants) update(by iam.Actor, u iam.UserID, ch directory.UserChange) error {
	_, err := g.s.Directory.UpdateUser(g.Context(), by, directory.UserKey{ID: u}, ch)
	return err
}

func (g *grants) createAPIGroup(by iam.Actor, name string, patterns []string) iam.APIGroupID {
	api, err := g.s.Access.CreateAPIGroup(g.Context(), by, name, "", rulesOf(patterns))
	g.must(err)
	return api.ID
}

func (g *grants) createRole(by iam.Actor, name string, api iam.APIGroupID) error {
	_, err := g.s.Access.CreateRole(g.Context(), by, access.NewRole{Name: name, APIGroups: []iam.APIGroupID{api}})
	return err
}

func rulesOf(patterns []string) (rules []iam.Rule) {
	for _, p := range patterns {
		rules = append(rules, iam.Rule{Permission: p})
	}
	return rules
}

// Random objects of the tenant, and names: of those that there are, and now
// and then a new one.

func (g *grants) flip() bool       { return rapid.Bool().Draw(g.T, "flip") }
func (g *grants) scope() iam.Scope { return rapid.SampledFrom(g.scopes).Draw(g.T, "scope") }
func (g *grants) user() iam.User   { return rapid.SampledFrom(g.users).Draw(g.T, "user") }

func (g *grants) estate() iam.NamespaceGroupID {
	return rapid.SampledFrom(g.estates).Draw(g.T, "group of namespaces")
}

func (g *grants) namespaces() []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"shared", "shop"}), 0, 2, rapid.ID).Draw(g.T, "namespaces")
}

func (g *grants) name(kind string) string {
	g.made++
	return fmt.Sprintf("%s of step %d", kind, g.made)
}

func (g *grants) system() iam.Actor { return iam.System(g.tenant.ID, "test") }

func (g *grants) groups() []iam.Group {
	l, err := g.s.Directory.Groups(g.Context(), g.system(), iam.Page{})
	g.must(err)
	return l.Items
}

func (g *grants) group() iam.Group {
	return sampled(g.T, "group", g.groups())
}

func (g *grants) role() iam.Role {
	l, err := g.s.Access.Roles(g.Context(), g.system(), iam.Page{})
	g.must(err)
	return sampled(g.T, "role", l.Items)
}

func (g *grants) apiGroup() iam.APIGroup {
	_, groups, err := g.s.Store.Rulebook(g.Context(), g.tenant.ID)
	g.must(err)
	slices.SortFunc(groups, func(a, b iam.APIGroup) int { return strings.Compare(a.Name, b.Name) })
	return sampled(g.T, "API group", groups)
}

// apiGroupNames are up to two of the tenant's own and of those that are built in.
func (g *grants) apiGroupNames() []string {
	all, err := g.s.Access.AllAPIGroups(g.Context(), g.system())
	g.must(err)
	var names []string
	for _, api := range all {
		names = append(names, api.Name)
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 2, rapid.ID).Draw(g.T, "API groups")
}

// sampled answers one of the items, the zero value when there is none.
func sampled[T any](t *rapid.T, label string, items []T) (item T) {
	if len(items) > 0 {
		item = items[rapid.IntRange(0, len(items)-1).Draw(t, label)]
	}
	return item
}

func (g *grants) groupNames() []string {
	names := []string{"new group"}
	for _, group := range g.groups() {
		names = append(names, group.Name)
	}
	return g.someOf(names)
}

func (g *grants) roleNames() []string {
	l, err := g.s.Access.Roles(g.Context(), g.system(), iam.Page{})
	g.must(err)
	names := []string{"new role"}
	for _, r := range l.Items {
		names = append(names, r.Name)
	}
	return g.someOf(names)
}

// someOf answers up to two of the names; of a new one only while users are
// made by somebody who can have it made.
func (g *grants) someOf(names []string) []string {
	if g.users == nil {
		names = names[1:]
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(names), 0, 2, rapid.ID).Draw(g.T, "names")
}

// rights are those of one user, whatever its state: "users.read in shared".
type rights struct {
	name  string
	bound map[string]bool
}

type everybody map[iam.UserID]rights

func (e everybody) name(before everybody, id iam.UserID) string {
	if r, ok := e[id]; ok {
		return r.name
	}
	return before[id].name
}

// held adds up the rights of everybody, out of what the database says and
// without the engine. A right in the whole tenant is one in each place, and a
// right in the applications one in each of them, today's and tomorrow's.
func (g *grants) held() everybody {
	ctx := context.Background()
	l, err := g.s.Directory.Users(ctx, g.system(), directory.UserFilter{}, iam.Page{Sort: "created"})
	g.must(err)
	g.users = l.Items
	roles, groups, err := g.s.Store.Rulebook(ctx, g.tenant.ID)
	g.must(err)
	gives := map[iam.RoleID]map[string]bool{}
	for _, r := range roles {
		gives[r.ID] = map[string]bool{}
		patterns := builtin[r.Handle]
		for _, api := range groups {
			if slices.Contains(r.APIGroups, api.ID) {
				for _, rule := range api.Rules {
					patterns = append(patterns, rule.Permission)
				}
				for told, u := range g.used {
					if api.Builtin && allowedByBuiltin(api.Name, u) {
						gives[r.ID][told] = true
					}
				}
			}
		}
		for told, u := range g.used {
			for _, pattern := range patterns {
				object, verb, _ := strings.Cut(string(u.permission), ".")
				if pattern == "*" || pattern == string(u.permission) || pattern == object+".*" || pattern == "*."+verb {
					gives[r.ID][told] = true
				}
			}
		}
	}
	applications := []string{"the applications", "shared", "shop", "tomorrow's"}
	places := map[iam.Scope][]string{iam.NamespaceSystem: {"system"}, iam.NamespaceShared: {"shared"}, "shop": {"shop"}}
	for i, id := range g.estates { // each with a place for what it may have tomorrow
		tomorrow := fmt.Sprint("tomorrow's of estate ", i)
		applications = append(applications, tomorrow)
		places[iam.GroupScope(id)] = []string{tomorrow}
	}
	estates, err := g.s.Store.NamespaceGroups(ctx, g.tenant.ID)
	g.must(err)
	for _, estate := range estates {
		for _, n := range estate.Namespaces {
			places[iam.GroupScope(estate.ID)] = append(places[iam.GroupScope(estate.ID)], n.Name)
		}
	}
	places[iam.ScopeApplications] = applications
	places[iam.ScopeTenant] = append([]string{"the tenant", "system"}, applications...)
	all := everybody{}
	for _, u := range g.users {
		holdings, err := g.s.Store.Holdings(ctx, g.tenant.ID, u.ID, true)
		g.must(err)
		bound := map[string]bool{}
		for _, h := range holdings {
			for p := range gives[h.Binding.Role] {
				for _, place := range places[h.Binding.Scope] {
					bound[p+" in "+place] = true
				}
			}
		}
		all[u.ID] = rights{u.Username, bound}
	}
	return all
}

// allowedByBuiltin repeats what a built-in API group allows.
func allowedByBuiltin(name string, u use) bool {
	object, verb, _ := strings.Cut(string(u.permission), ".")
	if verb != "read" {
		verb = "write"
	}
	return name == "gatehouse-all" || name == "gatehouse-"+object+"-"+verb || u.dialect != "" && name == "gatehouse-api-"+u.dialect+"-"+verb
}

// builtin repeats what the built-in roles give.
var builtin = map[string][]string{
	access.RoleAdmin: {"*"}, access.RoleRoot: {"*"}, access.RoleRead: {"*.read"}, access.RolePartner: {"*.read", "tenants.*"},
	access.RoleUser: {"regions.read", "zones.read", "jobs.read"}, access.RoleGuest: nil,
	access.RoleF5Admin: {"*"}, access.RoleF5Monitor: {"*.read"},
	access.RoleF5PowerDeveloper: {"objects.*", "namespaces.*", "regions.read", "zones.read", "jobs.read", "users.read", "groups.read", "roles.read"},
	access.RoleF5UserAdmin:      {"users.*", "groups.*", "roles.*", "namespaces.read", "settings.read"},
	access.RoleF5Developer:      {"objects.*", "namespaces.read"}, access.RoleF5Default: {"objects.read", "namespaces.read"},
}

// less answers what is in a and not in b.
func less(a, b map[string]bool) []string {
	var d []string
	for r := range a {
		if !b[r] {
			d = append(d, r)
		}
	}
	slices.Sort(d)
	return d
}

func setOf(items []string) map[string]bool {
	m := map[string]bool{}
	for _, i := range items {
		m[i] = true
	}
	return m
}

func joined(a, b everybody) map[iam.UserID]bool {
	m := map[iam.UserID]bool{}
	for id := range a {
		m[id] = true
	}
	for id := range b {
		m[id] = true
	}
	return m
}
