package object_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// TestDelegation: the two halves of a delegation agree on how it stands, and
// say in storage and in the trail what they say in their specs.
func TestDelegation(t *testing.T) {
	each(t, func(w world) {
		t, ctx := w.t, w.t.Context()
		admin := w.NewTenant(t, "hanbit")
		other := w
		other.tenant, other.by = admin.Tenant, admin.Actor()
		ops, auditors := w.group("ops"), other.group("auditors")

		managed := w.make("managed_tenants", "hanbit", `{"tenant_id":"hanbit","groups":[{"group":{"name":"ops"},"managed_tenant_groups":["auditors","others"]}]}`)
		if got := status(t, managed); got != "PENDING" {
			t.Errorf("one half is %s", got)
		}
		other.make("allowed_tenants", "acme", `{"tenant_id":"acme","allowed_groups":[{"name":"auditors"}]}`)
		expect := func(want string) {
			t.Helper()
			if a, b := status(t, w.get("managed_tenants", "hanbit")), status(t, other.get("allowed_tenants", "acme")); a != want || b != want {
				t.Errorf("the halves are %s and %s, want %s", a, b, want)
			}
		}
		expect("ACTIVE")
		handed, err := w.Store.Handed(ctx, w.tenant.ID, iam.LinkManaged, admin.Tenant.ID)
		if diff := cmp.Diff([]iam.Assignment{{Group: ops, Theirs: []string{"auditors", "others"}}}, handed); diff != "" || err != nil {
			t.Errorf("handed: %v (-want +got):\n%s", err, diff)
		}
		allowed, err := w.Store.AllowedGroups(ctx, admin.Tenant.ID, w.tenant.ID)
		if err != nil || !slices.Equal(allowed, []iam.GroupID{auditors}) {
			t.Errorf("allowed %v, %v", allowed, err)
		}
		i := slices.IndexFunc(w.events(), func(e iam.Event) bool { return e.Action == "managed_tenant.create" })
		told, ok := iam.ToldOf(w.events()[i].Details)
		want := iam.Told{Link: iam.Link{Kind: iam.LinkManaged, Other: admin.Tenant.ID, OtherCode: "hanbit", Assignments: handed},
			Groups: map[iam.GroupID]string{ops: "ops"}}
		if diff := cmp.Diff(want, told); diff != "" || !ok {
			t.Errorf("event (-want +got):\n%s", diff)
		}

		disable := func(w world, plural, name, spec string, disabled bool) {
			t.Helper()
			m := named(kind(t, plural), name)
			m.Disabled = disabled
			if _, err := w.Objects.Replace(ctx, w.by, kind(t, plural), m, []byte(spec), 0); err != nil {
				t.Fatal(err)
			}
		}
		disable(other, "allowed_tenants", "acme", `{"tenant_id":"acme","allowed_groups":[{"name":"auditors"}]}`, true)
		expect("MANAGED_TENANT_DISABLED")
		disable(other, "allowed_tenants", "acme", `{"tenant_id":"acme","allowed_groups":[{"name":"auditors"}]}`, false)
		disable(w, "managed_tenants", "hanbit", `{"groups":[]}`, true)
		expect("ORIGINAL_TENANT_DISABLED")
		disable(w, "managed_tenants", "hanbit", `{"groups":[]}`, false)
		expect("ACTIVE")
		if err := other.delete("allowed_tenants", "acme", true); err != nil {
			t.Fatal(err)
		}
		if got := status(t, w.get("managed_tenants", "hanbit")); got != "PENDING" {
			t.Errorf("one half is %s", got)
		}
		if err := w.Tenancy.Erase(ctx, iam.System(admin.Tenant.ID, "test"), admin.Tenant.ID, true); err != nil {
			t.Fatal(err)
		}
		if got := status(t, w.get("managed_tenants", "hanbit")); got != "UNKNOWN" {
			t.Errorf("half of a relation to nobody is %s", got)
		}
		// Who takes the code of one that is gone is not meant.
		w.NewTenant(t, "hanbit")
		if _, err := w.replace("managed_tenants", "hanbit", `{}`); err != nil {
			t.Fatal(err)
		}
		if got := status(t, w.get("managed_tenants", "hanbit")); got != "UNKNOWN" {
			t.Errorf("half of a relation to one that took the code is %s", got)
		}
	})
}

