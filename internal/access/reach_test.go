package access_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

func TestReach(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"down the tree": testTree, "owners": testOwners, "delegation": testDelegation, "support": testSupport,
		"which comes first": testPrecedence, "only from home": testOnlyFromHome, "by name": testByName,
		"what is asked elsewhere": testElsewhere,
	})
}

// testTree: members of a group have what it is assigned in the child, and by
// that in the child's child; and everything that ends any step ends it at once.
func testTree(t *testing.T, top world) {
	ctx := t.Context()
	ops := top.group(t, "ops")
	top.group(t, "others")
	m := top.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: ops, Theirs: []string{"Staff", "nobody"}}}})
	middle, half := top.below(t, "m", m.record.ID)
	staff := middle.group(t, "staff", "users.read")
	lower := middle.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: staff, Theirs: []string{"crew"}}}})
	bottom, lowest := middle.below(t, "b", lower.record.ID)
	crew := bottom.group(t, "crew", "users.read", "roles.read")

	ann, ben := top.member(t, "ann", "ops"), top.member(t, "ben", "others")
	cy := middle.member(t, "cy", "staff")
	in := bottom.come(t, ann)
	if in.Tenant != bottom.tenant.ID || in.Home != top.tenant.ID || in.HomeCode != top.tenant.Code || in.User != ann.User {
		t.Errorf("who comes in is %+v", in)
	}
	alive := func(when string) {
		t.Helper()
		middle.has(t, when, ann, iam.ReachTree, iam.UsersRead)
		bottom.has(t, when, ann, iam.ReachTree, iam.UsersRead, iam.RolesRead)
		bottom.has(t, when, cy, iam.ReachTree, iam.UsersRead, iam.RolesRead)
	}
	alive("at first")
	middle.out(t, "in no group of an assignment", ben)
	bottom.out(t, "in no group of an assignment", ben)
	top.out(t, "upwards", cy)

	state := func(u iam.UserID, s iam.UserState) {
		t.Helper()
		_, err := top.Directory.UpdateUser(ctx, top.by, directory.UserKey{ID: u}, directory.UserChange{State: &s})
		must(t, err)
	}
	rename := func(w world, g iam.GroupID, name string) {
		t.Helper()
		_, err := w.Directory.UpdateGroup(ctx, w.by, directory.GroupKey{ID: g}, directory.GroupChange{Name: &name})
		must(t, err)
	}
	for name, c := range map[string]struct{ end, mend func() }{
		"out of the group":      {func() { top.join(t, ann.User) }, func() { top.join(t, ann.User, "ops") }},
		"disabled":              {func() { state(ann.User, iam.UserDisabled) }, func() { state(ann.User, iam.UserEnabled) }},
		"no assignment":         {func() { m.assign(t) }, func() { m.assign(t, iam.Assignment{Group: ops, Theirs: []string{"staff"}}) }},
		"the manager is off":    {func() { m.disable(t, true) }, func() { m.disable(t, false) }},
		"the child is off":      {func() { half.disable(t, true) }, func() { half.disable(t, false) }},
		"the lower manager off": {func() { lower.disable(t, true) }, func() { lower.disable(t, false) }},
		"another manager":       {func() { lowest.change(t, manager("")) }, func() { lowest.change(t, manager(lower.record.ID)) }},
		"renamed between":       {func() { rename(middle, staff, "crew"); rename(bottom, crew, "none") }, func() { rename(middle, staff, "staff"); rename(bottom, crew, "Crew") }},
		"renamed below":         {func() { rename(bottom, crew, "other") }, func() { rename(bottom, crew, "crew") }},
		"suspended":             {func() { middle.state(t, iam.TenantDisabled) }, func() { middle.state(t, iam.TenantActive) }},
		"the home is off":       {func() { top.state(t, iam.TenantDisabled) }, func() { top.state(t, iam.TenantActive) }},
		"the tenant is off":     {func() { bottom.state(t, iam.TenantDisabled) }, func() { bottom.state(t, iam.TenantActive) }},
	} {
		c.end()
		bottom.out(t, name, ann, in)
		c.mend()
		alive("after " + name)
	}
	// What the group has is what its people from outside have.
	bs, err := bottom.Access.GroupGrants(ctx, bottom.by, crew)
	must(t, err)
	must(t, bottom.Access.Unbind(ctx, bottom.by, bs[0].Binding.ID))
	bottom.out(t, "a group without a role", ann, in)
	_, err = top.Directory.DeleteGroup(ctx, top.by, directory.GroupKey{ID: ops})
	must(t, err)
	middle.out(t, "no such group", ann)
}

