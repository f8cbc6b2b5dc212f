package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestEvaluate(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"is what the guard decides": testEvaluateIsTheGuard,
		"of odd calls":              testOddCalls,
	})
}

// called is one operation in one namespace, and all the calls that are it.
type called struct {
	op        api.Registered
	namespace string
	calls     []access.Call // templates
	named     []access.Call // paths that name the namespace, whichever is given
}

// everyCall spells out every operation of the server: each method, each path,
// in each of the namespaces. Of one whose path names none there is but one.
func (w world) everyCall(namespaces ...string) (all []called) {
	for _, op := range w.Registry.Operations() {
		in := namespaces
		if op.Op.Namespace == "" {
			in = []string{iam.NamespaceSystem}
		}
		for _, namespace := range in {
			c := called{op: op, namespace: namespace}
			for _, path := range op.Op.Paths {
				for _, method := range op.Op.Methods {
					c.calls = append(c.calls, access.Call{Method: method, Path: path})
					if op.Op.Namespace != "" {
						named := strings.Replace(path, "{"+op.Op.Namespace+"}", namespace, 1)
						c.named = append(c.named, access.Call{Method: method, Path: named})
					}
				}
			}
			all = append(all, c)
		}
	}
	return all
}

// elsewhere is another namespace than one, in which other rights hold.
func elsewhere(namespace string) string {
	if namespace == iam.NamespaceSystem {
		return "shop"
	}
	return iam.NamespaceSystem
}

// testEvaluateIsTheGuard: for every operation in every spelling, every built-in
// role, roles that are disabled or bound in some namespaces only, and a token
// of less, what is evaluated is what Authorize decides: before the plan
// withholds anything and after. A template of a namespace is decided in the one
// that is given, a path that names one in that, whichever is given.
func testEvaluateIsTheGuard(t *testing.T, w world) {
	ctx := t.Context()
	w.newNamespaces(t, "shop", "bank")
	retail := w.newNamespaceGroup(t, "Retail", "bank")
	mixed := w.NewRole(t, w.tenant, "mixed", "users.*", "*.read", "objects.create")
	off := w.NewRole(t, w.tenant, "off", "*")
	if _, err := w.Access.UpdateRole(ctx, w.by, access.RoleKey{ID: off.ID}, access.RoleChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	actors := []iam.Actor{iam.System(w.tenant.ID, "operator"), w.NewMember(t, w.tenant, "of a disabled role", "off").Actor()}
	for _, r := range access.Builtin() {
		actors = append(actors, w.NewMember(t, w.tenant, "a "+r.Handle, r.Handle).Actor())
	}
	for _, scope := range []iam.Scope{iam.ScopeApplications, "shop", "system", iam.GroupScope(retail.ID)} {
		u := w.NewMember(t, w.tenant, "in "+string(scope)).Actor()
		w.bind(t, iam.Binding{User: u.User, Role: mixed.ID, Scope: scope})
		actors = append(actors, u)
	}
	for _, scope := range []string{"*.read", "objects.* users.read", "no.such"} {
		by := w.by
		by.Username, by.Scope = "a token of "+scope, scope
		actors = append(actors, by)
	}

	all := w.everyCall("system", "shared", "shop", "bank", "other")
	withheld := []string{}
	before := map[string]bool{} // what roles give, by actor and call
	check := func() {
		t.Helper()
		for _, by := range actors {
			for _, c := range all {
				right := c.op.Op.Access.Permission()
				included := by.IsSystem() || !inScope(strings.Join(withheld, " "), right)
				guard := w.allowed(t, by, c.op.Endpoint, c.namespace)
				key := fmt.Sprint(by.Username, c.op.Endpoint, c.namespace)
				if len(withheld) == 0 {
					before[key] = guard
				}
				for control, want := range map[access.Control]bool{access.ByRole: before[key], access.ByPlan: included, access.ByAll: guard} {
					got, err := w.Access.Evaluate(ctx, by, control, c.namespace, c.calls)
					if err != nil {
						t.Fatal(err)
					}
					named, err := w.Access.Evaluate(ctx, by, control, elsewhere(c.namespace), c.named)
					if err != nil {
						t.Fatal(err)
					}
					calls := slices.Concat(c.calls, c.named)
					for i, d := range append(got, named...) {
						if d.Allowed != want || (len(d.Addons) > 0) != (d.Addons != nil) || d.Allowed && d.Addons != nil {
							t.Fatalf("control %d: %s: %v in %q is evaluated as %+v, want %v", control, by.Username, calls[i], c.namespace, d, want)
						}
						if addon := inScope("users.*", right); control == access.ByPlan && !want && slices.Equal(d.Addons, []string{"people"}) != addon {
							t.Fatalf("%s: %v needs the add-on services %q", by.Username, calls[i], d.Addons)
						}
					}
				}
				if want := before[key] && included; guard != want {
					t.Fatalf("%s: %s in %q: the guard says %v; by role %v, by plan %v", by.Username, c.op.Op.ID, c.namespace, guard, before[key], included)
				}
			}
		}
	}
	check()
	err := w.Tenancy.SetPlan(ctx, iam.System("", "test"), w.tenant.ID, iam.Plan{Withheld: []iam.Withheld{
		{Permission: "users.*", Addon: "people"}, {Permission: "*.create"}, {Permission: "roles.delete"}}})
	if err != nil {
		t.Fatal(err)
	}
	withheld = []string{"users.*", "*.create", "roles.delete"}
	check()
}

func testOddCalls(t *testing.T, w world) {
	for _, tt := range []struct {
		call    access.Call
		allowed bool
	}{
		{access.Call{Method: "GET", Path: "/api/admin/user/settings"}, true},
		{access.Call{Method: "HEAD", Path: "/api/admin/user/settings"}, true},
		{access.Call{Method: "GET", Path: "/api/admin/user/settings?size=1"}, true},
		{access.Call{Method: "GET", Path: "/t/" + w.tenant.Code + "/api/admin/user/settings"}, false},
		{access.Call{Method: "GET", Path: "/api/admin/../admin/user/settings"}, false},
		{access.Call{Method: "GET", Path: "/api/admin//user/settings"}, false},
		{access.Call{Method: "get", Path: "/api/admin/user/settings"}, false},
		{access.Call{Method: "", Path: "users.password"}, false}, // a right, and no operation
		{access.Call{}, false},
	} {
		for _, by := range []iam.Actor{w.by, iam.System(w.tenant.ID, "operator")} {
			d, err := w.Access.Evaluate(t.Context(), by, access.ByAll, "", []access.Call{tt.call})
			if err != nil || len(d) != 1 || d[0].Allowed != tt.allowed {
				t.Errorf("%v by %s: %+v, %v", tt.call, by.Username, d, err)
			}
		}
	}
	if d, err := w.Access.Evaluate(t.Context(), w.by, access.ByAll, "", nil); err != nil || len(d) != 0 {
		t.Errorf("no calls: %v, %v", d, err)
	}
}