// TestBadLinks: what names nobody, oneself or another's things is refused.
func TestBadLinks(t *testing.T) {
	each(t, func(w world) {
		w.group("ops")
		for _, bad := range []struct{ plural, spec, path string }{
			{"managed_tenants", `{"tenant_id":"nobody"}`, "spec.tenant_id"},
			{"managed_tenants", `{"tenant_id":"acme"}`, "spec.tenant_id"},
			{"managed_tenants", `{"tenant_id":"default","groups":[{"group":{"name":"none"},"managed_tenant_groups":["a"]}]}`, "spec.groups[0].group.name"},
			{"managed_tenants", `{"tenant_id":"default","groups":[{"managed_tenant_groups":["a"]}]}`, "spec.groups[0].group"},
			{"managed_tenants", `{"groups":[{"group":{"name":"ops","tenant":"default"},"managed_tenant_groups":["a"]}]}`, "spec.groups[0].group.tenant"},
			{"managed_tenants", `{"groups":[{"group":{"name":"ops","namespace":"shared"},"managed_tenant_groups":["a"]}]}`, "spec.groups[0].group.namespace"},
			{"allowed_tenants", `{"tenant_id":"default","allowed_groups":[{"name":"none"}]}`, "spec.allowed_groups[0].name"},
			{"allowed_tenants", `{"allowed_groups":[]}`, "spec.tenant_id"},
			{"child_tenant_managers", `{"tenant_owner_group":{"name":"none"}}`, "spec.tenant_owner_group.name"},
			{"child_tenants", `{"domain":"hanbit","child_tenant_manager":{"name":"none"}}`, "spec.child_tenant_manager.name"},
			{"child_tenants", `{"domain":"volterra"}`, "spec.domain"},
		} {
			k := kind(w.t, bad.plural)
			_, err := w.Objects.Create(w.t.Context(), w.by, k, named(k, "bad"), []byte(bad.spec))
			refused(w.t, err, bad.path)
		}
		w.make("managed_tenants", "one", `{"tenant_id":"default"}`)
		k := kind(w.t, "managed_tenants")
		if _, err := w.Objects.Create(w.t.Context(), w.by, k, named(k, "two"), []byte(`{"tenant_id":"`+string(w.Tenant.ID)+`"}`)); !iam.Is(err, iam.Exists) {
			w.t.Errorf("two halves to one tenant: %v", err)
		}
	})
}

// TestNobodyGivesMoreThanTheyHave: who hands out what groups of other tenants
// have holds everything, and who lets others be given groups what those give.
func TestNobodyGivesMoreThanTheyHave(t *testing.T) {
	each(t, func(w world) {
		t := w.t
		w.NewRole(t, w.tenant, "delegator", "delegations.*", "users.read")
		kim := w.NewMember(t, w.tenant, "kim", "delegator")
		w.group("nothing")
		powers, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "powers",
			Bindings: []directory.ScopedRole{{Role: "admin", Scope: iam.ScopeTenant}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			plural, spec string
			denied       bool
		}{
			{"child_tenant_managers", `{}`, true},
			{"managed_tenants", `{"tenant_id":"default"}`, true},
			{"allowed_tenants", `{"tenant_id":"default","allowed_groups":[{"name":"` + powers.Name + `"}]}`, true},
			{"allowed_tenants", `{"tenant_id":"default","allowed_groups":[{"name":"nothing"}]}`, false},
		} {
			k := kind(t, x.plural)
			if _, err := w.Objects.Create(t.Context(), kim.Actor(), k, named(k, "one"), []byte(x.spec)); iam.Is(err, iam.Denied) != x.denied {
				t.Errorf("%s %s: %v", x.plural, x.spec, err)
			}
		}
		w.make("child_tenant_managers", "apac", `{}`)
		if _, err := w.Objects.MigrateChildren(t.Context(), kim.Actor(), "", "apac", []string{"any"}); !iam.Is(err, iam.Denied) {
			t.Errorf("migrated: %v", err)
		}
	})
}

// TestGroupsAreReferredTo: a group that a link gives something is not removed
// under it, and taken out of it where that is wanted.
func TestGroupsAreReferredTo(t *testing.T) {
	each(t, func(w world) {
		t := w.t
		w.group("ops")
		w.make("child_tenant_managers", "apac", `{"tenant_owner_group":{"name":"ops"}}`)
		to := object.Target{Kind: "user_group", Namespace: iam.NamespaceSystem, Name: "ops"}
		found, err := w.Objects.Referring(t.Context(), w.by, to)
		if err != nil || len(found) != 1 || found[0].Target.Name != "apac" || found[0].Path != "/tenant_owner_group" {
			t.Fatalf("referring %+v, %v", found, err)
		}
		if err := w.Objects.Unrefer(t.Context(), w.by, to); err != nil {
			t.Fatal(err)
		}
		if o := w.get("child_tenant_managers", "apac"); !same(t, o.View, `{"group_assignments":[]}`) {
			t.Errorf("left: %s", o.View)
		}
		link, err := w.Store.Link(t.Context(), w.tenant.ID, w.get("child_tenant_managers", "apac").ID)
		if err != nil || len(link.Assignments) != 0 {
			t.Errorf("link %+v, %v", link, err)
		}
		w.make("managed_tenants", "one", `{"tenant_id":"default","groups":[{"group":{"name":"ops"},"managed_tenant_groups":["a"]}]}`)
		if err := w.Objects.Unrefer(t.Context(), w.by, to); !iam.Is(err, iam.Precondition) {
			t.Errorf("an assignment without a group: %v", err)
		}
	})
}