func manager(id iam.ObjectID) func(*object.Record) {
	return func(r *object.Record) { r.Link.Manager = id }
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// state makes the world's tenant active or not, as the operator.
func (w world) state(t *testing.T, s iam.TenantState) {
	t.Helper()
	of, err := w.Store.Tenant(t.Context(), w.tenant.ID)
	must(t, err)
	of.Own = s
	must(t, w.Store.UpdateTenant(t.Context(), of.ID, of))
}

// testOwners: an owner may do everything in the child, and has what the child
// gives to any of its groups in the one below that.
func testOwners(t *testing.T, top world) {
	ops := top.group(t, "ops")
	m := top.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: ops, Owner: true}}})
	middle, _ := top.below(t, "m", m.record.ID)
	first, second := middle.group(t, "first"), middle.group(t, "second")
	lower := middle.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{
		{Group: first, Theirs: []string{"readers"}}, {Group: second, Theirs: []string{"clerks"}}}})
	bottom, _ := middle.below(t, "b", lower.record.ID)
	bottom.group(t, "readers", "users.read")
	bottom.group(t, "clerks", "users.update")
	bottom.group(t, "rest", "roles.read")
	ann := top.member(t, "ann", "ops")
	middle.has(t, "an owner", ann, iam.ReachTree, tried...)
	bottom.has(t, "below", ann, iam.ReachTree, iam.UsersRead, iam.UsersUpdate)
	in := bottom.come(t, ann)
	lower.assign(t, iam.Assignment{Group: first, Owner: true})
	bottom.has(t, "owner by an owner", ann, iam.ReachTree, tried...)
	m.assign(t)
	middle.out(t, "no owner any more", ann)
	bottom.out(t, "no owner any more", ann, in)
}

