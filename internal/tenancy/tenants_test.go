package tenancy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func TestTenants(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"create":            testCreateTenant,
		"bad input":         testTenantInvalid,
		"codes":             testCodes,
		"the tree":          testTree,
		"update":            testUpdateTenant,
		"delete":            testDeleteTenant,
		"delete refused":    testDeleteRefused,
		"parent meanwhile":  testParentMeanwhile,
		"seen by operators": testAll,
	})
}

func testCreateTenant(t *testing.T, w world) {
	ctx := t.Context()
	in := tenancy.NewTenant{Code: w.tenant.Code + "_acme-1", Name: "Acme 주식회사", Description: "d", Attributes: map[string]string{"role": "x"}}
	asked, j, err := w.Tenancy.RequestTenant(ctx, w.by, in)
	if err != nil {
		t.Fatal(err)
	}
	j = w.succeed(t, j, nil)
	if j.Kind != "tenant.create" || j.Action != "create" || j.ObjectType != "tenants" || j.ObjectID != string(asked.ID) || j.ObjectName != in.Name ||
		j.Summary != "Create request is successfully submitted" || j.Detail != "Creation of tenant 'Acme 주식회사' completed successfully." ||
		j.User != w.by.User || len(j.Tasks) != 1 || j.Tasks[0].Status != iam.JobSuccessful {
		t.Errorf("job %+v", j)
	}
	want := iam.Tenant{ID: asked.ID, Parent: w.tenant.ID, Code: in.Code, Name: in.Name, Description: "d", State: iam.TenantActive, Own: iam.TenantActive,
		Attributes: in.Attributes, Version: 1}
	got, err := w.Tenancy.ByCode(ctx, in.Code)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(iam.Tenant{}, "Created", "Updated")); diff != "" {
		t.Errorf("made (-want +got)\n%s", diff)
	}
	roles, err := w.Access.Roles(ctx, iam.System(got.ID, "test"), iam.Page{Total: true})
	if err != nil || roles.Total != len(access.Builtin()) {
		t.Errorf("born with %d roles, %v", roles.Total, err)
	}
	if told, want := w.trail(t, got.ID, "tenant"), "tenant.create Acme 주식회사 by somebody of "+string(w.tenant.ID); told != want {
		t.Errorf("its trail begins with %q, want %q", told, want)
	}
	if told, want := w.trail(t, w.tenant.ID, "tenant"), "tenant.create "+w.tenant.Name+", tenant.request-create Acme 주식회사"; told != want {
		t.Errorf("the trail above is %q, want %q", told, want)
	}
	nameless := w.child(t, "x")
	if _, _, err := w.Tenancy.RequestTenant(ctx, w.by, tenancy.NewTenant{Code: nameless.Code}); !iam.Is(err, iam.Exists) {
		t.Errorf("a code that is taken: %v", err)
	}
}

func testTenantInvalid(t *testing.T, w world) {
	attrs := map[string]string{}
	for i := range 65 {
		attrs[fmt.Sprint(i)] = ""
	}
	for name, tt := range map[string]struct {
		in   tenancy.NewTenant
		want string
	}{
		"no code":     {tenancy.NewTenant{}, "code required, name required"},
		"long name":   {tenancy.NewTenant{Code: "x", Name: strings.Repeat("가", 257)}, "name length"},
		"control":     {tenancy.NewTenant{Code: "x", Name: "a\nb"}, "name format"},
		"description": {tenancy.NewTenant{Code: "x", Description: strings.Repeat("x", 1025)}, "description length"},
		"attributes":  {tenancy.NewTenant{Code: "x", Attributes: attrs}, "attributes length"},
		"attribute":   {tenancy.NewTenant{Code: "x", Attributes: map[string]string{"a": strings.Repeat("x", 4097)}}, "attributes.a length"},
		"parent":      {tenancy.NewTenant{Code: "x", Parent: string(w.Tenant.ID)}, "parent format"},
	} {
		if _, _, err := w.Tenancy.RequestTenant(t.Context(), w.by, tt.in); fields(err) != tt.want {
			t.Errorf("%s: %s, want %s", name, fields(err), tt.want)
		}
	}
}

func testCodes(t *testing.T, w world) {
	for code, ok := range map[string]bool{
		"a": true, "0": true, "a-b_c": true, "a--b": true, strings.Repeat("x", 63): true, "xn--a": true,
		"": false, strings.Repeat("x", 64): false, "-a": false, "a-": false, "_a": false, "a_": false, "Acme": false, "a.b": false,
		"a b": false, "a/b": false, "한": false, "a\x00": false, "*": false, "..": false, w.Env().NewID(): false,
	} {
		_, err := w.Tenancy.CreateTenant(t.Context(), iam.System("", "test"), "", tenancy.NewTenant{Code: code})
		if ok && err != nil || !ok && !iam.Is(err, iam.Invalid) {
			t.Errorf("%q: %v", code, err)
		}
		if _, err := w.Tenancy.ByCode(t.Context(), code); (err == nil) != ok || err != nil && !iam.Is(err, iam.NotFound) {
			t.Errorf("%q resolved: %v", code, err)
		}
	}
}

