package access_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestRoles(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"life":                 testRoleLife,
		"built in":             testBuiltin,
		"API groups":           testAPIGroups,
		"bindings":             testBindings,
		"of other tenants":     testOtherTenant,
		"beyond one's rights":  testBeyond,
		"within one's rights":  testWithin,
		"written in the trail": testTrail,
	})
}

func testRoleLife(t *testing.T, w world) {
	ctx := t.Context()
	g, err := w.Access.CreateAPIGroup(ctx, w.by, "reading", "", []iam.Rule{{Permission: "users.read"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Access.CreateRole(ctx, w.by, access.NewRole{Name: "Reader", Description: "reads", APIGroups: []iam.APIGroupID{g.ID, g.ID},
		Attributes: map[string]string{"a": "1", "b": "2"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.CreateRole(ctx, w.by, access.NewRole{Name: "READER"}); !iam.Is(err, iam.Exists) {
		t.Errorf("a second READER: %v", err)
	}
	got, err := w.Access.UpdateRole(ctx, w.by, access.RoleKey{Handle: "Reader"}, access.RoleChange{Name: ptr("Viewer"), Description: ptr(""),
		Attributes: map[string]*string{"a": nil, "b": ptr("3")}, Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := iam.Role{ID: r.ID, Handle: "Reader", Name: "Viewer", APIGroups: []iam.APIGroupID{g.ID}, Attributes: map[string]string{"b": "3"},
		Created: r.Created, Updated: got.Updated, Version: 2}
	if stored, err := w.Access.Role(ctx, w.by, access.RoleKey{Name: "viewer"}); err != nil || !cmp.Equal(stored, want) {
		t.Errorf("stored %v (-want +got)\n%s", err, cmp.Diff(want, stored))
	}
	if _, err := w.Access.UpdateRole(ctx, w.by, access.RoleKey{ID: r.ID}, access.RoleChange{Version: 1}); !iam.Is(err, iam.Conflict) {
		t.Errorf("a stale version: %v", err)
	}
	for name, in := range map[string]access.NewRole{
		"no name":   {},
		"control":   {Name: "a\nb"},
		"long":      {Name: strings.Repeat("x", 257)},
		"long text": {Name: "x", Description: strings.Repeat("x", 1201)},
		"attribute": {Name: "x", Attributes: map[string]string{"a": strings.Repeat("x", 64<<10+1)}},
	} {
		if _, err := w.Access.CreateRole(ctx, w.by, in); !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Access.CreateRole(ctx, w.by, access.NewRole{Name: "x", APIGroups: []iam.APIGroupID{iam.APIGroupID(w.tenant.ID)}}); !iam.Is(err, iam.NotFound) {
		t.Errorf("of an API group that is not there: %v", err)
	}
	if _, err := w.Access.DeleteRole(ctx, w.by, access.RoleKey{ID: r.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.Role(ctx, w.by, access.RoleKey{ID: r.ID}); !iam.Is(err, iam.NotFound) {
		t.Errorf("read afterwards: %v", err)
	}
	if l, err := w.Access.Roles(ctx, w.by, iam.Page{Total: true}); err != nil || l.Total != len(access.Builtin()) {
		t.Errorf("%d roles left, %v", l.Total, err)
	}
}

func testBuiltin(t *testing.T, w world) {
	for _, r := range access.Builtin() {
		k := access.RoleKey{Handle: r.Handle}
		for what, do := range map[string]func() error{
			"rename": func() error {
				_, err := w.Access.UpdateRole(t.Context(), w.by, k, access.RoleChange{Name: ptr("mine")})
				return err
			},
			"empty": func() error {
				_, err := w.Access.UpdateRole(t.Context(), w.by, k, access.RoleChange{APIGroups: &[]iam.APIGroupID{}})
				return err
			},
			"delete": func() error {
				_, err := w.Access.DeleteRole(t.Context(), w.by, k)
				return err
			},
		} {
			if err := do(); !iam.Is(err, iam.Precondition) {
				t.Errorf("%s %s: %v, want Precondition", what, r.Handle, err)
			}
		}
		if stored, err := w.Access.Role(t.Context(), w.by, k); err != nil || !stored.Builtin || stored.Name != r.Name {
			t.Errorf("%s is %+v, %v", r.Handle, stored, err)
		}
	}
}

func testAPIGroups(t *testing.T, w world) {
	ctx := t.Context()
	for name, rules := range map[string][]iam.Rule{
		"neither":        {{}},
		"both":           {{Permission: "users.read", Path: "/x"}},
		"pattern":        {{Permission: "u*s"}},
		"relative":       {{Path: "x"}},
		"unknown method": {{Path: "/x", Methods: []string{"FETCH"}}},
		"too many":       make([]iam.Rule, 1001),
	} {
		if _, err := w.Access.CreateAPIGroup(ctx, w.by, "x", "", rules); !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, name := range []string{"", "a\u200bb"} {
		if _, err := w.Access.CreateAPIGroup(ctx, w.by, name, "", nil); !iam.Is(err, iam.Invalid) {
			t.Errorf("called %q: %v", name, err)
		}
	}
	g, err := w.Access.CreateAPIGroup(ctx, w.by, "group", "", []iam.Rule{{Path: "/api/*", Methods: []string{"GET"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.CreateAPIGroup(ctx, w.by, "GROUP", "", nil); !iam.Is(err, iam.Exists) {
		t.Errorf("a second GROUP: %v", err)
	}
	r, err := w.Access.CreateRole(ctx, w.by, access.NewRole{Name: "role", APIGroups: []iam.APIGroupID{g.ID}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Access.DeleteAPIGroup(ctx, w.by, g.ID); !iam.Is(err, iam.Precondition) {
		t.Errorf("deleted while a role has it: %v", err)
	}
	g.Name = "renamed"
	if g, err = w.Access.UpdateAPIGroup(ctx, w.by, g); err != nil || g.Version != 2 {
		t.Errorf("updated %+v, %v", g, err)
	}
	stale := g
	stale.Version = 1
	if _, err := w.Access.UpdateAPIGroup(ctx, w.by, stale); !iam.Is(err, iam.Conflict) {
		t.Errorf("a stale version: %v", err)
	}
	if _, err := w.Access.DeleteRole(ctx, w.by, access.RoleKey{ID: r.ID}); err != nil {
		t.Fatal(err)
	}
	if err := w.Access.DeleteAPIGroup(ctx, w.by, g.ID); err != nil {
		t.Error(err)
	}
	if err := w.Access.DeleteAPIGroup(ctx, w.by, g.ID); !iam.Is(err, iam.NotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if _, err := w.Access.UpdateAPIGroup(ctx, w.by, g); !iam.Is(err, iam.NotFound) {
		t.Errorf("updated afterwards: %v", err)
	}
}

func testBindings(t *testing.T, w world) {
	ctx := t.Context()
	ann := w.NewMember(t, w.tenant, "ann").User.ID
	role := w.NewRole(t, w.tenant, "reader", "users.read").ID
	nobody, noRole := iam.UserID(w.tenant.ID), iam.RoleID(w.tenant.ID)
	for name, tt := range map[string]struct {
		b    iam.Binding
		kind iam.Kind
	}{
		"nobody":                      {iam.Binding{Role: role}, iam.Invalid},
		"both":                        {iam.Binding{User: ann, Group: "g", Role: role}, iam.Invalid},
		"no role":                     {iam.Binding{User: ann}, iam.Invalid},
		"unknown scope":               {iam.Binding{User: ann, Role: role, Scope: "nowhere"}, iam.NotFound},
		"odd scope":                   {iam.Binding{User: ann, Role: role, Scope: "Not A Label"}, iam.NotFound},
		"unknown group of namespaces": {iam.Binding{User: ann, Role: role, Scope: iam.GroupScope(iam.NamespaceGroupID(w.tenant.ID))}, iam.NotFound},
		"unknown user":                {iam.Binding{User: nobody, Role: role}, iam.NotFound},
		"unknown group":               {iam.Binding{Group: iam.GroupID(nobody), Role: role}, iam.NotFound},
		"unknown role":                {iam.Binding{User: ann, Role: noRole}, iam.NotFound},
		"user is no id":               {iam.Binding{User: "ann", Role: role}, iam.NotFound},
		"group is no id":              {iam.Binding{Group: "g", Role: role}, iam.NotFound},
		"role is no id":               {iam.Binding{User: ann, Role: "reader"}, iam.NotFound},
	} {
		if _, err := w.Access.Bind(ctx, w.by, tt.b); !iam.Is(err, tt.kind) {
			t.Errorf("%s: %v, want %v", name, err, tt.kind)
		}
	}
	b := w.bind(t, iam.Binding{User: ann, Role: role, Scope: "shared"})
	if b.CreatedBy != w.by.User || b.Created.IsZero() {
		t.Errorf("bound as %+v", b)
	}
	if _, err := w.Access.Bind(ctx, w.by, iam.Binding{User: ann, Role: role, Scope: "shared"}); !iam.Is(err, iam.Exists) {
		t.Errorf("bound twice: %v", err)
	}
	w.bind(t, iam.Binding{User: ann, Role: role, Scope: "default"})
	if err := w.Access.Unbind(ctx, w.by, b.ID); err != nil {
		t.Error(err)
	}
	for _, id := range []iam.BindingID{b.ID, "none", ""} {
		if err := w.Access.Unbind(ctx, w.by, id); !iam.Is(err, iam.NotFound) {
			t.Errorf("unbound %q: %v", id, err)
		}
	}
}

func testOtherTenant(t *testing.T, w world) {
	ctx := t.Context()
	stranger := iam.Actor{Tenant: w.Tenant.ID, Home: w.Tenant.ID, User: w.Admin.ID, Username: "admin"}
	r := w.NewRole(t, w.tenant, "here", "users.read")
	b := w.bind(t, iam.Binding{User: w.by.User, Role: r.ID, Scope: "shared"})
	_, err1 := w.Access.Role(ctx, stranger, access.RoleKey{ID: r.ID})
	_, err2 := w.Access.UpdateRole(ctx, stranger, access.RoleKey{ID: r.ID}, access.RoleChange{Name: ptr("x")})
	_, err3 := w.Access.DeleteRole(ctx, stranger, access.RoleKey{Name: "here"})
	_, err4 := w.Access.UpdateAPIGroup(ctx, stranger, iam.APIGroup{ID: r.APIGroups[0], Name: "x", Version: 1})
	err5 := w.Access.DeleteAPIGroup(ctx, stranger, r.APIGroups[0])
	_, err6 := w.Access.Bind(ctx, stranger, iam.Binding{User: stranger.User, Role: r.ID})
	err7 := w.Access.Unbind(ctx, stranger, b.ID)
	_, err8 := w.Access.CreateRole(ctx, stranger, access.NewRole{Name: "y", APIGroups: r.APIGroups})
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8} {
		if !iam.Is(err, iam.NotFound) {
			t.Errorf("%d: %v, want NotFound", i+1, err)
		}
	}
	theirs, err := w.Access.Role(ctx, stranger, access.RoleKey{Handle: "user"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.Bind(ctx, stranger, iam.Binding{User: w.by.User, Role: theirs.ID}); !iam.Is(err, iam.NotFound) {
		t.Errorf("a role of one tenant to a user of another: %v", err)
	}
}

// clerk is somebody who may call every operation about roles, and holds
// users.read in the namespace "shared" besides.
func clerk(t *testing.T, w world) iam.Actor {
	t.Helper()
	w.NewRole(t, w.tenant, "clerk", "roles.*", "users.read")
	local := w.NewRole(t, w.tenant, "clerk locally", "regions.read")
	by := w.NewMember(t, w.tenant, "clerk", "clerk").Actor()
	w.bind(t, iam.Binding{User: by.User, Role: local.ID, Scope: "shared"})
	return by
}

func testBeyond(t *testing.T, w world) {
	ctx, by := t.Context(), clerk(t, w)
	big := w.NewRole(t, w.tenant, "big", "users.*")
	small := w.NewRole(t, w.tenant, "small", "users.read")
	local, err := w.Access.Role(ctx, w.by, access.RoleKey{Name: "clerk locally"})
	if err != nil {
		t.Fatal(err)
	}
	binding := w.bind(t, iam.Binding{User: w.by.User, Role: big.ID})
	for name, do := range map[string]func() error{
		"API group": func() error {
			_, err := w.Access.CreateAPIGroup(ctx, by, "x", "", []iam.Rule{{Permission: "users.delete"}})
			return err
		},
		"API group by path": func() error {
			_, err := w.Access.CreateAPIGroup(ctx, by, "x", "", []iam.Rule{{Path: "/*"}})
			return err
		},
		"wider API group": func() error {
			_, err := w.Access.UpdateAPIGroup(ctx, by, iam.APIGroup{ID: small.APIGroups[0], Name: "small", Rules: []iam.Rule{{Permission: "*"}}, Version: 1})
			return err
		},
		"narrower API group": func() error {
			_, err := w.Access.UpdateAPIGroup(ctx, by, iam.APIGroup{ID: big.APIGroups[0], Name: "big", Version: 1})
			return err
		},
		"end of API group": func() error { return w.Access.DeleteAPIGroup(ctx, by, big.APIGroups[0]) },
		"role": func() error {
			_, err := w.Access.CreateRole(ctx, by, access.NewRole{Name: "x", APIGroups: big.APIGroups})
			return err
		},
		"wider role": func() error {
			_, err := w.Access.UpdateRole(ctx, by, access.RoleKey{ID: small.ID}, access.RoleChange{APIGroups: &big.APIGroups})
			return err
		},
		"narrower role": func() error {
			_, err := w.Access.UpdateRole(ctx, by, access.RoleKey{ID: big.ID}, access.RoleChange{APIGroups: &small.APIGroups})
			return err
		},
		"other name": func() error {
			_, err := w.Access.UpdateRole(ctx, by, access.RoleKey{ID: big.ID}, access.RoleChange{Name: ptr("harmless")})
			return err
		},
		"end of role": func() error { _, err := w.Access.DeleteRole(ctx, by, access.RoleKey{ID: big.ID}); return err },
		"binding": func() error {
			_, err := w.Access.Bind(ctx, by, iam.Binding{User: by.User, Role: big.ID, Scope: "shared"})
			return err
		},
		"wider binding": func() error { _, err := w.Access.Bind(ctx, by, iam.Binding{User: by.User, Role: local.ID}); return err },
		"binding elsewhere": func() error {
			_, err := w.Access.Bind(ctx, by, iam.Binding{User: by.User, Role: local.ID, Scope: "*"})
			return err
		},
		"end of binding": func() error { return w.Access.Unbind(ctx, by, binding.ID) },
	} {
		if err := do(); !iam.Is(err, iam.Denied) {
			t.Errorf("%s: %v, want Denied", name, err)
		}
	}
}

func testWithin(t *testing.T, w world) {
	ctx, by := t.Context(), clerk(t, w)
	ann := w.NewMember(t, w.tenant, "ann").Actor()
	g, err := w.Access.CreateAPIGroup(ctx, by, "x", "", []iam.Rule{{Permission: "users.read"}, {Permission: "no.such"}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Access.CreateRole(ctx, by, access.NewRole{Name: "x", APIGroups: []iam.APIGroupID{g.ID}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.Access.Bind(ctx, by, iam.Binding{User: ann.User, Role: r.ID})
	if err != nil {
		t.Fatal(err)
	}
	if !w.may(t, ann, iam.UsersRead) {
		t.Error("what was given does not hold")
	}
	local, err := w.Access.Role(ctx, by, access.RoleKey{Name: "clerk locally"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.Bind(ctx, by, iam.Binding{User: ann.User, Role: local.ID, Scope: "shared"}); err != nil {
		t.Errorf("in the namespace where it is held: %v", err)
	}
	if err := w.Access.Unbind(ctx, by, b.ID); err != nil {
		t.Error(err)
	}
	if _, err := w.Access.DeleteRole(ctx, by, access.RoleKey{ID: r.ID}); err != nil {
		t.Error(err)
	}
}

func testTrail(t *testing.T, w world) {
	ctx := t.Context()
	r := w.NewRole(t, w.tenant, "reader", "users.read")
	b := w.bind(t, iam.Binding{User: w.by.User, Role: r.ID, Scope: "shared"})
	if err := w.Access.Unbind(ctx, w.by, b.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Access.DeleteRole(ctx, w.by, access.RoleKey{ID: r.ID}); err != nil {
		t.Fatal(err)
	}
	if err := w.Access.DeleteAPIGroup(ctx, w.by, r.APIGroups[0]); err != nil {
		t.Fatal(err)
	}
	l, err := w.Audit.Events(ctx, w.by, audit.Filter{Actor: w.by.User}, iam.Page{Desc: true})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range l.Items {
		told = append(told, e.Action+" "+e.ObjectID)
		if e.Object == "binding" {
			want := map[string]string{"user": string(w.by.User), "group": "", "role": string(r.ID), "scope": "shared"}
			if diff := cmp.Diff(want, e.Details); diff != "" {
				t.Errorf("%s (-want +got)\n%s", e.Action, diff)
			}
		}
	}
	want := []string{"binding.create " + string(b.ID), "binding.delete " + string(b.ID), "role.delete " + string(r.ID), "api-group.delete " + string(r.APIGroups[0])}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("the trail (-want +got)\n%s", diff)
	}
}