// testDelegation: there is access while both halves are, as far as both go.
func testDelegation(t *testing.T, a world) {
	b := a.beside(t, "managed")
	ops := a.group(t, "ops")
	mine := b.group(t, "readers", "users.read")
	also := b.group(t, "clerks", "users.update")
	b.group(t, "bosses", "*")
	ann := a.member(t, "ann", "ops")
	managed := a.newLink(t, "managed", iam.Link{Kind: iam.LinkManaged, Other: b.tenant.ID, OtherCode: b.tenant.Code,
		Assignments: []iam.Assignment{{Group: ops, Theirs: []string{"Readers", "bosses"}, Owner: true}}})
	b.out(t, "one half", ann)
	allowed := b.newLink(t, "allowed", iam.Link{Kind: iam.LinkAllowed, Other: a.tenant.ID, OtherCode: a.tenant.Code,
		Assignments: []iam.Assignment{{Group: mine}, {Group: also}}})
	alive := func(when string) {
		t.Helper()
		b.has(t, when, ann, iam.ReachDelegation, iam.UsersRead)
	}
	alive("both")
	in := b.come(t, ann)
	a.out(t, "the other way", b.by)

	// It goes no further: neither to what the other manages, nor to what is below it.
	m := b.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: mine, Theirs: []string{"crew"}}}})
	below, _ := b.below(t, "b", m.record.ID)
	below.group(t, "crew", "*")
	c := b.beside(t, "c")
	crew := c.group(t, "crew", "*")
	b.newLink(t, "managed", iam.Link{Kind: iam.LinkManaged, Other: c.tenant.ID, OtherCode: c.tenant.Code, Assignments: []iam.Assignment{{Group: mine, Theirs: []string{"crew"}}}})
	c.newLink(t, "allowed", iam.Link{Kind: iam.LinkAllowed, Other: b.tenant.ID, OtherCode: b.tenant.Code, Assignments: []iam.Assignment{{Group: crew}}})
	for _, w := range []world{below, c} {
		w.out(t, "over two", ann)
		if _, err := w.Access.Reach(t.Context(), in, w.tenant.ID); !iam.Is(err, iam.Denied) {
			t.Errorf("from the tenant between: %v", err)
		}
	}

	readers := iam.Assignment{Group: ops, Theirs: []string{"readers"}}
	for name, c := range map[string]struct{ end, mend func() }{
		"no half that manages": {func() { managed.remove(t) }, func() { managed = a.newLink(t, "managed", *managed.record.Link) }},
		"no half that allows":  {func() { allowed.remove(t) }, func() { allowed = b.newLink(t, "allowed", *allowed.record.Link) }},
		"managing is off":      {func() { managed.disable(t, true) }, func() { managed.disable(t, false) }},
		"allowing is off":      {func() { allowed.disable(t, true) }, func() { allowed.disable(t, false) }},
		"another group":        {func() { allowed.assign(t, iam.Assignment{Group: also}) }, func() { allowed.assign(t, iam.Assignment{Group: mine}) }},
		"nothing allowed":      {func() { allowed.assign(t) }, func() { allowed.assign(t, iam.Assignment{Group: mine}) }},
		"nothing assigned":     {func() { managed.assign(t) }, func() { managed.assign(t, readers) }},
		"out of the group":     {func() { a.join(t, ann.User) }, func() { a.join(t, ann.User, "ops") }},
		"the home is off":      {func() { a.state(t, iam.TenantDisabled) }, func() { a.state(t, iam.TenantActive) }},
		"the tenant is off":    {func() { b.state(t, iam.TenantDisabled) }, func() { b.state(t, iam.TenantActive) }},
	} {
		c.end()
		b.out(t, name, ann, in)
		c.mend()
		alive("after " + name)
	}
}

// testSupport: those who run tenants in the whole of the support tenant have
// what another one lets them.
func testSupport(t *testing.T, a world) {
	ctx := t.Context()
	helpers := a.beside(t, "helpers")
	helpers.newNamespaces(t, "shop")
	a.newNamespaces(t, "shop")
	role := helpers.NewRole(t, helpers.tenant, "runner", "tenants.update")
	ann, ben, cy := helpers.member(t, "ann"), helpers.member(t, "ben"), helpers.NewMember(t, helpers.tenant, "cy", "admin").Actor()
	helpers.bind(t, iam.Binding{User: ann.User, Role: role.ID})
	helpers.bind(t, iam.Binding{User: ben.User, Role: role.ID, Scope: "system"})
	let := func(m iam.SupportMode, namespaces ...string) {
		t.Helper()
		_, err := a.Tenancy.SetSupportAccess(ctx, a.by, iam.SupportAccess{Mode: m, Namespaces: namespaces})
		must(t, err)
	}
	operator := iam.System("", "test")
	let(iam.SupportWrite)
	a.out(t, "no support tenant", ann)
	must(t, a.Tenancy.SetSupportTenant(ctx, operator, helpers.tenant.Code))
	a.has(t, "write", ann, iam.ReachSupport, tried...)
	in := a.come(t, ann)
	a.has(t, "an administrator", cy, iam.ReachSupport, tried...)
	a.out(t, "who runs tenants in a namespace", ben)
	let(iam.SupportRead)
	a.has(t, "read", ann, iam.ReachSupport, iam.UsersRead, iam.GroupsRead, iam.RolesRead)
	let(iam.SupportNamespaces, "shop")
	a.has(t, "one namespace", ann, iam.ReachSupport)
	update, read := a.endpoint(t, iam.UsersUpdate), a.endpoint(t, iam.UsersRead)
	if !a.allowed(t, in, update, "shop") || a.allowed(t, in, read, "system") || a.allowed(t, in, read, "default") {
		t.Error("named namespaces: the rights hold elsewhere")
	}
	let(iam.SupportNamespaces, "default")
	if a.allowed(t, in, update, "shop") || !a.allowed(t, in, update, "default") {
		t.Error("another namespace: the rights hold in the one of before")
	}
	let(iam.SupportNone)
	a.out(t, "none", ann, in)
	let(iam.SupportWrite)
	a.has(t, "write again", ann, iam.ReachSupport, tried...)
	must(t, a.Store.SetSupportAccess(ctx, a.tenant.ID, iam.SupportAccess{Mode: iam.SupportWrite, Disabled: true}))
	a.out(t, "disabled", ann, in)
	let(iam.SupportWrite)
	must(t, a.Tenancy.SetSupportTenant(ctx, operator, ""))
	a.out(t, "no support tenant any more", ann, in)
	must(t, a.Tenancy.SetSupportTenant(ctx, operator, helpers.tenant.Code))
	a.has(t, "once more", ann, iam.ReachSupport, tried...)
	_, err := helpers.Access.UpdateRole(ctx, helpers.by, access.RoleKey{ID: role.ID}, access.RoleChange{Disabled: ptr(true)})
	must(t, err)
	a.out(t, "who does not run tenants any more", ann, in)
	must(t, a.Tenancy.SetSupportTenant(ctx, operator, ""))
}

