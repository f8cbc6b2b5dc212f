package tenancy_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func TestEnding(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"asked for":   testRequestEnd,
		"refused":     testEndRefused,
		"by a job":    testRequestEndLater,
		"erased":      testErase,
		"told":        testEndTold,
		"free codes":  testCheckCode,
		"who is seen": testKnown,
	})
}

// answers is the status of a call with a token.
func (w world) answers(t *testing.T, token string) int {
	t.Helper()
	return w.Do(t, "GET", "/v2.1/regions", token, "").Status
}

// tenantNow answers a tenant as it is now.
func (w world) tenantNow(t *testing.T, id iam.TenantID) iam.Tenant {
	t.Helper()
	found, err := w.Tenancy.Tenant(t.Context(), iam.System(id, "test"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func testRequestEnd(t *testing.T, w world) {
	ctx := t.Context()
	admin := w.NewMember(t, w.tenant, "kim", "admin")
	child := w.child(t, "shop")
	clerk := w.NewMember(t, child, "clerk", "admin")
	if a, b := w.answers(t, admin.Token), w.answers(t, clerk.Token); a != 200 || b != 200 {
		t.Fatalf("before: %d, %d", a, b)
	}
	wish := tenancy.Wish{Name: w.tenant.Name, Reason: "REASON", Feedback: "It was\nfine."}
	if err := w.Tenancy.RequestEnd(ctx, admin.Actor(), wish); err != nil {
		t.Fatal(err)
	}
	now := w.tenantNow(t, w.tenant.ID)
	if now.Own != iam.TenantLeaving || now.State != iam.TenantLeaving || now.Ending == nil || now.Ending.Reason != "REASON" ||
		now.Ending.Feedback != wish.Feedback || now.Ending.By != "kim" || now.Ending.At.IsZero() {
		t.Errorf("%+v, %+v", now, now.Ending)
	}
	if s := w.tenantNow(t, child.ID).State; s != iam.TenantSuspended {
		t.Errorf("what is below is %s", s)
	}
	if a, b := w.answers(t, admin.Token), w.answers(t, clerk.Token); a != 401 || b != 401 {
		t.Errorf("after: %d, %d", a, b)
	}
	if err := w.Tenancy.RequestEnd(ctx, admin.Actor(), wish); err != nil {
		t.Errorf("again: %v", err)
	}
	if told := w.trail(t, w.tenant.ID, "tenant"); strings.Count(told, "tenant.leave") != 1 {
		t.Errorf("trail: %s", told)
	}

	back, err := w.Tenancy.SetState(ctx, iam.System("", "test"), w.tenant.ID, iam.TenantActive)
	if err != nil || back.State != iam.TenantActive || back.Ending != nil {
		t.Fatalf("refused by the operator: %+v, %v", back, err)
	}
	if a, b := w.answers(t, admin.Token), w.answers(t, clerk.Token); a != 200 || b != 200 {
		t.Errorf("refused: %d, %d", a, b)
	}
}

func testEndRefused(t *testing.T, w world) {
	ctx := t.Context()
	outsider := w.by
	outsider.Home, outsider.Reach = w.Tenant.ID, iam.ReachTree
	if err := w.Tenancy.RequestEnd(ctx, outsider, tenancy.Wish{}); !iam.Is(err, iam.Denied) {
		t.Errorf("from another tenant: %v", err)
	}
	if _, err := w.Tenancy.RequestEndLater(ctx, outsider, tenancy.Wish{}); !iam.Is(err, iam.Denied) {
		t.Errorf("from another tenant by a job: %v", err)
	}
	wrong := tenancy.Wish{Name: "another", Reason: strings.Repeat("x", 65), Feedback: strings.Repeat("x", 4097)}
	const want = "name format, reason length, feedback length"
	if got := fields(w.Tenancy.RequestEnd(ctx, w.by, wrong)); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := w.Tenancy.RequestEndLater(ctx, w.by, wrong); fields(err) != want {
		t.Errorf("by a job: %v", err)
	}
	if s := w.tenantNow(t, w.tenant.ID).State; s != iam.TenantActive {
		t.Errorf("it is %s", s)
	}
	if _, err := w.Tenancy.SetState(ctx, iam.System("", "test"), w.tenant.ID, iam.TenantDisabled); err != nil {
		t.Fatal(err)
	}
	if err := w.Tenancy.RequestEnd(ctx, w.by, tenancy.Wish{}); !iam.Is(err, iam.Precondition) {
		t.Errorf("while disabled: %v", err)
	}
}

func testRequestEndLater(t *testing.T, w world) {
	j, err := w.Tenancy.RequestEndLater(t.Context(), w.by, tenancy.Wish{Reason: "R", Feedback: "F"})
	w.succeed(t, j, err)
	if now := w.tenantNow(t, w.tenant.ID); now.State != iam.TenantLeaving || now.Ending == nil || now.Ending.Reason != "R" || now.Ending.Feedback != "F" {
		t.Errorf("%+v, %+v", now, now.Ending)
	}
}

func testErase(t *testing.T, w world) {
	ctx := t.Context()
	child := w.child(t, "shop")
	operator := iam.System("", "test")
	if err := w.Tenancy.Erase(ctx, w.by, w.tenant.ID, true); !iam.Is(err, iam.Denied) {
		t.Errorf("by an administrator: %v", err)
	}
	if err := w.Tenancy.Erase(ctx, operator, w.tenant.ID, false); !iam.Is(err, iam.Precondition) {
		t.Errorf("with a tenant below it: %v", err)
	}
	if s := w.tenantNow(t, child.ID).State; s != iam.TenantActive {
		t.Errorf("what is below is %s", s)
	}
	if err := w.Tenancy.Erase(ctx, operator, child.ID, false); err != nil {
		t.Fatal(err)
	}
	if found, err := w.Store.Objects(ctx, w.tenant.ID, "child_tenant", "system"); err != nil || len(found) != 0 {
		t.Errorf("above there still is %+v, %v", found, err)
	}
	grandchild, err := w.Tenancy.CreateTenant(ctx, operator, w.child(t, "inn").ID, tenancy.NewTenant{Code: w.tenant.Code + "-room"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Tenancy.Erase(ctx, operator, w.tenant.ID, true); err != nil {
		t.Fatal(err)
	}
	for _, id := range []iam.TenantID{w.tenant.ID, child.ID, grandchild.ID, grandchild.Parent} {
		if _, err := w.Tenancy.Tenant(ctx, iam.System(id, "test")); !iam.Is(err, iam.NotFound) {
			t.Errorf("%s is left: %v", id, err)
		}
	}
	if err := w.Tenancy.Erase(ctx, operator, w.tenant.ID, true); !iam.Is(err, iam.NotFound) {
		t.Errorf("again: %v", err)
	}
}

// owner makes an owner of a tenant, who reads mail.
func (w world) owner(t *testing.T, tenant iam.TenantID, email string) iam.Actor {
	t.Helper()
	u, err := w.Directory.CreateUser(t.Context(), iam.System(tenant, "test"), directory.NewUser{Username: email, Email: email,
		Attributes: map[string]string{iam.AttributeOwner: "true"}})
	if err != nil {
		t.Fatal(err)
	}
	return iam.Actor{Tenant: tenant, Home: tenant, User: u.ID, Username: u.Username}
}

// testEndTold: owners are told, and who runs the tenant; at its address for
// questions, once there is one. Who wants no such notices is told of the end
// alone.
func testEndTold(t *testing.T, w world) {
	ctx := t.Context()
	child := w.child(t, "shop")
	w.owner(t, child.ID, "own@shop.example")
	w.owner(t, w.tenant.ID, "own@above.example")
	if err := w.Notice.Unset(ctx, w.owner(t, child.ID, "quiet@shop.example"), notice.FamilyAdmin, "tenant-state"); err != nil {
		t.Fatal(err)
	}
	by := w.NewMember(t, child, "clerk").Actor()
	told := func(in iam.TenantID, to, want string) {
		t.Helper()
		m := w.LastMail(t, in, to)
		if m.Kind != iam.MessageTenantState || !strings.Contains(m.Text, child.Code) || !strings.Contains(m.Text, want) {
			t.Errorf("%s reads %s %q, want %q", to, m.Kind, m.Text, want)
		}
	}
	if err := w.Tenancy.RequestEnd(ctx, by, tenancy.Wish{Reason: "TOO_DEAR"}); err != nil {
		t.Fatal(err)
	}
	told(child.ID, "own@shop.example", "TOO_DEAR")
	told(w.tenant.ID, "own@above.example", "clerk")
	if n := len(w.Mails(t, child.ID, "quiet@shop.example")); n > 0 {
		t.Errorf("%d mails to who wants none", n)
	}

	settings, err := w.Tenancy.Settings(ctx, w.tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	settings.Branding.SupportEmail = "help@above.example"
	if _, err := w.Tenancy.UpdateSettings(ctx, iam.System(w.tenant.ID, "test"), settings); err != nil {
		t.Fatal(err)
	}
	before := len(w.Mails(t, w.tenant.ID, "own@above.example"))
	if err := w.Tenancy.CloseTree(ctx, iam.System("", "test"), child.ID); err != nil {
		t.Fatal(err)
	}
	told(w.tenant.ID, "help@above.example", child.Name)
	told(w.tenant.ID, "own@shop.example", child.Name) // its own outbox goes with it
	told(w.tenant.ID, "quiet@shop.example", child.Name)
	if now := len(w.Mails(t, w.tenant.ID, "own@above.example")); now != before {
		t.Error("the owners above are told beside the address for questions")
	}
}

func testCheckCode(t *testing.T, w world) {
	ctx := t.Context()
	if err := w.Tenancy.CheckCode(ctx, w.tenant.Code+"-free"); err != nil {
		t.Error(err)
	}
	if err := w.Tenancy.CheckCode(ctx, w.tenant.Code); !iam.Is(err, iam.Exists) {
		t.Errorf("taken: %v", err)
	}
	if err := w.Tenancy.SetAlias(ctx, w.by, w.tenant.Code+"-alias"); err != nil {
		t.Fatal(err)
	}
	if err := w.Tenancy.CheckCode(ctx, w.tenant.Code+"-alias"); !iam.Is(err, iam.Exists) {
		t.Errorf("an alias: %v", err)
	}
	for code, want := range map[string]string{"": "code required", "Acme": "code format", "-a": "code format", "a.b": "code format",
		strings.Repeat("a", 64): "code length, code format", string(w.tenant.ID): "code format"} {
		if got := fields(w.Tenancy.CheckCode(ctx, code)); got != want {
			t.Errorf("%q: %s, want %s", code, got, want)
		}
	}
}

func testKnown(t *testing.T, w world) {
	ctx := t.Context()
	child := w.child(t, "shop")
	beside := w.NewTenant(t, w.tenant.Code+"-beside")
	for _, name := range []string{w.tenant.Code, string(w.tenant.ID), child.Code, string(child.ID)} {
		if _, err := w.Tenancy.Known(ctx, w.by, name); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	group, theirs := w.NewGroup(t, w.tenant, "operators", ""), w.NewGroup(t, beside.Tenant, "guests", "")
	unknown := func(by iam.Actor, names ...string) {
		t.Helper()
		for _, name := range names {
			if _, err := w.Tenancy.Known(ctx, by, name); !iam.Is(err, iam.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	unknown(w.by, beside.Tenant.Code, string(beside.Tenant.ID), "nowhere", w.Tenant.Code)
	w.Delegate(t, w.tenant, group, beside.Tenant, theirs)
	if got, err := w.Tenancy.Known(ctx, w.by, beside.Tenant.Code); err != nil || got.ID != beside.Tenant.ID {
		t.Errorf("managed: %+v, %v", got, err)
	}
	unknown(beside.Actor(), w.tenant.Code, child.Code)
	if _, err := w.Tenancy.SetState(ctx, iam.System("", "test"), beside.Tenant.ID, iam.TenantDisabled); err != nil {
		t.Fatal(err)
	}
	unknown(w.by, beside.Tenant.Code)
}