// testTree: one sees one's own tenant and all below it, and nothing beside or
// above.
func testTree(t *testing.T, w world) {
	ctx := t.Context()
	child := w.child(t, "child")
	grandchild, j, err := w.Tenancy.RequestTenant(ctx, w.by, tenancy.NewTenant{Code: w.tenant.Code + "-grand", Parent: iam.Short(child.ID)})
	w.succeed(t, j, err)
	if grandchild.Parent != child.ID {
		t.Errorf("the grandchild is below %s", grandchild.Parent)
	}
	inChild := iam.System(child.ID, "test")
	sees := func(by iam.Actor, id iam.TenantID) bool {
		t.Helper()
		long, err1 := w.Tenancy.Find(ctx, by, string(id))
		short, err2 := w.Tenancy.Find(ctx, by, iam.Short(id))
		if (err1 == nil) != (err2 == nil) || err1 == nil && (long.ID != id || short.ID != id) || err1 != nil && !iam.Is(err1, iam.NotFound) {
			t.Errorf("%s finds %s as %s, %v and %s, %v", by.Tenant, id, long.ID, err1, short.ID, err2)
		}
		return err1 == nil
	}
	for id, want := range map[iam.TenantID]bool{w.tenant.ID: true, child.ID: true, grandchild.ID: true, w.Tenant.ID: false} {
		if got := sees(w.by, id); got != want {
			t.Errorf("from above %s is seen: %v", id, got)
		}
	}
	for id, want := range map[iam.TenantID]bool{w.tenant.ID: false, child.ID: true, grandchild.ID: true} {
		if got := sees(inChild, id); got != want {
			t.Errorf("from the child %s is seen: %v", id, got)
		}
	}
	for _, id := range []string{"", "x", "%", strings.Repeat("0", 24), w.Env().NewID()} {
		if got, err := w.Tenancy.Find(ctx, w.by, id); !iam.Is(err, iam.NotFound) {
			t.Errorf("%q is found as %s, %v", id, got.ID, err)
		}
	}
	list := func(l iam.List[iam.Tenant], err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, x := range l.Items {
			codes = append(codes, strings.TrimPrefix(x.Code, w.tenant.Code))
		}
		return strings.Join(codes, " ")
	}
	page := iam.Page{Sort: "code"}
	if got := list(w.Tenancy.Tenants(ctx, w.by, tenancy.TenantFilter{}, page)); got != " -child -grand" {
		t.Errorf("all: %q", got)
	}
	if got := list(w.Tenancy.Subtenants(ctx, w.by, "", tenancy.TenantFilter{}, page)); got != "-child -grand" {
		t.Errorf("below: %q", got)
	}
	if got := list(w.Tenancy.Subtenants(ctx, w.by, iam.Short(child.ID), tenancy.TenantFilter{Code: "*grand"}, page)); got != "-grand" {
		t.Errorf("below the child: %q", got)
	}
	if got := list(w.Tenancy.Tenants(ctx, inChild, tenancy.TenantFilter{}, page)); got != "-child -grand" {
		t.Errorf("from the child: %q", got)
	}
	if _, err := w.Tenancy.Subtenants(ctx, inChild, string(w.tenant.ID), tenancy.TenantFilter{}, page); !iam.Is(err, iam.NotFound) {
		t.Errorf("from the child, below its parent: %v", err)
	}
}

func testUpdateTenant(t *testing.T, w world) {
	ctx := t.Context()
	child := w.child(t, "child")
	got, err := w.Tenancy.UpdateTenant(ctx, w.by, string(child.ID), tenancy.TenantChange{Name: ptr("New"), Attributes: map[string]string{"a": "1"}, Code: &child.Code})
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "New" || got.Code != child.Code || got.Attributes["a"] != "1" || got.Version != 2 || got.State != iam.TenantActive {
		t.Errorf("updated %+v", got)
	}
	if stored, err := w.Tenancy.Find(ctx, w.by, string(child.ID)); err != nil || !cmp.Equal(stored, got) {
		t.Errorf("stored %v (-updated +stored)\n%s", err, cmp.Diff(got, stored))
	}
	if _, err := w.Tenancy.UpdateTenant(ctx, w.by, string(child.ID), tenancy.TenantChange{Code: ptr("other"), Name: ptr("")}); fields(err) != "code format, name required" {
		t.Errorf("another code and no name: %v", err)
	}
	for what, id := range map[string]string{"above": string(w.tenant.ID), "beside": string(w.Tenant.ID), "none": ""} {
		if _, err := w.Tenancy.UpdateTenant(ctx, iam.System(child.ID, "test"), id, tenancy.TenantChange{Name: ptr("x")}); !iam.Is(err, iam.NotFound) {
			t.Errorf("the tenant %s: %v", what, err)
		}
	}
	if _, err := w.Tenancy.UpdateTenant(ctx, w.by, string(w.tenant.ID), tenancy.TenantChange{Description: ptr("mine")}); err != nil {
		t.Errorf("one's own: %v", err)
	}
	if own, err := w.Tenancy.Tenant(ctx, w.by); err != nil || own.Description != "mine" {
		t.Errorf("one's own is %+v, %v", own, err)
	}
	if told, want := w.trail(t, child.ID, "tenant"), "tenant.update New by somebody of "+string(w.tenant.ID); !strings.HasSuffix(told, want) {
		t.Errorf("its trail is %q, want %q at the end", told, want)
	}
}