// testPrecedence: the tree comes before a delegation, and that before support;
// and one that gives nothing is none.
func testPrecedence(t *testing.T, top world) {
	ctx := t.Context()
	ops := top.group(t, "ops")
	assigned := func(group string) []iam.Assignment { return []iam.Assignment{{Group: ops, Theirs: []string{group}}} }
	m := top.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: assigned("tree")})
	b, _ := top.below(t, "m", m.record.ID)
	b.group(t, "tree", "users.read")
	empty := b.group(t, "empty")
	delegated := b.group(t, "delegated", "roles.read")
	d := top.newLink(t, "managed", iam.Link{Kind: iam.LinkManaged, Other: b.tenant.ID, OtherCode: b.tenant.Code, Assignments: assigned("delegated")})
	b.newLink(t, "allowed", iam.Link{Kind: iam.LinkAllowed, Other: top.tenant.ID, OtherCode: top.tenant.Code,
		Assignments: []iam.Assignment{{Group: delegated}, {Group: empty}}})
	_, err := b.Tenancy.SetSupportAccess(ctx, b.by, iam.SupportAccess{Mode: iam.SupportWrite})
	must(t, err)
	must(t, top.Tenancy.SetSupportTenant(ctx, iam.System("", "test"), top.tenant.Code))
	ann := top.NewMember(t, top.tenant, "ann", "admin").Actor()
	top.join(t, ann.User, "ops")
	b.has(t, "all three", ann, iam.ReachTree, iam.UsersRead)
	m.assign(t, assigned("empty")...)
	b.has(t, "the tree gives nothing", ann, iam.ReachDelegation, iam.RolesRead)
	d.assign(t, assigned("empty")...)
	b.has(t, "nor does the delegation", ann, iam.ReachSupport, tried...)
	must(t, top.Tenancy.SetSupportTenant(ctx, iam.System("", "test"), ""))
	b.out(t, "none", ann)
}

