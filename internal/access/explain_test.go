package access_test

import (
	"fmt"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestExplainCall(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"is what is evaluated": testExplainedIsEvaluated,
		"tells what decided":   testExplainTells,
	})
}

// why explains a call of a user of the world.
func (w world) why(t *testing.T, by iam.Actor, of iam.User, namespace, method, path string) access.CallExplanation {
	t.Helper()
	x, err := w.Access.ExplainCall(t.Context(), by, of, namespace, access.Call{Method: method, Path: path})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// testExplainedIsEvaluated: an explanation allows what is evaluated as allowed,
// whether somebody asks about themselves or about another, and what it says is
// in the way is in the way.
func testExplainedIsEvaluated(t *testing.T, w world) {
	ctx := t.Context()
	w.newNamespaces(t, "shop")
	w.setPlan(t, w.tenant.ID, iam.Withheld{Permission: "groups.*", Addon: "people"})
	off := w.NewRole(t, w.tenant, "off", "users.*")
	mixed := w.NewRole(t, w.tenant, "mixed", "*.read")
	var users []iam.User
	for i, roles := range [][]string{{access.RoleAdmin}, {access.RoleF5UserAdmin}, {access.RoleUser}, {"off"}, {}} {
		users = append(users, w.NewMember(t, w.tenant, fmt.Sprint("user ", i), roles...).User)
	}
	w.bind(t, iam.Binding{User: users[4].ID, Role: mixed.ID, Scope: "shop"})
	if _, err := w.Access.UpdateRole(ctx, w.by, access.RoleKey{ID: off.ID}, access.RoleChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	for _, u := range users {
		self := iam.Actor{Tenant: w.tenant.ID, Home: w.tenant.ID, User: u.ID, Username: u.Username}
		narrowed := self
		narrowed.Scope = "*.read"
		for _, c := range w.everyCall("system", "shop") {
			for _, call := range c.calls[:1] {
				for _, by := range []iam.Actor{self, narrowed, w.by, iam.System(w.tenant.ID, "x")} {
					who := self
					if by.Scope != "" {
						who = narrowed
					}
					want, err := w.Access.Evaluate(ctx, who, access.ByAll, c.namespace, []access.Call{call})
					if err != nil {
						t.Fatal(err)
					}
					x := w.why(t, by, u, c.namespace, call.Method, call.Path)
					right := c.op.Op.Access.Permission()
					included := !inScope("groups.*", right)
					free := x.Public || x.Bound.Allowed && !x.Beyond && x.Withheld == nil
					switch {
					case x.Allowed != want[0].Allowed || x.Allowed != free:
						t.Fatalf("%s: %v in %q: evaluated as %v, explained by %+v", who.Username, call, c.namespace, want[0], x)
					case x.Operation.ID != c.op.Op.ID || x.Operation.Dialect != c.op.Dialect.Name || x.Operation.Permission != right || x.Namespace != c.namespace:
						t.Fatalf("%v in %q is explained as %+v in %q", call, c.namespace, x.Operation, x.Namespace)
					case (x.Withheld == nil) != included || !included && x.Withheld.Addon != "people":
						t.Fatalf("%v: withheld by %+v", call, x.Withheld)
					case x.Public != asksNobody(c.op) || x.Bound.Open != (right == ""):
						t.Fatalf("%v: public %v, open %v", call, x.Public, x.Bound.Open)
					}
				}
			}
		}
	}
}

func testExplainTells(t *testing.T, w world) {
	ctx := t.Context()
	const list, templ = "/api/admin/user/settings", "/api/admin/user/setting/{id}"
	team, err := w.Directory.CreateGroup(ctx, w.by, directory.NewGroup{Name: "team"})
	if err != nil {
		t.Fatal(err)
	}
	ann := w.NewMember(t, w.tenant, "ann").User
	if ann, err = w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: ann.ID}, directory.UserChange{Groups: &[]string{"team"}}); err != nil {
		t.Fatal(err)
	}
	role := w.NewRole(t, w.tenant, "reader", "zones.read", "users.read")
	if x := w.why(t, w.by, ann, "", "GET", list); x.Allowed || x.Bound.Grant != nil || x.Operation == nil || x.Namespace != "system" {
		t.Errorf("nothing is bound: %+v", x)
	}
	b := w.bind(t, iam.Binding{Group: team.ID, Role: role.ID})
	for _, path := range []string{list, templ} {
		x := w.why(t, w.by, ann, "other", "GET", path)
		if !x.Allowed || x.Bound.Grant.Binding.ID != b.ID || x.Bound.Grant.Group.Name != "team" || x.Bound.Grant.Role.Name != "reader" ||
			x.Bound.APIGroup.Name != "reader" || x.Bound.Rule.Permission != "users.read" || x.Namespace != "system" {
			t.Errorf("bound to the group: %+v", x)
		}
	}
	if x := w.why(t, w.by, ann, "", "GET", "/no/such/path"); x != (access.CallExplanation{}) {
		t.Errorf("served by none: %+v", x)
	}
	// The same binding does not tell of a user of another tenant.
	stranger := iam.Actor{Tenant: w.Tenant.ID, Home: w.Tenant.ID, User: w.Admin.ID, Username: "admin"}
	if x := w.why(t, stranger, ann, "", "GET", list); x.Allowed || x.Bound.Grant != nil {
		t.Errorf("to another tenant it tells %+v", x)
	}
	if ann, err = w.Directory.UpdateUser(ctx, w.by, directory.UserKey{ID: ann.ID}, directory.UserChange{State: ptr(iam.UserDisabled)}); err != nil {
		t.Fatal(err)
	}
	if x := w.why(t, w.by, ann, "", "GET", list); x.Allowed || !x.Disabled {
		t.Errorf("of a disabled user: %+v", x)
	}
	for _, op := range w.Registry.Operations() {
		if p := op.Op.Access.Permission(); p == "" {
			if x := w.why(t, w.by, ann, "", op.Op.Methods[0], op.Op.Paths[0]); x.Allowed != asksNobody(op) {
				t.Errorf("%s of a disabled user: %+v", op.Op.ID, x)
			}
		}
	}
}