// TestMigration: those that can come to another manager do, and each of the
// others says why not.
func TestMigration(t *testing.T) {
	each(t, func(w world) {
		t, ctx := w.t, w.t.Context()
		w.group("ops")
		w.make("child_tenant_managers", "emea", `{}`)
		w.make("child_tenant_managers", "apac", `{"tenant_owner_group":{"name":"ops"}}`)
		target := w.get("child_tenant_managers", "apac").ID
		names := []string{"nobody", "alone", "still"}
		w.child("alone", `{"domain":"alone"}`)
		still := w.child("still", `{"domain":"still","child_tenant_manager":{"name":"emea"}}`)
		if _, err := w.Tenancy.SetState(ctx, w.by, still.ID, iam.TenantDisabled); err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			name := fmt.Sprintf("child-%d", i)
			w.child(name, `{"domain":"`+name+`","child_tenant_manager":{"name":"emea"}}`)
			names = append(names, name)
		}
		_, err := w.Objects.MigrateChildren(ctx, w.by, "nothing", "apac", names)
		if !iam.Is(err, iam.NotFound) {
			t.Errorf("from a manager that is not there: %v", err)
		}
		_, err = w.Objects.MigrateChildren(ctx, w.by, "", "nothing", names)
		refused(t, err, "child_tenant_manager")

		m, err := w.Objects.MigrateChildren(ctx, w.by, "emea", "apac", names)
		if err != nil || m.Begun != 5 || len(m.Faults) != 3 {
			t.Fatalf("%+v, %v", m, err)
		}
		for i, want := range []iam.Kind{iam.NotFound, iam.Precondition, iam.Precondition} {
			if f := m.Faults[i]; f.Name != names[i] || f.Err.Kind != want {
				t.Errorf("fault %+v", f)
			}
		}
		for _, name := range names[3:] {
			w.managedBy(name, target)
			w.reaches(name, "StateActive")
		}
		of, err := w.Objects.ChildrenOf(ctx, w.by, "apac")
		if err != nil || len(of) != 5 || of[0].Name != "child-0" {
			t.Errorf("%d of the new manager, %v", len(of), err)
		}
		// A manager that goes before the job comes to it is a failure, after
		// which another may be chosen.
		alone := w.get("child_tenants", "alone").ID
		payload, err := json.Marshal(map[string]any{"By": w.by, "Manager": w.Env().NewID(), "Children": []iam.ObjectID{alone}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Objects.Runners()["child_tenant.migrate"](ctx, w.tenant.ID, iam.Job{Payload: payload, Attempts: 1}); err != nil {
			t.Fatal(err)
		}
		w.reaches("alone", "StateConfiguringFailed")
		if m, err = w.Objects.MigrateChildren(ctx, w.by, "", "apac", []string{"alone"}); err != nil || m.Begun != 1 {
			t.Fatalf("%+v, %v", m, err)
		}
		w.managedBy("alone", target)
		w.reaches("alone", "StateActive")
	})
}

// managedBy waits until a child has a manager.
func (w world) managedBy(name string, manager iam.ObjectID) {
	w.t.Helper()
	o := w.get("child_tenants", name)
	for range 500 {
		link, err := w.Store.Link(w.t.Context(), w.tenant.ID, o.ID)
		if err != nil {
			w.t.Fatal(err)
		}
		if link.Manager == manager {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatalf("%s has not come to the manager", name)
}

// TestManagerOfAnotherTime: who had a manager that is gone has not the one that
// is made anew under its name.
func TestManagerOfAnotherTime(t *testing.T) {
	each(t, func(w world) {
		t, ctx := w.t, w.t.Context()
		w.make("child_tenant_managers", "gold", `{}`)
		w.child("hanbit", `{"domain":"hanbit","child_tenant_manager":{"name":"gold"}}`)
		for want := 1; want >= 0; want-- {
			of, err := w.Objects.ChildrenOf(ctx, w.by, "gold")
			if err != nil || len(of) != want {
				t.Fatalf("%d children, %v, want %d", len(of), err, want)
			}
			if err := w.delete("child_tenant_managers", "gold", false); err != nil {
				t.Fatal(err)
			}
			w.make("child_tenant_managers", "gold", `{}`)
		}
	})
}