// testOnlyFromHome: who is in another tenant goes on to no third one, neither by
// its relations nor below it with the rights of their home.
func testOnlyFromHome(t *testing.T, top world) {
	ctx := t.Context()
	ops := top.group(t, "ops")
	m := top.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: ops, Theirs: []string{"runners"}}}})
	b, _ := top.below(t, "m", m.record.ID)
	b.group(t, "runners", "tenants.*")
	below, _ := b.below(t, "b", "")
	admin := top.NewMember(t, top.tenant, "ann", "admin").Actor()
	top.join(t, admin.User, "ops")
	in := b.come(t, admin)
	if _, err := top.Access.Enter(ctx, in, below.tenant, iam.UsersRead); !iam.Is(err, iam.Denied) {
		t.Errorf("Enter below: %v", err)
	}
	if _, err := top.Access.Reach(ctx, in, top.tenant.ID); !iam.Is(err, iam.Denied) {
		t.Errorf("back home: %v", err)
	}
	for _, c := range []iam.Actor{{}, {Tenant: top.tenant.ID, Home: top.tenant.ID}, iam.System(top.tenant.ID, "test")} {
		if _, err := top.Access.Reach(ctx, c, b.tenant.ID); !iam.Is(err, iam.Denied) {
			t.Errorf("%+v comes in: %v", c, err)
		}
	}
	if _, err := top.Access.Reach(ctx, admin, iam.TenantID(top.Env().NewID())); !iam.Is(err, iam.Denied) {
		t.Errorf("into a tenant that is not there: %v", err)
	}
	entered, err := top.Access.Enter(ctx, admin, below.tenant, iam.UsersRead)
	must(t, err)
	if entered.Reach != iam.ReachBelow || entered.HomeCode != top.tenant.Code || !top.may(t, entered, iam.UsersUpdate) {
		t.Errorf("entered as %+v", entered)
	}
	if _, err := top.Access.Enter(ctx, entered, b.tenant, iam.UsersRead); !iam.Is(err, iam.Denied) {
		t.Errorf("entered twice: %v", err)
	}
}

// testByName: what a parent says in its own words means nothing else, whatever
// the names are, and what one relation is given is not what another one is.
func testByName(t *testing.T, top world) {
	ops := top.group(t, "ops")
	other := top.beside(t, "other")
	theirs := other.group(t, "ops")
	b, half := top.below(t, "m", "")
	boss := b.group(t, "boss", "users.read")
	other.newLink(t, "managed", iam.Link{Kind: iam.LinkManaged, Other: b.tenant.ID, OtherCode: b.tenant.Code, Assignments: []iam.Assignment{{Group: theirs, Theirs: []string{"boss"}}}})
	b.newLink(t, "allowed", iam.Link{Kind: iam.LinkAllowed, Other: other.tenant.ID, OtherCode: other.tenant.Code, Assignments: []iam.Assignment{{Group: boss}}})
	b.has(t, "a delegation", other.member(t, "ben", "ops"), iam.ReachDelegation, iam.UsersRead)
	third := top.beside(t, "third")
	same := third.group(t, "ops")
	third.newLink(t, "managed", iam.Link{Kind: iam.LinkManaged, Other: b.tenant.ID, OtherCode: b.tenant.Code, Assignments: []iam.Assignment{{Group: same, Theirs: []string{"boss"}}}})
	b.newLink(t, "allowed-too", iam.Link{Kind: iam.LinkAllowed, Other: third.tenant.ID, OtherCode: third.tenant.Code, Assignments: []iam.Assignment{{Group: b.group(t, "crew", "roles.read")}}})
	b.out(t, "what is allowed to another", third.member(t, "zoe", "ops"))
	m := top.newLink(t, "manager", iam.Link{Kind: iam.LinkManager})
	half.change(t, manager(m.record.ID))
	ann := top.member(t, "ann", "ops")
	for _, name := range []string{string(other.tenant.ID) + " boss", "allowed " + string(other.tenant.ID) + " boss", string(boss), "owner", "*", "boss crew", ""} {
		m.assign(t, iam.Assignment{Group: ops, Theirs: []string{name}})
		b.out(t, name, ann)
	}
	m.assign(t, iam.Assignment{Group: ops, Theirs: []string{"BOSS", "boss"}})
	b.has(t, "the name itself", ann, iam.ReachTree, iam.UsersRead)
}