func testDeleteTenant(t *testing.T, w world) {
	ctx := t.Context()
	child := w.child(t, "child")
	m := w.NewMember(t, child, "ann")
	below := world{w.Server, child, iam.System(child.ID, "test")}
	below.region(t, "seoul")
	j, err := w.Tenancy.RequestTenantDeletion(ctx, w.by, iam.Short(child.ID))
	if err != nil {
		t.Fatal(err)
	}
	// From now on, whether or not the job has run.
	if _, err := w.Authn.Token(ctx, m.Token, authn.Origin{}); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("a token of the tenant: %v", err)
	}
	if _, err := w.Authn.SignIn(ctx, child.ID, "ann", apptest.AdminPassword, authn.Origin{}); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("a sign-in to the tenant: %v", err)
	}
	if j = w.succeed(t, j, nil); j.Kind != "tenant.delete" || j.Detail != "Deletion of tenant 'child' completed successfully." {
		t.Errorf("job %+v", j)
	}
	if _, err := w.Tenancy.Find(ctx, w.by, string(child.ID)); !iam.Is(err, iam.NotFound) {
		t.Errorf("found afterwards: %v", err)
	}
	if _, err := w.Tenancy.RequestTenantDeletion(ctx, w.by, string(child.ID)); !iam.Is(err, iam.NotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	if told, want := w.trail(t, w.tenant.ID, "tenant"), "tenant.request-delete child"; !strings.HasSuffix(told, want) {
		t.Errorf("the trail above is %q, want %q at the end", told, want)
	}
	w.child(t, "child") // the code is free again
}

func testDeleteRefused(t *testing.T, w world) {
	ctx := t.Context()
	child := w.child(t, "child")
	_, j, err := w.Tenancy.RequestTenant(ctx, w.by, tenancy.NewTenant{Code: w.tenant.Code + "-grand", Parent: string(child.ID)})
	w.succeed(t, j, err)
	if _, err := w.Tenancy.RequestTenantDeletion(ctx, w.by, string(child.ID)); !iam.Is(err, iam.Precondition) {
		t.Errorf("with a tenant below it: %v", err)
	}
	if still, err := w.Tenancy.Find(ctx, w.by, string(child.ID)); err != nil || still.State != iam.TenantActive {
		t.Errorf("and now it is %+v, %v", still, err)
	}
	for what, tt := range map[string]struct {
		id   iam.TenantID
		kind iam.Kind
	}{"own, with others below": {w.tenant.ID, iam.Precondition}, "beside": {w.Tenant.ID, iam.NotFound}, "none": {"", iam.NotFound}} {
		if _, err := w.Tenancy.RequestTenantDeletion(ctx, w.by, string(tt.id)); !iam.Is(err, tt.kind) {
			t.Errorf("the tenant %s: %v", what, err)
		}
	}
	alone := w.child(t, "alone")
	_, err = w.Tenancy.RequestTenantDeletion(ctx, iam.System(alone.ID, "test"), string(alone.ID))
	if e, ok := errors.AsType[*iam.Error](err); !ok || e.Kind != iam.Precondition || e.Code != iam.ReasonSelf {
		t.Errorf("one's own: %v", err)
	}
}

// testParentMeanwhile: the parent goes between the request and the job.
func testParentMeanwhile(t *testing.T, w world) {
	ctx := t.Context()
	parent := w.child(t, "parent")
	parent.Own = iam.TenantDeleting
	if err := w.Store.UpdateTenant(ctx, parent.ID, parent); err != nil {
		t.Fatal(err)
	}
	if _, _, err := w.Tenancy.RequestTenant(ctx, w.by, tenancy.NewTenant{Code: "late", Parent: string(parent.ID)}); !iam.Is(err, iam.Precondition) {
		t.Errorf("below one that is being deleted: %v", err)
	}
}

func testAll(t *testing.T, w world) {
	if _, err := w.Tenancy.All(t.Context(), w.by, iam.Page{}); !iam.Is(err, iam.Denied) {
		t.Errorf("by an administrator: %v", err)
	}
	l, err := w.Tenancy.All(t.Context(), iam.System("", "operator"), iam.Page{})
	if err != nil || len(l.Items) < 2 {
		t.Errorf("by the operator: %d, %v", len(l.Items), err)
	}
}
