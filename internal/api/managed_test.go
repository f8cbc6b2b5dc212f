package api_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// openBranch is a zoo whose keeper reaches the tenant "branch", as the keeper,
// and "annex", as a visitor.
func openBranch(t *testing.T) *zoo {
	z := openZoo(t)
	z.Reach = func(_ context.Context, by iam.Actor, code string) (iam.Actor, error) {
		switch {
		case by.Address != "192.0.2.1" || by.RequestID != "r1":
			t.Errorf("asked about %+v", by)
		case by.Username == "keeper" && code == "branch":
		case by.Username == "keeper" && code == "annex":
			by.Username = "visitor"
		default:
			return iam.Actor{}, iam.ErrNotFound("tenant", code)
		}
		by.Tenant += " in " + iam.TenantID(code)
		return by, nil
	}
	return z
}

func (z *zoo) from(method, target, host string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(""))
	r.Header.Set("Authorization", "Bearer keeper")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	ctx := api.WithRequest(r.Context(), api.RequestInfo{ID: "r1", Address: "192.0.2.1"})
	if host != "" {
		ctx = api.WithTenant(ctx, host)
	}
	return z.serve(r.WithContext(ctx))
}

// TestManagedTenant: below /managed_tenant/<tenant> the caller acts in that one,
// found out after who they are and before what they may.
func TestManagedTenant(t *testing.T) {
	z := openBranch(t)
	for target, want := range map[string]string{
		"/zoo/animals/7":                                "of ",
		"/managed_tenant/branch/zoo/animals/7":          "of  in branch",
		"/managed_tenant/branch/zoo/animals/7/":         "of  in branch",
		"/managed_tenant/bran%63h/zoo/animals/7":        "of  in branch",
		"/t/acme/managed_tenant/branch/zoo/animals/7":   "of acme in branch",
		"/managed_tenant/branch/zoo/v2/animals/7?tag=x": "of  in branch",
	} {
		w := z.from("GET", target, "")
		if got := decode[fed](t, w); w.Code != 200 || got.Tenant != want || got.ID != "7" || got.Actor != "keeper" {
			t.Errorf("%s: %d in %q", target, w.Code, got.Tenant)
		}
	}
	if w := z.from("GET", "/managed_tenant/branch/zoo/animals/7", "acme"); decode[fed](t, w).Tenant != "of acme in branch" {
		t.Errorf("on a host of its own: %s", w.Body)
	}
	if w := z.from("POST", "/managed_tenant/annex/zoo/ns/open/clean", ""); w.Code != 403 {
		t.Errorf("as a visitor there: %d", w.Code)
	}
	if w := z.from("POST", "/managed_tenant/branch/zoo/hours", ""); w.Code != 405 {
		t.Errorf("a method that the path has not: %d", w.Code)
	}
}

// TestManagedTenantRefused: what is not reached is not there, and nothing below
// the prefix is open to who is not known.
func TestManagedTenantRefused(t *testing.T) {
	const animals = "/zoo/animals/7"
	z := openBranch(t)
	for target, code := range map[string]iam.Reason{
		"/managed_tenant/other" + animals:                         "",
		"/managed_tenant/BRANCH" + animals:                        "",
		"/managed_tenant/a%2Fb" + animals:                         "",
		"/managed_tenant/branch/zoo/hours":                        iam.ReasonNoPath, // is public
		"/managed_tenant/branch/zoo/nowhere":                      iam.ReasonNoPath,
		"/managed_tenant/branch/zoo/x/../animals/7":               iam.ReasonNoPath,
		"/t/acme/managed_tenant/branch/zoo/hours":                 iam.ReasonNoPath,
		"/managed_tenant/branch/zoo/animals/7/../../fail/foreign": iam.ReasonNoPath,
	} {
		wantProblem(t, z.from("GET", target, ""), 404, iam.NotFound, code)
	}
	for _, target := range []string{"/managed_tenant/", "/managed_tenant/branch", "/managed_tenant//zoo/animals/7", "/managed_tenant/%2e%2e/zoo/animals/7",
		"/managed_tenant/branch/managed_tenant/branch" + animals, "/managed_tenant/branch/t/branch" + animals, "/managed%5Ftenant/branch" + animals,
		"/managed_tenants/branch" + animals} {
		if w := z.from("GET", target, ""); w.Code != 404 {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
	wantProblem(t, z.from("GET", "/managed_tenant/branch"+animals, "", "Authorization: Bearer thief"), 401, iam.Unauthenticated, "")
	wantProblem(t, z.from("GET", "/managed_tenant/branch"+animals, "", "Authorization: Bearer visitor"), 404, iam.NotFound, "")
	z.Reach = nil
	wantProblem(t, z.from("GET", "/managed_tenant/branch"+animals, ""), 404, iam.NotFound, iam.ReasonNoPath)
}