// testElsewhere: an outsider is asked about by what they have in the tenant, and
// is narrowed by their token and by the plan.
func testElsewhere(t *testing.T, top world) {
	ctx := t.Context()
	ops := top.group(t, "ops", "*")
	m := top.newLink(t, "manager", iam.Link{Kind: iam.LinkManager, Assignments: []iam.Assignment{{Group: ops, Theirs: []string{"staff"}}}})
	b, _ := top.below(t, "m", m.record.ID)
	b.newNamespaces(t, "shop")
	staff := b.group(t, "staff")
	reader := b.NewRole(t, b.tenant, "reader", "users.*", "roles.*", "groups.*", "tenants.*")
	b.bind(t, iam.Binding{Group: staff, Role: reader.ID})
	local := b.NewRole(t, b.tenant, "local", "objects.*")
	b.bind(t, iam.Binding{Group: staff, Role: local.ID, Scope: "shop"})
	ann := top.member(t, "ann", "ops")
	in := b.come(t, ann)

	roles, err := b.Access.RolesIn(ctx, in)
	must(t, err)
	if len(roles[""]) != 1 || roles[""][0].Name != "reader" || len(roles["shop"]) != 2 || len(roles["system"]) != 1 {
		t.Errorf("roles %v", roles)
	}
	at := b.endpoint(t, iam.ObjectsRead)
	if !b.allowed(t, in, at, "shop") || b.allowed(t, in, at, "default") {
		t.Error("what is bound in a namespace does not hold there alone")
	}
	calls := []access.Call{{Method: "GET", Path: "/api/config/namespaces/shop/contacts"}, {Method: "GET", Path: "/api/config/namespaces/default/contacts"}}
	decided, err := b.Access.Evaluate(ctx, in, access.ByAll, "system", calls)
	must(t, err)
	if !decided[0].Allowed || decided[1].Allowed {
		t.Errorf("evaluated as %+v", decided)
	}
	x, err := b.Access.ExplainCall(ctx, in, iam.User{ID: in.User, Username: in.Username}, "system", calls[0])
	must(t, err)
	if !x.Allowed || x.Bound.Grant == nil || x.Bound.Grant.Group.Name != "staff" || x.Bound.Grant.Role.Name != "local" {
		t.Errorf("explained as %+v", x)
	}

	narrow := in
	narrow.Scope = "users.read"
	if !b.may(t, narrow, iam.UsersRead) || b.may(t, narrow, iam.UsersUpdate) {
		t.Error("a token of a scope is not narrowed to it")
	}
	b.setPlan(t, b.tenant.ID, iam.Withheld{Permission: "users.*"})
	if b.may(t, in, iam.UsersRead) || !b.may(t, in, iam.RolesRead) {
		t.Error("the plan does not withhold")
	}

	// They give away in the tenant what they have in it, whatever they have at home.
	zed := b.member(t, "zed")
	big, err := b.Access.Role(ctx, b.by, access.RoleKey{Handle: access.RoleAdmin})
	must(t, err)
	boss := b.NewMember(t, b.tenant, "boss", "admin").User.ID
	for name, do := range map[string]func() error{
		"more than they have": func() error { _, err := b.Access.Bind(ctx, in, iam.Binding{User: zed.User, Role: big.ID}); return err },
		"it in a wider scope": func() error {
			_, err := b.Access.Bind(ctx, in, iam.Binding{User: zed.User, Role: local.ID})
			return err
		},
		"the password of more": func() error {
			_, err := b.Directory.UpdateUser(ctx, in, directory.UserKey{ID: boss}, directory.UserChange{Password: ptr("another long phrase")})
			return err
		},
		"themselves the role": func() error { _, err := b.Access.Bind(ctx, in, iam.Binding{Group: staff, Role: big.ID}); return err },
		"support to others": func() error {
			_, err := b.Tenancy.SetSupportAccess(ctx, in, iam.SupportAccess{Mode: iam.SupportWrite})
			return err
		},
		"all": func() error { return b.Access.CheckAll(ctx, in) },
	} {
		if err := do(); !iam.Is(err, iam.Denied) {
			t.Errorf("gives away %s: %v", name, err)
		}
	}
	if _, err := b.Access.Bind(ctx, in, iam.Binding{User: zed.User, Role: reader.ID}); err != nil {
		t.Errorf("gives away what they have: %v", err)
	}
	e := b.Env().Event(in, "binding", "create", "x", "")
	if e.Details["home_tenant"] != string(top.tenant.ID) || e.Details["home_tenant_code"] != top.tenant.Code || e.Details["reach"] != "tree" {
		t.Errorf("the trail says %v", e.Details)
	}
}
