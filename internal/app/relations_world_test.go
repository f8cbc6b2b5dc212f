package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// relations is a world, and the installation in which it is.
type relations struct {
	*rapid.T
	world
	s    *apptest.Server
	run  string // makes codes of tenants that no other run has
	made int    // for names
	came map[iam.Reach]int
}

const (
	systemPath = "/api/web/namespaces/system/"
	groupsPath = "/api/web/custom/namespaces/system/user_groups"
)

// newRelations makes a tree of four tenants, and another one of one; with two
// groups, two managers and a profile in each, and three people: an
// administrator, a clerk, and one of nothing.
func newRelations(t *rapid.T, s *apptest.Server, run string, came map[iam.Reach]int) *relations {
	r := &relations{T: t, s: s, run: run, came: came}
	a := r.root("root")
	b := r.child(a, "child", a.managers[0])
	c := r.child(b, "grand", b.managers[1])
	d := r.child(a, "other", a.managers[1])
	e := r.root("beside")
	r.support = e
	r.must(s.Tenancy.SetSupportTenant(t.Context(), iam.System("", "test"), e.tenant.Code))
	for _, first := range []struct { // so that there is something to end
		in *place
		move
	}{
		{e, r.manage(e, &half{name: "m", other: c, assigned: []assigned{{e.groups[0], names[:2]}}})},
		{c, r.letManage(c, &half{name: "a", other: e, groups: slices.Clone(c.groups)})},
		{d, letSupport(d, supportAccess{mode: iam.SupportWrite})},
	} {
		r.ok(first.in.watch, first.in, first.method, first.path, first.body)
		first.done(nil)
	}
	return r
}

func (r *relations) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *relations) root(word string) *place {
	tenant, err := r.s.Tenancy.CreateTenant(r.Context(), iam.System("", "test"), "", tenancy.NewTenant{Code: word + "-" + r.run})
	r.must(err)
	p := &place{tenant: tenant}
	r.settle(p)
	return p
}

// profile is what a child is made with.
var profile = []grant{{access.RoleF5Developer, iam.NamespaceShared}, {access.RoleF5Monitor, ""}}

// child makes a tenant below another one, and waits until it is there.
func (r *relations) child(parent *place, word string, m *manager) *place {
	r.made++
	code := fmt.Sprintf("%s-%s-%d", word, r.run, r.made)
	r.ok(parent.watch, parent, http.MethodPost, systemPath+"child_tenants", newChild(code, m.name))
	return r.born(parent, code, m)
}

func newChild(code, manager string) any {
	return object{"metadata": object{"name": code}, "spec": object{"domain": code, "company_name": "Of " + code,
		"tenant_profile": object{"name": "basic"}, "child_tenant_manager": object{"name": manager}}}
}

// born waits until a child is there, and makes what a tenant here has.
func (r *relations) born(parent *place, code string, m *manager) *place {
	r.await("a child is active", func() bool { return member(r.look(parent, "child_tenants/"+code), "spec.status") == "StateActive" })
	tenant, err := r.s.Tenancy.ByCode(r.Context(), code)
	r.must(err)
	p := &place{tenant: tenant, parent: parent, manager: m, withheld: parent.withheld} // the plan is the parent's
	for i, g := range profile {
		p.groups = append(p.groups, &circle{name: names[i], grants: []grant{g}})
	}
	r.settle(p)
	return p
}

// names are those of groups. Nobody makes a group of the last.
var names = []string{"alpha", "bravo", "charlie", "nobody"}

