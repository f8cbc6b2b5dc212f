package tenancy_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func TestNamespaces(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"life":                       testNamespace,
		"names":                      testNamespaceNames,
		"what there is to say":       testNamespaceFacts,
		"what cannot be said":        testNamespaceRules,
		"groups":                     testNamespaceGroups,
		"members of groups":          testNamespaceGroupMembers,
		"of other tenants":           testNamespacesOfOthers,
		"as many as there may be":    testManyNamespaces,
		"changed by somebody else":   testStaleNamespaces,
		"what is bound ends with it": testEndOfNamespace,
	})
}

func (w world) namespace(t *testing.T, name string) iam.Namespace {
	t.Helper()
	n, err := w.Tenancy.CreateNamespace(t.Context(), w.by, tenancy.NewNamespace{Name: name})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w world) group(t *testing.T, name string, namespaces ...string) iam.NamespaceGroup {
	t.Helper()
	g, err := w.Tenancy.CreateNamespaceGroup(t.Context(), w.by, tenancy.NewNamespaceGroup{Name: name, Namespaces: namespaces})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func testNamespace(t *testing.T, w world) {
	ctx := t.Context()
	made, err := w.Tenancy.CreateNamespace(ctx, w.by, tenancy.NewNamespace{Name: "shop", Description: "가게"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.Tenancy.Namespace(ctx, w.by, "shop")
	if err != nil || !cmp.Equal(got, made) || got.Description != "가게" || got.Version != 1 {
		t.Errorf("made %+v, read %+v, %v", made, got, err)
	}
	if _, err := w.Tenancy.CreateNamespace(ctx, w.by, tenancy.NewNamespace{Name: "shop"}); !iam.Is(err, iam.Exists) {
		t.Errorf("a name that is taken: %v", err)
	}
	got, err = w.Tenancy.UpdateNamespace(ctx, w.by, "shop", tenancy.NamespaceChange{Description: ptr("shop"), Version: 1})
	if err != nil || got.Description != "shop" || got.Version != 2 || got.ID != made.ID || got.Updated.Equal(made.Updated) {
		t.Errorf("updated %+v, %v", got, err)
	}
	if again, err := w.Tenancy.Namespace(ctx, w.by, "shop"); err != nil || !cmp.Equal(again, got) {
		t.Errorf("read %+v, %v (-want +got)\n%s", again, err, cmp.Diff(got, again))
	}
	if _, err := w.Tenancy.UpdateNamespace(ctx, w.by, "shop", tenancy.NamespaceChange{Description: ptr(strings.Repeat("x", 1201))}); !iam.Is(err, iam.Invalid) {
		t.Errorf("a long description: %v", err)
	}
	all, err := w.Tenancy.Namespaces(ctx, w.by)
	var names []string
	for _, n := range all {
		names = append(names, n.Name)
	}
	if want := []string{"default", "shared", "shop", "system"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("namespaces %q, %v, want %q", names, err, want)
	}
	for _, name := range iam.BuiltinNamespaces() {
		if err := w.Tenancy.DeleteNamespace(ctx, w.by, name); !iam.Is(err, iam.Precondition) {
			t.Errorf("deleting %s: %v, want Precondition", name, err)
		}
	}
	if err := w.Tenancy.DeleteNamespace(ctx, w.by, "shop"); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"read": func() error { _, err := w.Tenancy.Namespace(ctx, w.by, "shop"); return err }(),
		"updated": func() error {
			_, err := w.Tenancy.UpdateNamespace(ctx, w.by, "shop", tenancy.NamespaceChange{})
			return err
		}(),
		"deleted": w.Tenancy.DeleteNamespace(ctx, w.by, "shop"),
	} {
		if !iam.Is(err, iam.NotFound) {
			t.Errorf("%s afterwards: %v", what, err)
		}
	}
	if got, want := w.trail(t, w.tenant.ID, "namespace"), "namespace.create shop, namespace.update shop, namespace.delete shop"; got != want {
		t.Errorf("trail %q, want %q", got, want)
	}
}

func testNamespaceNames(t *testing.T, w world) {
	for name, ok := range map[string]bool{
		"a": true, "a0": true, "0": false, "0a": false, "a-b": true, "a--b": true, strings.Repeat("a", 64): true,
		"": false, "A": false, "-a": false, "a-": false, "a_b": false, "a.b": false, "a b": false, "*": false, "가게": false,
		"group:x": false, "a\n": false, strings.Repeat("a", 65): false,
	} {
		_, err := w.Tenancy.CreateNamespace(t.Context(), w.by, tenancy.NewNamespace{Name: name})
		if (err == nil) != ok || err != nil && !iam.Is(err, iam.Invalid) {
			t.Errorf("%q: %v, ok %v", name, err, ok)
		}
	}
}

// What is said of a namespace is kept, and a change leaves alone what it does
// not name.
func testNamespaceFacts(t *testing.T, w world) {
	ctx := t.Context()
	made, err := w.Tenancy.CreateNamespace(ctx, w.by, tenancy.NewNamespace{Name: "shop", Description: "가게", Disabled: true,
		Labels: map[string]string{"ves.io/team": "retail"}, Annotations: map[string]string{"note": "한 줄"}})
	if err != nil {
		t.Fatal(err)
	}
	if made.CreatedBy != w.by.User || made.Advertise != "" {
		t.Errorf("made %+v", made)
	}
	want := made
	for what, tt := range map[string]struct {
		change tenancy.NamespaceChange
		apply  func(*iam.Namespace)
	}{
		"nothing":     {tenancy.NamespaceChange{}, func(*iam.Namespace) {}},
		"labels":      {tenancy.NamespaceChange{Labels: &map[string]string{"a": ""}}, func(n *iam.Namespace) { n.Labels = map[string]string{"a": ""} }},
		"annotations": {tenancy.NamespaceChange{Annotations: &map[string]string{"b": "c"}}, func(n *iam.Namespace) { n.Annotations = map[string]string{"b": "c"} }},
		"disabled":    {tenancy.NamespaceChange{Disabled: ptr(false)}, func(n *iam.Namespace) { n.Disabled = false }},
		"advertise":   {tenancy.NamespaceChange{Advertise: ptr("Enable")}, func(n *iam.Namespace) { n.Advertise = "Enable" }},
	} {
		if _, err := w.Tenancy.UpdateNamespace(ctx, w.by, "shop", tt.change); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		tt.apply(&want)
		want.Version++
		got, err := w.Tenancy.Namespace(ctx, w.by, "shop")
		want.Updated = got.Updated
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: %v (-want +got)\n%s", what, err, cmp.Diff(want, got))
		}
	}
	for _, name := range iam.BuiltinNamespaces() {
		if _, err := w.Tenancy.UpdateNamespace(ctx, w.by, name, tenancy.NamespaceChange{Disabled: ptr(true)}); !iam.Is(err, iam.Precondition) {
			t.Errorf("%s disabled: %v, want Precondition", name, err)
		}
		if _, err := w.Tenancy.UpdateNamespace(ctx, w.by, name, tenancy.NamespaceChange{Labels: &map[string]string{"a": "b"}}); err != nil {
			t.Errorf("%s labelled: %v", name, err)
		}
	}
}

func testNamespaceRules(t *testing.T, w world) {
	ctx := t.Context()
	many := map[string]string{}
	for i := range iam.MaxLabels + 1 {
		many[fmt.Sprint("k", i)] = "v"
	}
	w.namespace(t, "shop")
	for what, tt := range map[string]struct {
		path string
		ch   tenancy.NamespaceChange
	}{
		"a label's key":       {"labels", tenancy.NamespaceChange{Labels: &map[string]string{"a b": "c"}}},
		"a label's value":     {"labels", tenancy.NamespaceChange{Labels: &map[string]string{"a": "b!"}}},
		"many labels":         {"labels", tenancy.NamespaceChange{Labels: &many}},
		"an annotation's key": {"annotations", tenancy.NamespaceChange{Annotations: &map[string]string{"": "c"}}},
		"a long annotation":   {"annotations", tenancy.NamespaceChange{Annotations: &map[string]string{"a": strings.Repeat("x", 1025)}}},
		"many annotations":    {"annotations", tenancy.NamespaceChange{Annotations: &many}},
		"advertise":           {"advertise", tenancy.NamespaceChange{Advertise: ptr("Sometimes")}},
		"description":         {"description", tenancy.NamespaceChange{Description: ptr(strings.Repeat("x", 1201))}},
	} {
		_, err := w.Tenancy.UpdateNamespace(ctx, w.by, "shop", tt.ch)
		e, ok := errors.AsType[*iam.Error](err)
		if !ok || e.Kind != iam.Invalid || len(e.Fields) != 1 || e.Fields[0].Path != tt.path {
			t.Errorf("%s: %v, want Invalid at %s", what, err, tt.path)
		}
	}
	_, err := w.Tenancy.CreateNamespace(ctx, w.by, tenancy.NewNamespace{Name: "bank", Labels: many, Annotations: many})
	if e, ok := errors.AsType[*iam.Error](err); !ok || len(e.Fields) != 2 {
		t.Errorf("made with too much: %v", err)
	}
	if n, err := w.Tenancy.Namespace(ctx, w.by, "shop"); err != nil || n.Version != 1 {
		t.Errorf("after refusals version %d, %v", n.Version, err)
	}
}

func testNamespaceGroups(t *testing.T, w world) {
	ctx := t.Context()
	w.namespace(t, "shop")
	made, err := w.Tenancy.CreateNamespaceGroup(ctx, w.by,
		tenancy.NewNamespaceGroup{Name: "소매 Retail", Attributes: map[string]string{"a": "1", "b": "2"}, Namespaces: []string{"shop", "default", "shop"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(made.Namespaces) != 2 || made.Namespaces[0].Name != "default" || made.CreatedBy != w.by.User || made.UpdatedBy != w.by.User {
		t.Errorf("made %+v", made)
	}
	got, err := w.Tenancy.NamespaceGroup(ctx, w.by, made.ID)
	if err != nil || !cmp.Equal(got, made) {
		t.Errorf("read %v (-made +read)\n%s", err, cmp.Diff(made, got))
	}
	for what, in := range map[string]tenancy.NewNamespaceGroup{
		"taken": {Name: "소매 RETAIL"}, "empty": {}, "control": {Name: "a\nb"}, "long": {Name: strings.Repeat("x", 257)},
		"attribute":    {Name: "x", Attributes: map[string]string{"a": strings.Repeat("x", 4097)}},
		"no namespace": {Name: "x", Namespaces: []string{"shop", "nowhere", "Nowhere"}}, "system": {Name: "x", Namespaces: []string{"system"}},
	} {
		want := iam.Invalid
		if what == "taken" {
			want = iam.Exists
		}
		if _, err := w.Tenancy.CreateNamespaceGroup(ctx, w.by, in); !iam.Is(err, want) {
			t.Errorf("%s: %v, want %v", what, err, want)
		}
	}
	got, err = w.Tenancy.UpdateNamespaceGroup(ctx, w.by, made.ID, tenancy.NamespaceGroupChange{
		Name: ptr("Retail"), Attributes: map[string]*string{"a": nil, "c": ptr("3")}, Version: 1})
	want := made
	want.Name, want.Attributes, want.Updated, want.Version = "Retail", map[string]string{"b": "2", "c": "3"}, got.Updated, 2
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("updated %v (-want +got)\n%s", err, cmp.Diff(want, got))
	}
	w.group(t, "another")
	all, err := w.Tenancy.NamespaceGroups(ctx, w.by)
	if err != nil || len(all) != 2 || all[0].Name != "another" || !cmp.Equal(all[1], want) {
		t.Errorf("groups %+v, %v", all, err)
	}
	if _, err := w.Tenancy.UpdateNamespaceGroup(ctx, w.by, made.ID, tenancy.NamespaceGroupChange{Name: ptr("ANOTHER")}); !iam.Is(err, iam.Exists) {
		t.Errorf("a name that is taken: %v", err)
	}
	if err := w.Tenancy.DeleteNamespaceGroup(ctx, w.by, made.ID); err != nil {
		t.Fatal(err)
	}
	if err := w.Tenancy.DeleteNamespaceGroup(ctx, w.by, made.ID); !iam.Is(err, iam.NotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if _, err := w.Tenancy.Namespace(ctx, w.by, "shop"); err != nil {
		t.Errorf("a namespace of a group that is gone: %v", err)
	}
	told := "namespace-group.create 소매 Retail, namespace-group.update Retail, namespace-group.create another, namespace-group.delete Retail"
	if got := w.trail(t, w.tenant.ID, "namespace-group"); got != told {
		t.Errorf("trail %q, want %q", got, told)
	}
}

func testNamespaceGroupMembers(t *testing.T, w world) {
	ctx := t.Context()
	for _, name := range []string{"a", "b", "c"} {
		w.namespace(t, name)
	}
	g := w.group(t, "group", "a")
	for _, want := range [][]string{{"a", "b"}, {"b", "c"}, {"b", "c"}, {}, {"default"}} {
		if _, err := w.Tenancy.UpdateNamespaceGroup(ctx, w.by, g.ID, tenancy.NamespaceGroupChange{Namespaces: &want}); err != nil {
			t.Fatal(err)
		}
		got, err := w.Tenancy.NamespaceGroup(ctx, w.by, g.ID)
		var names []string
		for _, n := range got.Namespaces {
			names = append(names, n.Name)
		}
		if err != nil || !slices.Equal(names, want) {
			t.Errorf("namespaces %q, %v, want %q", names, err, want)
		}
	}
	for _, bad := range [][]string{{"a", "nowhere"}, {"system"}, {""}} {
		_, err := w.Tenancy.UpdateNamespaceGroup(ctx, w.by, g.ID, tenancy.NamespaceGroupChange{Namespaces: &bad})
		if !iam.Is(err, iam.Invalid) {
			t.Errorf("%q: %v, want Invalid", bad, err)
		}
	}
}

func testNamespacesOfOthers(t *testing.T, w world) {
	ctx := t.Context()
	w.namespace(t, "shop")
	g := w.group(t, "Retail", "shop")
	stranger := iam.Actor{Tenant: w.Tenant.ID, Home: w.Tenant.ID, User: w.Admin.ID, Username: "admin"}
	_, err1 := w.Tenancy.Namespace(ctx, stranger, "shop")
	_, err2 := w.Tenancy.UpdateNamespace(ctx, stranger, "shop", tenancy.NamespaceChange{Description: ptr("x")})
	err3 := w.Tenancy.DeleteNamespace(ctx, stranger, "shop")
	_, err4 := w.Tenancy.NamespaceGroup(ctx, stranger, g.ID)
	_, err5 := w.Tenancy.UpdateNamespaceGroup(ctx, stranger, g.ID, tenancy.NamespaceGroupChange{Name: ptr("x")})
	err6 := w.Tenancy.DeleteNamespaceGroup(ctx, stranger, g.ID)
	for i, err := range []error{err1, err2, err3, err4, err5, err6} {
		if !iam.Is(err, iam.NotFound) {
			t.Errorf("%d: %v, want NotFound", i+1, err)
		}
	}
	if all, err := w.Tenancy.NamespaceGroups(ctx, stranger); err != nil || slices.ContainsFunc(all, func(o iam.NamespaceGroup) bool { return o.ID == g.ID }) {
		t.Errorf("a stranger sees %v, %v", all, err)
	}
}

// crowded is a store with as many namespaces, and groups of them, as may be.
type crowded struct{ *storage.Store }

func (crowded) CountNamespaces(context.Context, iam.TenantID) (int, error) { return 10_000, nil }

func (crowded) NamespaceGroups(context.Context, iam.TenantID) ([]iam.NamespaceGroup, error) {
	return make([]iam.NamespaceGroup, 1000), nil
}

func testManyNamespaces(t *testing.T, w world) {
	full := tenancy.New(crowded{w.Store}, nil, w.Jobs, w.Access, w.Env(), nil)
	if _, err := full.CreateNamespace(t.Context(), w.by, tenancy.NewNamespace{Name: "more"}); !iam.Is(err, iam.Precondition) {
		t.Errorf("one namespace more: %v", err)
	}
	if _, err := full.CreateNamespaceGroup(t.Context(), w.by, tenancy.NewNamespaceGroup{Name: "more"}); !iam.Is(err, iam.Precondition) {
		t.Errorf("one group more: %v", err)
	}
}

func testStaleNamespaces(t *testing.T, w world) {
	ctx := t.Context()
	w.namespace(t, "shop")
	g := w.group(t, "Retail")
	for range 2 {
		_, err1 := w.Tenancy.UpdateNamespace(ctx, w.by, "shop", tenancy.NamespaceChange{Version: 7})
		_, err2 := w.Tenancy.UpdateNamespaceGroup(ctx, w.by, g.ID, tenancy.NamespaceGroupChange{Version: 7})
		if !iam.Is(err1, iam.Conflict) || !iam.Is(err2, iam.Conflict) {
			t.Errorf("%v, %v, want Conflict", err1, err2)
		}
	}
}

// testEndOfNamespace: who may delete namespaces may not take away, by that,
// rights that they do not have.
func testEndOfNamespace(t *testing.T, w world) {
	ctx := t.Context()
	w.namespace(t, "shop")
	w.namespace(t, "bank")
	g := w.group(t, "Retail", "bank")
	w.NewRole(t, w.tenant, "keeper", "namespaces.*")
	keeper := w.NewMember(t, w.tenant, "keeper", "keeper").Actor()
	strong := w.NewRole(t, w.tenant, "strong", "users.*")
	for _, s := range []iam.Scope{"shop", iam.GroupScope(g.ID)} {
		if _, err := w.Access.Bind(ctx, w.by, iam.Binding{User: w.by.User, Role: strong.ID, Scope: s}); err != nil {
			t.Fatal(err)
		}
	}
	for what, do := range map[string]func(iam.Actor) error{
		"a namespace with a binding": func(by iam.Actor) error { return w.Tenancy.DeleteNamespace(ctx, by, "shop") },
		"a namespace in a group":     func(by iam.Actor) error { return w.Tenancy.DeleteNamespace(ctx, by, "bank") },
		"the group":                  func(by iam.Actor) error { return w.Tenancy.DeleteNamespaceGroup(ctx, by, g.ID) },
		"one more in the group": func(by iam.Actor) error {
			_, err := w.Tenancy.UpdateNamespaceGroup(ctx, by, g.ID, tenancy.NamespaceGroupChange{Namespaces: &[]string{"bank", "shop"}})
			return err
		},
		"none in the group": func(by iam.Actor) error {
			_, err := w.Tenancy.UpdateNamespaceGroup(ctx, by, g.ID, tenancy.NamespaceGroupChange{Namespaces: &[]string{}})
			return err
		},
	} {
		if err := do(keeper); !iam.Is(err, iam.Denied) {
			t.Errorf("%s: %v, want Denied", what, err)
		}
	}
	if _, err := w.Tenancy.UpdateNamespaceGroup(ctx, keeper, g.ID, tenancy.NamespaceGroupChange{Name: ptr("other name")}); err != nil {
		t.Errorf("a name is no right: %v", err)
	}
	if err := w.Tenancy.DeleteNamespace(ctx, w.by, "bank"); err != nil {
		t.Errorf("the administrator: %v", err)
	}
}
