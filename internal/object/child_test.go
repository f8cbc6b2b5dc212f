package object_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// group makes a group with members in the tenant.
func (w world) group(name string, members ...string) iam.GroupID {
	w.t.Helper()
	g, err := w.Directory.CreateGroup(w.t.Context(), w.by, directory.NewGroup{Name: name, Members: members})
	if err != nil {
		w.t.Fatal(err)
	}
	return g.ID
}

// status is the member of that name of what readers of an object are shown.
func status(t *testing.T, o object.Object) string {
	t.Helper()
	var spec struct {
		Status string `json:"status"`
	}
	if err := json.Unmarshal(o.View, &spec); err != nil {
		t.Fatal(err)
	}
	return spec.Status
}

// reaches waits until a child tenant is in a state.
func (w world) reaches(name, state string) object.Object {
	w.t.Helper()
	var o object.Object
	for range 500 {
		if o = w.get("child_tenants", name); status(w.t, o) == state {
			return o
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatalf("child %s is %s, not %s: %v", name, status(w.t, o), state, o.Conditions)
	return o
}

// child makes a child tenant and waits until it is active.
func (w world) child(name, spec string) iam.Tenant {
	w.t.Helper()
	w.make("child_tenants", name, spec)
	w.reaches(name, "StateActive")
	return w.tenantOf(name)
}

// tenantOf answers the tenant whose domain is the name.
func (w world) tenantOf(code string) iam.Tenant {
	w.t.Helper()
	t, err := w.Tenancy.ByCode(w.t.Context(), code)
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

// picture is a PNG in Base64.
func picture(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

// TestChildIsProvisioned: a job makes the whole tenant that an object and its
// profile describe.
func TestChildIsProvisioned(t *testing.T) {
	each(t, func(w world) {
		t, ctx := w.t, w.t.Context()
		withheld := iam.Plan{Name: "partner", Type: "TEAM", Withheld: []iam.Withheld{{Permission: "tickets.*", Addon: "tickets"}}}
		if err := w.Tenancy.SetPlan(ctx, iam.System(w.tenant.ID, "test"), w.tenant.ID, withheld); err != nil {
			t.Fatal(err)
		}
		ops := w.group("ops")
		w.make("tenant_profiles", "standard", `{"ct_groups":[{"name":"auditors","namespace_roles":[{"namespace":"*","role":"ves-io-monitor-role"},
			{"namespace":"system","role":"ves-io-monitor-role"},{"namespace":"shop","role":"ves-io-developer-role"}]}],"enable_support_access":true,
			"logo":{"content":"`+picture(t)+`"},"favicon":{"content":"`+picture(t)+`"},"plan":{"name":"gold"},"support_email":"help@acme.example"}`)
		w.make("child_tenant_managers", "apac", `{"group_assignments":[{"group":{"name":"ops"},"child_tenant_groups":["auditors"]}]}`)
		o := w.make("child_tenants", "first", `{"domain":"hanbit","company_name":"Hanbit Co.","child_tenant_manager":{"name":"apac"},
			"tenant_profile":{"name":"standard"},"customer_info":{"email":"Lee@hanbit.example","first_name":"Ji-woo"}}`)
		if got := status(t, o); got != "StateInitializing" {
			t.Errorf("at first the child is %s", got)
		}
		o = w.reaches("first", "StateActive")

		made := w.tenantOf("hanbit")
		want := iam.Tenant{Parent: w.tenant.ID, Code: "hanbit", Name: "Hanbit Co.", State: iam.TenantActive, Own: iam.TenantActive,
			Plan: iam.Plan{Name: "gold", Type: withheld.Type, Withheld: withheld.Withheld}}
		got := made
		got.ID, got.Created, got.Updated, got.Version, got.Attributes = "", time.Time{}, time.Time{}, 0, nil
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tenant (-want +got):\n%s", diff)
		}
		by := iam.System(made.ID, "test")
		if _, err := w.Tenancy.Namespace(ctx, by, "shop"); err != nil {
			t.Error(err)
		}
		g, err := w.Directory.Group(ctx, by, directory.GroupKey{Name: "auditors"})
		if err != nil {
			t.Fatal(err)
		}
		grants, err := w.Access.GroupGrants(ctx, by, g.ID)
		if err != nil {
			t.Fatal(err)
		}
		var roles []string
		for _, grant := range grants {
			roles = append(roles, grant.Role.Handle+" in "+string(grant.Binding.Scope))
		}
		slices.Sort(roles)
		if diff := cmp.Diff([]string{"ves-io-developer-role in shop", "ves-io-monitor-role in "}, roles); diff != "" {
			t.Errorf("roles of the group (-want +got):\n%s", diff)
		}
		settings, err := w.Tenancy.Settings(ctx, made.ID)
		if err != nil || settings.Branding.SupportEmail != "help@acme.example" || settings.Branding.LogoSum == "" {
			t.Errorf("settings %+v, %v", settings.Branding, err)
		}
		if _, err := w.Tenancy.Favicon(ctx, made.ID); err != nil {
			t.Error(err)
		}
		if a, err := w.Tenancy.SupportAccess(ctx, by); err != nil || a.Allows() != iam.SupportRead {
			t.Errorf("support access %+v, %v", a, err)
		}
		u, err := w.Directory.User(ctx, by, directory.UserKey{Username: "lee@hanbit.example"})
		if err != nil || !u.Owner() || len(u.Roles) != 1 || u.Roles[0].Handle != access.RoleAdmin {
			t.Errorf("owner %+v, %v", u, err)
		}
		if m := w.LastMail(t, made.ID, "lee@hanbit.example"); m.Kind != iam.MessageInvite {
			t.Errorf("the owner got a mail of kind %s", m.Kind)
		}
		link, err := w.Store.Link(ctx, w.tenant.ID, o.ID)
		if err != nil || link.Other != made.ID || link.Manager != w.get("child_tenant_managers", "apac").ID {
			t.Errorf("link %+v, %v", link, err)
		}
		handed, err := w.Store.Handed(ctx, w.tenant.ID, iam.LinkChild, made.ID)
		if diff := cmp.Diff([]iam.Assignment{{Group: ops, Theirs: []string{"auditors"}}}, handed); diff != "" || err != nil {
			t.Errorf("handed: %v (-want +got):\n%s", err, diff)
		}
		if _, err := w.Objects.Create(ctx, w.by, kind(t, "child_tenants"), named(kind(t, "child_tenants"), "second"), []byte(`{"domain":"hanbit"}`)); !iam.Is(err, iam.Exists) {
			t.Errorf("a code that is taken: %v", err)
		}
	})
}

// TestChildFails: what cannot be made says why, is closed to everybody, and can
// be removed.
func TestChildFails(t *testing.T) {
	each(t, func(w world) {
		t, ctx := w.t, w.t.Context()
		fails := errors.New("a fault that may pass")
		held := object.New(object.Deps{Store: w.Store, Keys: w.Keys, Tenants: w.Tenancy, People: nobody{err: &fails}, Rights: w.Access,
			Queue: later{w.Jobs}, Env: w.Env(), Log: slog.New(slog.DiscardHandler)})
		k := kind(t, "child_tenants")
		o, err := held.Create(ctx, w.by, k, named(k, "hanbit"), []byte(`{"domain":"hanbit","customer_info":{"email":"lee@hanbit.example"}}`))
		if err != nil {
			t.Fatal(err)
		}
		if err := w.delete("child_tenants", "hanbit", false); !iam.Is(err, iam.Precondition) {
			t.Errorf("removed while it is made: %v", err)
		}
		payload, err := json.Marshal(map[string]any{"By": w.by})
		if err != nil {
			t.Fatal(err)
		}
		run := held.Runners()["child_tenant.make"]
		for attempt, want := range map[int]string{1: "StateCreating", 4: "StateCreateFailed"} {
			if _, err := run(ctx, w.tenant.ID, iam.Job{ObjectID: string(o.ID), Payload: payload, Attempts: attempt}); !errors.Is(err, fails) {
				t.Errorf("attempt %d ends with %v, so that there is no other", attempt, err)
			}
			if got := status(t, w.get("child_tenants", "hanbit")); got != want {
				t.Errorf("after attempt %d the child is %s, want %s", attempt, got, want)
			}
		}
		fails = iam.E(iam.Precondition, "nobody can be invited")
		if _, err := run(ctx, w.tenant.ID, iam.Job{ObjectID: string(o.ID), Payload: payload, Attempts: 1}); err != nil {
			t.Fatal(err)
		}
		o = w.reaches("hanbit", "StateCreateFailed")
		if i := slices.IndexFunc(o.Conditions, func(c object.Condition) bool {
			return c.Type == object.TypeOperational && c.Status == object.StatusFailed && strings.Contains(c.Reason, "nobody can be invited")
		}); i < 0 {
			t.Errorf("conditions %+v", o.Conditions)
		}
		// Another profile, another try.
		run = w.Objects.Runners()["child_tenant.make"]
		if _, err := run(ctx, w.tenant.ID, iam.Job{ObjectID: string(o.ID), Payload: payload, Attempts: 2}); err != nil {
			t.Fatal(err)
		}
		w.reaches("hanbit", "StateActive")
		if err := w.delete("child_tenants", "hanbit", true); err != nil {
			t.Fatal(err)
		}
		w.isGone("hanbit")
	})
}

// isGone waits until neither a child nor its tenant is there.
func (w world) isGone(name string) {
	w.t.Helper()
	for range 500 {
		k := kind(w.t, "child_tenants")
		_, err := w.Objects.Get(w.t.Context(), w.by, k, iam.NamespaceSystem, name)
		if iam.Is(err, iam.NotFound) {
			if _, err := w.Tenancy.ByCode(w.t.Context(), name); !iam.Is(err, iam.NotFound) {
				w.t.Fatalf("the object of %s is gone, and the tenant is there: %v", name, err)
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatalf("child %s is still there", name)
}

// nobody cannot be invited.
type nobody struct {
	object.People
	err *error
}

func (n nobody) InviteOwner(context.Context, iam.Actor, iam.NewOwner) error { return *n.err }

// later keeps jobs from being run.
type later struct{ object.Queue }

func (q later) Prepare(j iam.Job) iam.Job {
	j = q.Queue.Prepare(j)
	j.RunAt = j.RunAt.Add(time.Hour)
	return j
}

// TestChildIsDisabled: metadata.disable is the state of the tenant itself,
// whoever sets it, and reaches what is below it.
func TestChildIsDisabled(t *testing.T) {
	each(t, func(w world) {
		t, ctx := w.t, w.t.Context()
		child := w.child("hanbit", `{"domain":"hanbit"}`)
		below, err := w.Tenancy.CreateTenant(ctx, iam.System("", "test"), child.ID, tenancy.NewTenant{Code: "below"})
		if err != nil {
			t.Fatal(err)
		}
		k := kind(t, "child_tenants")
		disable := func(disabled bool) {
			m := named(k, "hanbit")
			m.Disabled = disabled
			o, err := w.Objects.Replace(ctx, w.by, k, m, []byte(`{"company_name":"Hanbit"}`), 0)
			if err != nil || o.Disabled != disabled {
				t.Fatalf("disabled %v, %v, want %v", o.Disabled, err, disabled)
			}
		}
		disable(true)
		if a, b := w.tenantOf("hanbit"), w.tenantOf("below"); a.State != iam.TenantDisabled || b.State != iam.TenantSuspended || b.Own != iam.TenantActive {
			t.Errorf("states %s, %s and %s", a.State, b.State, b.Own)
		}
		if got := status(t, w.get("child_tenants", "hanbit")); got != "StateInactive" {
			t.Errorf("a disabled child is %s", got)
		}
		disable(false)
		if a, b := w.tenantOf("hanbit"), w.tenantOf("below"); a.State != iam.TenantActive || b.State != iam.TenantActive {
			t.Errorf("states %s and %s", a.State, b.State)
		}
		operator := iam.System(child.ID, "test")
		if _, err := w.Tenancy.SetState(ctx, operator, child.ID, iam.TenantDisabled); err != nil {
			t.Fatal(err)
		}
		if o := w.get("child_tenants", "hanbit"); !o.Disabled || status(t, o) != "StateInactive" {
			t.Errorf("the operator has disabled it: %v, %s", o.Disabled, status(t, o))
		}
		disable(true) // as it was read
		disable(false)
		if a := w.tenantOf("hanbit"); a.State != iam.TenantActive {
			t.Errorf("state %s", a.State)
		}
		if _, err := w.Tenancy.SetState(ctx, iam.Actor{Tenant: below.ID, Home: below.ID, User: w.by.User}, below.ID, iam.TenantDisabled); !iam.Is(err, iam.Precondition) {
			t.Errorf("a tenant disables itself: %v", err)
		}
		if _, err := w.Tenancy.SetState(ctx, iam.Actor{Tenant: below.ID, Home: below.ID, User: w.by.User}, child.ID, iam.TenantDisabled); !iam.Is(err, iam.NotFound) {
			t.Errorf("a tenant disables the one above: %v", err)
		}
	})
}

// TestDisabledChildHasItsOwner: a tenant that is made disabled is whole, though
// nobody can be invited into it yet.
func TestDisabledChildHasItsOwner(t *testing.T) {
	each(t, func(w world) {
		k := kind(w.t, "child_tenants")
		m := named(k, "hanbit")
		m.Disabled = true
		_, err := w.Objects.Create(w.t.Context(), w.by, k, m, []byte(`{"domain":"hanbit","customer_info":{"email":"Mina@example.com"}}`))
		if err != nil {
			w.t.Fatal(err)
		}
		w.reaches("hanbit", "StateInactive")
		child := w.tenantOf("hanbit")
		owner, err := w.Directory.User(w.t.Context(), iam.System(child.ID, "test"), directory.UserKey{Username: "mina@example.com"})
		if err != nil || !owner.Owner() || child.State != iam.TenantDisabled {
			w.t.Errorf("the owner of a tenant that is %s: %+v, %v", child.State, owner, err)
		}
	})
}

// TestChildIsRemovedWithItsTree: all are closed at once, and erased with those
// below them.
func TestChildIsRemovedWithItsTree(t *testing.T) {
	each(t, func(w world) {
		t, ctx := w.t, w.t.Context()
		child := w.child("hanbit", `{"domain":"hanbit"}`)
		for _, code := range []string{"below-1", "below-2"} {
			below, err := w.Tenancy.CreateTenant(ctx, iam.System("", "test"), child.ID, tenancy.NewTenant{Code: code})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Tenancy.CreateTenant(ctx, iam.System("", "test"), below.ID, tenancy.NewTenant{Code: "under-" + code}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.delete("child_tenants", "hanbit", true); !iam.Is(err, iam.Precondition) {
			t.Errorf("there are tenants below it: %v", err)
		}
		if err := w.delete("child_tenants", "hanbit", false); err != nil {
			t.Fatal(err)
		}
		if err := w.delete("child_tenants", "hanbit", false); err != nil && !iam.Is(err, iam.NotFound) {
			t.Errorf("removed again: %v", err)
		}
		for _, code := range []string{"hanbit", "below-1", "under-below-2"} {
			if found, err := w.Tenancy.ByCode(ctx, code); err == nil && found.State == iam.TenantActive {
				t.Errorf("%s is active", code)
			}
		}
		w.isGone("hanbit")
		for _, code := range []string{"below-1", "below-2", "under-below-1", "under-below-2"} {
			if _, err := w.Tenancy.ByCode(ctx, code); !iam.Is(err, iam.NotFound) {
				t.Errorf("%s: %v", code, err)
			}
		}
	})
}

// TestTenantsOfOtherWaysAreChildren: however a tenant comes to be below another,
// or ends, so does its object.
func TestTenantsOfOtherWaysAreChildren(t *testing.T) {
	each(t, func(w world) {
		t, ctx := w.t, w.t.Context()
		made, j, err := w.Tenancy.RequestTenant(ctx, w.by, tenancy.NewTenant{Code: "2nd_one", Name: "The second"})
		if err != nil {
			t.Fatal(err)
		}
		w.done(j)
		o := w.get("child_tenants", "2nd_one")
		if got := status(t, o); got != "StateActive" || !same(t, o.Spec, `{"company_name":"The second","domain":"2nd_one"}`) {
			t.Errorf("%s %s", got, o.Spec)
		}
		if _, err := w.replace("child_tenants", "2nd_one", `{"company_name":"Second"}`); err != nil {
			t.Errorf("replaced: %v", err)
		}
		if j, err = w.Tenancy.RequestTenantDeletion(ctx, w.by, string(made.ID)); err != nil {
			t.Fatal(err)
		}
		w.done(j)
		w.isGone("2nd_one")
	})
}

// done waits for a job, which must succeed.
func (w world) done(j iam.Job) {
	w.t.Helper()
	j, err := w.Jobs.Wait(w.t.Context(), w.tenant.ID, j.ID, 10*time.Second)
	if err != nil || j.Status != iam.JobSuccessful {
		w.t.Fatalf("job %+v, %v", j, err)
	}
}

// TestCreateChild: other packages make tenants in the same way.
func TestCreateChild(t *testing.T) {
	each(t, func(w world) {
		id, err := w.Objects.CreateChild(w.t.Context(), w.by, iam.NewChild{Domain: "hanbit", CompanyName: "Hanbit",
			Owner: iam.NewOwner{Email: "lee@hanbit.example"}, Contact: []byte(`{"city":"Seoul"}`)})
		if err != nil {
			w.t.Fatal(err)
		}
		w.reaches("hanbit", "StateActive")
		if made := w.tenantOf("hanbit"); made.ID != id {
			w.t.Errorf("made %s, and answered %s", made.ID, id)
		}
		_, err = w.Objects.CreateChild(w.t.Context(), w.by, iam.NewChild{Domain: "no"})
		refused(w.t, err, "spec.domain")
		_, err = w.Objects.CreateChild(w.t.Context(), w.by, iam.NewChild{Domain: "gaon-co", Profile: "nothing"})
		refused(w.t, err, "spec.tenant_profile.name")
		_, err = w.Objects.CreateChild(w.t.Context(), w.by, iam.NewChild{Domain: "gaon-co", CompanyName: "a\x00b"})
		refused(w.t, err, "spec.company_name")
	})
}

// TestBadProfiles: a profile of which no tenant can be made is refused.
func TestBadProfiles(t *testing.T) {
	s := apptest.SQLite(t)
	admin := s.NewTenant(t, "acme")
	w := world{s, t, admin.Tenant, admin.Actor()}
	k := kind(t, "tenant_profiles")
	for path, spec := range map[string]string{
		"spec.ct_groups[0].namespace_roles[0].role":      `{"ct_groups":[{"name":"a","namespace_roles":[{"namespace":"*","role":"own-role"}]}]}`,
		"spec.ct_groups[0].namespace_roles[0].namespace": `{"ct_groups":[{"name":"a","namespace_roles":[{"namespace":"A B","role":"admin"}]}]}`,
		"spec.ct_groups[1].name": `{"ct_groups":[{"name":"a","namespace_roles":[{"namespace":"*","role":"admin"}]},
			{"name":"a","namespace_roles":[{"namespace":"shop","role":"admin"}]}]}`,
		"spec.logo.content":  `{"logo":{"content":"bm8gcGljdHVyZQ=="}}`,
		"spec.support_email": `{"support_email":"nobody"}`,
	} {
		_, err := w.Objects.Create(t.Context(), w.by, k, named(k, "bad"), []byte(spec))
		refused(t, err, path)
	}
}