// settle makes the people of a tenant, and what is to be changed later.
func (r *relations) settle(p *place) {
	r.places = append(r.places, p)
	var rules []iam.Rule
	for _, pattern := range patterns[clerk] {
		rules = append(rules, iam.Rule{Permission: pattern})
	}
	system := iam.System(p.tenant.ID, "test")
	api, err := r.s.Access.CreateAPIGroup(r.Context(), system, clerk, "", rules)
	r.must(err)
	_, err = r.s.Access.CreateRole(r.Context(), system, access.NewRole{Name: clerk, APIGroups: []iam.APIGroupID{api.ID}})
	r.must(err)
	for _, grants := range [][]grant{{{access.RoleF5Admin, ""}}, {{clerk, ""}}, nil} {
		r.people = append(r.people, r.person(p, grants))
	}
	p.watch = r.person(p, []grant{{access.RoleF5Admin, ""}})
	by := p.watch
	if p.groups == nil {
		for i, g := range profile {
			p.groups = append(p.groups, &circle{name: names[i], grants: []grant{g}})
			r.ok(by, p, http.MethodPost, groupsPath, groupForm(p.groups[i]))
		}
	}
	p.groups[1].grants = []grant{{clerk, ""}} // so that clerks can decide who is in it
	for _, g := range p.groups {
		g.members = r.membersOf(p)
		r.ok(by, p, http.MethodPut, groupsPath+"/"+g.name, groupForm(g))
	}
	var ct []any
	for i, g := range profile {
		ct = append(ct, object{"name": names[i], "namespace_roles": entries([]grant{g})})
	}
	r.ok(by, p, http.MethodPost, systemPath+"tenant_profiles", object{"metadata": object{"name": "basic"}, "spec": object{"ct_groups": ct}})
	for _, name := range []string{"first", "second"} {
		m := r.someManager(p, name)
		p.managers = append(p.managers, m)
		r.ok(by, p, http.MethodPost, systemPath+"child_tenant_managers", managerForm(m))
	}
}

func (r *relations) person(p *place, grants []grant) *person {
	r.made++
	by := iam.System(p.tenant.ID, "test")
	name := fmt.Sprintf("u%d@%s.example.com", r.made, p.tenant.Code)
	var roles []string
	for _, g := range grants {
		roles = append(roles, g.role)
	}
	u, err := r.s.Directory.CreateUser(r.Context(), by, directory.NewUser{Username: name, GivenName: "Some", FamilyName: "Body", Roles: roles})
	r.must(err)
	token, _, err := r.s.Authn.CreateToken(r.Context(), by, p.tenant.Code, authn.NewToken{User: u.ID})
	r.must(err)
	return &person{home: p, user: u, token: token, grants: grants}
}

// Random things that there are.

func (r *relations) flip() bool   { return rapid.Bool().Draw(r.T, "flip") }
func (r *relations) seldom() bool { return rapid.IntRange(0, 7).Draw(r.T, "seldom") == 0 }

func (r *relations) name(letter string) string {
	r.made++
	return fmt.Sprint(letter, r.made)
}

// somePlace is a tenant that is there.
func (r *relations) somePlace() *place {
	return rapid.SampledFrom(slices.DeleteFunc(slices.Clone(r.places), func(p *place) bool { return p.gone })).Draw(r.T, "tenant")
}

// someOther is a tenant, more often than not one that wanted says.
func (r *relations) someOther(wanted func(*place) bool) *place {
	some := slices.DeleteFunc(slices.Clone(r.places), func(p *place) bool { return p.gone || !wanted(p) })
	if len(some) > 0 && !r.seldom() {
		return rapid.SampledFrom(some).Draw(r.T, "other")
	}
	return r.somePlace()
}

func (r *relations) somePeople() []*person {
	return slices.DeleteFunc(slices.Clone(r.people), func(u *person) bool { return u.home.gone })
}

func (r *relations) membersOf(p *place) []*person {
	home := slices.DeleteFunc(r.somePeople(), func(u *person) bool { return u.home != p })
	return rapid.SliceOfNDistinct(rapid.SampledFrom(home), 1, 3, rapid.ID).Draw(r.T, "members")
}

func (r *relations) someGrants() []grant {
	return rapid.SliceOfNDistinct(rapid.SampledFrom([]grant{{access.RoleF5Developer, iam.NamespaceShared}, {access.RoleF5Monitor, "*"},
		{access.RoleF5UserAdmin, iam.NamespaceSystem}, {clerk, ""}, {clerk, iam.NamespaceSystem}, {access.RoleF5Admin, ""},
		{access.RoleF5Admin, iam.NamespaceShared}}), 1, 2,
		func(g grant) string { return g.role }).Draw(r.T, "roles")
}

func (r *relations) someGroups(p *place) []*circle {
	if len(p.groups) == 0 {
		return nil
	}
	return rapid.SliceOfNDistinct(rapid.SampledFrom(p.groups), 0, 2, rapid.ID).Draw(r.T, "groups")
}

