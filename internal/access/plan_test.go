package access_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// TestPlans: what the plan withholds is refused with the name of the add-on
// service, to who acts in the tenant, from home or from above.
func TestPlans(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"withhold":      testWithheld,
		"are for below": testPlanBelow,
		"are checked":   testPlanChecked,
	})
}

// setPlan sets what the plan of a tenant withholds.
func (w world) setPlan(t *testing.T, id iam.TenantID, rules ...iam.Withheld) {
	t.Helper()
	if err := w.Tenancy.SetPlan(t.Context(), iam.System("", "test"), id, iam.Plan{Name: "Small", Type: "TEAM", Withheld: rules}); err != nil {
		t.Fatal(err)
	}
}

func testWithheld(t *testing.T, w world) {
	read, update := w.endpoint(t, iam.UsersRead), w.endpoint(t, iam.RolesUpdate)
	if !w.may(t, w.by, iam.UsersRead) {
		t.Fatal("the administrator may not read users")
	}
	w.setPlan(t, w.tenant.ID, iam.Withheld{Permission: "users.*", Addon: "people"}, iam.Withheld{Permission: "*.read", Addon: "eyes"},
		iam.Withheld{Permission: "users.read", Addon: "people"}, iam.Withheld{Permission: "roles.update"})
	for endpoint, want := range map[int]string{
		read:   "the plan of this tenant does not include users.read: it needs the add-on service people and eyes",
		update: "the plan of this tenant does not include roles.update",
	} {
		err := w.Access.Authorize(t.Context(), w.by, endpoint, iam.NamespaceSystem)
		if !iam.Is(err, iam.Denied) || err.Error() != "denied: "+want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if w.may(t, w.by, iam.UsersRead) || w.may(t, w.by, iam.UsersPassword) || !w.may(t, w.by, iam.RolesDelete) {
		t.Error("what may be done is not what the plan includes")
	}
	if !w.may(t, iam.System(w.tenant.ID, "operator"), iam.UsersRead) || w.Access.Authorize(t.Context(), iam.System(w.tenant.ID, "x"), read, "system") != nil {
		t.Error("the plan holds for the operator")
	}
	// Whoever has less than the plan lacks that first.
	guest := w.NewMember(t, w.tenant, "guest", access.RoleGuest).Actor()
	if err := w.Access.Authorize(t.Context(), guest, read, iam.NamespaceSystem); !iam.Is(err, iam.Denied) || strings.Contains(err.Error(), "plan") {
		t.Errorf("a guest is told %v", err)
	}
	// A plan says nothing of what one must hold to give it.
	ann := w.NewMember(t, w.tenant, "ann").User.ID
	w.bind(t, iam.Binding{User: ann, Role: w.NewRole(t, w.tenant, "reader", "users.read").ID})
	w.setPlan(t, w.tenant.ID)
	if !w.may(t, w.by, iam.UsersRead) {
		t.Error("withheld after the plan withholds nothing")
	}
}

func testPlanBelow(t *testing.T, w world) {
	child := w.newChild(t, "below")
	w.setPlan(t, child.ID, iam.Withheld{Permission: "users.*", Addon: "people"})
	if _, err := w.Access.Enter(t.Context(), w.by, child, iam.UsersUpdate); !iam.Is(err, iam.Denied) || !strings.Contains(err.Error(), "people") {
		t.Errorf("entered for what the plan of the child withholds: %v", err)
	}
	inside, err := w.Access.Enter(t.Context(), w.by, child, iam.RolesRead)
	if err != nil {
		t.Fatal(err)
	}
	if !w.may(t, w.by, iam.UsersRead) || w.may(t, inside, iam.UsersRead) || !w.may(t, inside, iam.RolesRead) {
		t.Error("what is withheld below is not what the plan there withholds")
	}
	w.setPlan(t, w.tenant.ID, iam.Withheld{Permission: "tenants.*"})
	if _, err := w.Access.Enter(t.Context(), w.by, child, iam.RolesRead); !iam.Is(err, iam.Denied) {
		t.Errorf("entered although the own plan withholds tenants.update: %v", err)
	}
	if _, err := w.Access.Enter(t.Context(), iam.System(w.tenant.ID, "x"), child, iam.UsersUpdate); err != nil {
		t.Errorf("the operator: %v", err)
	}
}

func testPlanChecked(t *testing.T, w world) {
	operator := iam.System("", "test")
	for name, p := range map[string]iam.Plan{
		"unknown right":   {Withheld: []iam.Withheld{{Permission: "no.such"}}},
		"no pattern":      {Withheld: []iam.Withheld{{Permission: "u*s"}}},
		"empty":           {Withheld: []iam.Withheld{{}}},
		"type":            {Type: "BIG"},
		"long name":       {Name: strings.Repeat("x", 101)},
		"control":         {Name: "a\nb"},
		"control addon":   {Withheld: []iam.Withheld{{Permission: "*", Addon: "a\x00"}}},
		"too many":        {Withheld: make([]iam.Withheld, 101)},
		"long addon name": {Withheld: []iam.Withheld{{Permission: "*", Addon: strings.Repeat("x", 101)}}},
	} {
		if err := w.Tenancy.SetPlan(t.Context(), operator, w.tenant.ID, p); !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.Tenancy.SetPlan(t.Context(), w.by, w.tenant.ID, iam.Plan{}); !iam.Is(err, iam.Denied) {
		t.Errorf("by the tenant's own administrator: %v", err)
	}
	if err := w.Tenancy.SetPlan(t.Context(), operator, iam.TenantID(w.by.User), iam.Plan{}); !iam.Is(err, iam.NotFound) {
		t.Errorf("of no tenant: %v", err)
	}
	want := iam.Plan{Name: "Small", Type: "TEAM", Withheld: []iam.Withheld{{Permission: "users.*", Addon: "people"}}}
	w.setPlan(t, w.tenant.ID, want.Withheld...)
	got, err := w.Tenancy.ByCode(t.Context(), w.tenant.Code)
	if err != nil || fmt.Sprint(got.Plan) != fmt.Sprint(want) {
		t.Errorf("the plan is %v, %v", got.Plan, err)
	}
	// A tenant's own change leaves it alone.
	if _, err := w.Tenancy.UpdateTenant(t.Context(), w.by, string(w.tenant.ID), tenancy.TenantChange{Name: ptr("renamed")}); err != nil {
		t.Fatal(err)
	}
	if got, err = w.Tenancy.ByCode(t.Context(), w.tenant.Code); err != nil || fmt.Sprint(got.Plan) != fmt.Sprint(want) {
		t.Errorf("after a change of the tenant the plan is %v, %v", got.Plan, err)
	}
}