func (r *relations) someAssigned(p *place) (all []assigned) {
	for _, g := range r.someGroups(p) {
		all = append(all, assigned{g, rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 2, rapid.ID).Draw(r.T, "theirs")})
	}
	return all
}

func (r *relations) someManager(p *place, name string) *manager {
	m := &manager{name: name, assigned: r.someAssigned(p), disabled: r.seldom()}
	if len(p.groups) > 0 && r.flip() {
		m.owner = rapid.SampledFrom(p.groups).Draw(r.T, "owners")
	}
	return m
}

// What is sent.

type object = map[string]any

func refs(groups ...*circle) []any {
	all := []any{}
	for _, g := range groups {
		all = append(all, object{"name": g.name, "namespace": iam.NamespaceSystem})
	}
	return all
}

func entries(grants []grant) []any {
	all := []any{}
	for _, g := range grants {
		namespaces := []string{g.namespace}
		if g.namespace == "" { // as this dialect says the whole tenant
			namespaces = []string{iam.NamespaceSystem, "*"}
		}
		for _, n := range namespaces {
			all = append(all, object{"namespace": n, "role": g.role})
		}
	}
	return all
}

func groupForm(g *circle) any {
	usernames := []string{}
	for _, u := range g.members {
		usernames = append(usernames, u.user.Username)
	}
	return object{"name": g.name, "usernames": usernames, "namespace_roles": entries(g.grants)}
}

func assignments(all []assigned, theirs string) []any {
	form := []any{}
	for _, a := range all {
		form = append(form, object{"group": refs(a.group)[0], theirs: a.theirs})
	}
	return form
}

func managerForm(m *manager) any {
	spec := object{"group_assignments": assignments(m.assigned, "child_tenant_groups")}
	if m.owner != nil {
		spec["tenant_owner_group"] = refs(m.owner)[0]
	}
	return object{"metadata": object{"name": m.name, "disable": m.disabled}, "spec": spec}
}

// do sends a request of the F5 dialect with somebody's token.
func (r *relations) do(u *person, host, method, target string, body any) *httptest.ResponseRecorder {
	r.Helper()
	text := ""
	if body != nil {
		out, err := json.Marshal(body)
		r.must(err)
		text = string(out)
	}
	q := httptest.NewRequestWithContext(r.Context(), method, "http://"+host+target, strings.NewReader(text))
	q.Header.Set("Authorization", "Bearer "+u.token) // as all dialects take it
	a := httptest.NewRecorder()
	r.s.Handler().ServeHTTP(a, q)
	if a.Code >= http.StatusInternalServerError {
		r.Fatalf("%s %s %s\nanswers %d %s", method, target, text, a.Code, a.Body)
	}
	return a
}

// call is do in a tenant, which is home or reached through the prefix.
func (r *relations) call(u *person, in *place, method, path string, body any) *httptest.ResponseRecorder {
	r.Helper()
	if in != u.home {
		path = "/managed_tenant/" + in.tenant.Code + path
	}
	return r.do(u, "gatehouse.test", method, path, body)
}

func (r *relations) ok(u *person, in *place, method, path string, body any) {
	r.Helper()
	if a := r.call(u, in, method, path, body); a.Code != http.StatusOK {
		r.Fatalf("%s %s %v\nanswers %d %s", method, path, body, a.Code, a.Body)
	}
}

// look reads an object of a tenant as it is.
func (r *relations) look(p *place, path string) *httptest.ResponseRecorder {
	return r.do(p.watch, "gatehouse.test", http.MethodGet, systemPath+path, nil)
}

// member answers a text at a dotted path of an answer, empty for none.
func member(a *httptest.ResponseRecorder, path string) string {
	var value any
	if json.Unmarshal(a.Body.Bytes(), &value) != nil {
		return ""
	}
	for step := range strings.SplitSeq(path, ".") {
		in, _ := value.(map[string]any)
		value = in[step]
	}
	text, _ := value.(string)
	return text
}

// await waits for what a job does.
func (r *relations) await(what string, done func() bool) {
	r.Helper()
	for began := time.Now(); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			r.Fatalf("after 20 seconds it is not so that %s", what)
		}
	}
}
