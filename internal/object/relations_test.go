package object_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// related is what is known of an object's references, as "kind namespace/name".
type related struct{ Referring, Disabled, Deleted []string }

func texts(targets []object.Target) []string {
	var all []string
	for _, t := range targets {
		all = append(all, t.Kind+" "+t.Namespace+"/"+t.Name)
	}
	return all
}

func (w world) wantRelated(what string, by iam.Actor, plural, name string, want related) {
	w.t.Helper()
	r, err := w.Objects.Relations(w.t.Context(), by, w.get(plural, name))
	if err != nil {
		w.t.Fatal(err)
	}
	if diff := cmp.Diff(want, related{texts(r.Referring), texts(r.Disabled), texts(r.Deleted)}); diff != "" {
		w.t.Errorf("%s: %s %s (-want +got)\n%s", what, plural, name, diff)
	}
}

func TestReferences(t *testing.T) {
	each(t, func(w world) {
		ctx, pools := w.t.Context(), kind(w.t, "origin_pools")
		shared := named(pools, "s")
		shared.Namespace = iam.NamespaceShared
		if _, err := w.Objects.Create(ctx, w.by, pools, shared, nil); err != nil {
			w.t.Fatal(err)
		}
		p := w.make("origin_pools", "p", `{}`)
		w.make("http_loadbalancers", "lb", `{"origin_pools":[{"name":"p"},{"name":"s","namespace":"shared"},{"name":"never"}],
			"routes":[{"origin_pool":{"name":"p"}}]}`)
		w.wantRelated("made", w.by, "origin_pools", "p", related{Referring: []string{"http_loadbalancer default/lb"}})
		w.wantRelated("made", w.by, "http_loadbalancers", "lb", related{})

		if err := w.delete("origin_pools", "p", true); !iam.Is(err, iam.Precondition) || code(err) != iam.ReasonInUse {
			w.t.Errorf("deleted while in use: %v", err)
		}
		w.get("origin_pools", "p")
		off := p.Metadata
		off.Disabled = true
		if _, err := w.Objects.Replace(ctx, w.by, pools, off, nil, 0); err != nil {
			w.t.Fatal(err)
		}
		w.wantRelated("disabled", w.by, "http_loadbalancers", "lb", related{Disabled: []string{"origin_pool default/p"}})
		if err := w.delete("origin_pools", "p", false); err != nil {
			w.t.Fatal(err)
		}
		if err := w.Objects.Delete(ctx, w.by, pools, "shared", "s", false); err != nil {
			w.t.Fatal(err)
		}
		w.wantRelated("deleted", w.by, "http_loadbalancers", "lb", related{Deleted: []string{"origin_pool default/p", "origin_pool shared/s"}})

		// Who may read one namespace only learns nothing of another.
		role := w.NewRole(w.t, w.tenant, "reader", iam.ObjectsRead)
		some := w.NewMember(w.t, w.tenant, "some")
		if _, err := w.Access.Bind(ctx, iam.System(w.tenant.ID, "test"), iam.Binding{User: some.User.ID, Role: role.ID, Scope: "default"}); err != nil {
			w.t.Fatal(err)
		}
		w.wantRelated("to a guest", some.Actor(), "http_loadbalancers", "lb", related{Deleted: []string{"origin_pool default/p"}})

		if _, err := w.replace("http_loadbalancers", "lb", `{}`); err != nil {
			w.t.Fatal(err)
		}
		w.wantRelated("without", w.by, "http_loadbalancers", "lb", related{})
		if err := w.delete("http_loadbalancers", "lb", true); err != nil {
			w.t.Error(err)
		}
	})
}

func code(err error) iam.Reason {
	if e, ok := errors.AsType[*iam.Error](err); ok {
		return e.Code
	}
	return ""
}

func TestUnrefer(t *testing.T) {
	each(t, func(w world) {
		ctx := w.t.Context()
		w.namespace("far")
		admins := object.Target{Kind: "user_group", Namespace: "system", Name: "admins"}
		w.make("approvals", "one", `{"z":1.50,"user_groups":[{"kind":"user_group","namespace":"system","name":"admins"},{"kind":"user_group","namespace":"system","name":"staff"},{"kind":"user_group","namespace":"system","name":"admins"}],"owner":{"kind":"user_group","namespace":"system","name":"admins"}}`)
		k := kind(w.t, "approvals")
		far := named(k, "two")
		far.Namespace = "far"
		if _, err := w.Objects.Create(ctx, w.by, k, far, []byte(`{"a":{"user_group":{"namespace":"system","name":"admins"}}}`)); err != nil {
			w.t.Fatal(err)
		}
		found, err := w.Objects.Referring(ctx, w.by, admins)
		if err != nil || len(found) != 4 || found[0].Target.Name != "one" || found[3].Path != "/a/user_group" {
			w.t.Errorf("referring: %+v, %v", found, err)
		}

		role := w.NewRole(w.t, w.tenant, "writer", iam.ObjectsUpdate)
		some := w.NewMember(w.t, w.tenant, "some")
		if _, err := w.Access.Bind(ctx, iam.System(w.tenant.ID, "test"), iam.Binding{User: some.User.ID, Role: role.ID, Scope: "default"}); err != nil {
			w.t.Fatal(err)
		}
		for _, unrefer := range []func() error{
			func() error { return w.Objects.Unrefer(ctx, some.Actor(), admins) },
			func() error { return w.Objects.CheckUnrefer(ctx, some.Actor(), admins) },
		} {
			if err := unrefer(); !iam.Is(err, iam.Denied) {
				w.t.Errorf("by who may not: %v", err)
			}
		}
		w.disable("far", true)
		if err := w.Objects.Unrefer(ctx, w.by, admins); !iam.Is(err, iam.Precondition) || code(err) != iam.ReasonInUse {
			w.t.Errorf("in a disabled namespace: %v", err)
		}
		w.disable("far", false)
		if o := w.get("approvals", "one"); o.Version != 1 {
			w.t.Errorf("changed: %s", o.Spec)
		}
		if err := w.Objects.CheckUnrefer(ctx, w.by, admins); err != nil || w.get("approvals", "one").Version != 1 {
			w.t.Errorf("only to be checked: %v", err)
		}
		if err := w.Objects.Unrefer(ctx, w.by, admins); err != nil {
			w.t.Fatal(err)
		}
		if o := w.get("approvals", "one"); string(o.Spec) != `{"z":1.50,"user_groups":[{"kind":"user_group","namespace":"system","name":"staff"}]}` {
			w.t.Errorf("left: %s", o.Spec)
		}
		if o, err := w.Objects.Get(ctx, w.by, k, "far", "two"); err != nil || string(o.Spec) != `{"a":{}}` {
			w.t.Errorf("left: %s, %v", o.Spec, err)
		}
		if found, err := w.Objects.Referring(ctx, w.by, admins); err != nil || len(found) != 0 {
			w.t.Errorf("referring after all: %+v, %v", found, err)
		}
		if found, err := w.Objects.Referring(ctx, w.by, object.Target{Kind: "user_group", Namespace: "system", Name: "staff"}); err != nil || len(found) != 1 || found[0].Path != "/user_groups/0" {
			w.t.Errorf("what is left refers so: %+v, %v", found, err)
		}
	})
}

func TestEmpty(t *testing.T) {
	each(t, func(w world) {
		ctx := w.t.Context()
		w.namespace("far")
		for i := range 3 {
			for _, plural := range []string{"origin_pools", "service_policys", "contacts"} {
				m := named(kind(w.t, plural), fmt.Sprintf("n%d", i))
				m.Namespace = "far"
				if _, err := w.Objects.Create(ctx, w.by, kind(w.t, plural), m, nil); err != nil {
					w.t.Fatal(err)
				}
			}
		}
		if err := w.Objects.SetActive(ctx, w.by, object.ServicePolicies, "far", []object.Target{{Name: "n0"}}); err != nil {
			w.t.Fatal(err)
		}
		w.make("origin_pools", "stays", `{"origin_pool":{"namespace":"far","name":"n0"}}`)
		removed, err := w.Objects.Empty(ctx, w.by, "far")
		if err != nil {
			w.t.Fatal(err)
		}
		var got []string
		for _, r := range removed {
			if r.Err != nil || !iam.ValidID(r.Target.ID) {
				w.t.Errorf("%+v", r)
			}
			got = append(got, texts([]object.Target{r.Target})...)
		}
		want := []string{"contact far/n0", "contact far/n1", "contact far/n2", "origin_pool far/n0", "origin_pool far/n1", "origin_pool far/n2",
			"service_policy far/n0", "service_policy far/n1", "service_policy far/n2"}
		if !slices.Equal(got, want) {
			w.t.Errorf("removed %v", got)
		}
		w.wantRelated("emptied", w.by, "origin_pools", "stays", related{Deleted: []string{"origin_pool far/n0"}})
		if left, err := w.Store.Objects(ctx, w.tenant.ID, "", "far"); err != nil || len(left) != 0 {
			w.t.Errorf("left %v, %v", left, err)
		}
		if _, err := w.Objects.Empty(ctx, w.by, "nowhere"); !iam.Is(err, iam.NotFound) {
			w.t.Errorf("what is not there: %v", err)
		}
		if err := w.Tenancy.DeleteNamespace(ctx, w.by, "far"); err != nil {
			w.t.Errorf("the namespace cannot go: %v", err)
		}
	})
}

func TestActive(t *testing.T) {
	each(t, func(w world) {
		ctx := w.t.Context()
		w.namespace("far")
		k := kind(w.t, "service_policys")
		for _, at := range []string{"default/a", "default/b", "shared/b", "shared/c", "far/d"} {
			namespace, name, _ := strings.Cut(at, "/")
			if _, err := w.Objects.Create(ctx, w.by, k, object.Metadata{Namespace: namespace, Name: name}, nil); err != nil {
				w.t.Fatal(err)
			}
		}
		set := func(targets ...object.Target) error {
			return w.Objects.SetActive(ctx, w.by, object.ServicePolicies, "default", targets)
		}
		active := func() (all []string) {
			w.t.Helper()
			found, err := w.Objects.Active(ctx, w.by, object.ServicePolicies, "default")
			if err != nil {
				w.t.Fatal(err)
			}
			for _, o := range found {
				text := texts([]object.Target{o.Target})[0]
				if o.Missing {
					text += " missing"
				}
				if o.Disabled {
					text += " disabled"
				}
				all = append(all, text)
			}
			return all
		}
		if got := active(); got != nil {
			w.t.Errorf("before: %v", got)
		}
		if err := set(); err != nil {
			w.t.Errorf("none: %v", err)
		}
		if err := set(object.Target{Name: "c"}, object.Target{Name: "b"}, object.Target{Name: "b", Namespace: "shared"}, object.Target{Name: "a"}); err != nil {
			w.t.Fatal(err)
		}
		now := []string{"service_policy shared/c", "service_policy default/b", "service_policy shared/b", "service_policy default/a"}
		if got := active(); !slices.Equal(got, now) {
			w.t.Errorf("active %v", got)
		}
		if got, err := w.Objects.Active(ctx, w.by, object.AlertPolicies, "default"); err != nil || got != nil {
			w.t.Errorf("of another activity: %v, %v", got, err)
		}
		for what, targets := range map[string][]object.Target{
			"not there":            {{Name: "nope"}},
			"in another namespace": {{Name: "d", Namespace: "far"}},
			"not there but":        {{Name: "a", Namespace: "shared"}},
			"without a name":       {{}},
		} {
			w.t.Run(what, func(t *testing.T) { refused(t, set(targets...), "service_policies[0]") })
		}
		refused(w.t, set(object.Target{Name: "a"}, object.Target{Name: "a", Namespace: "default"}), "service_policies[1]")
		refused(w.t, set(slices.Repeat([]object.Target{{Name: "a"}}, 33)...), "service_policies")
		if got := active(); !slices.Equal(got, now) {
			w.t.Errorf("after what was refused: %v", got)
		}
		if _, err := w.Objects.Active(ctx, w.by, object.ServicePolicies, "nowhere"); !iam.Is(err, iam.NotFound) {
			w.t.Errorf("nowhere: %v", err)
		}
		if err := w.Objects.SetActive(ctx, w.by, object.ServicePolicies, "nowhere", nil); !iam.Is(err, iam.NotFound) {
			w.t.Errorf("nowhere: %v", err)
		}

		// What is active is referred to by its namespace.
		w.wantRelated("active", w.by, "service_policys", "a", related{Referring: []string{"namespace /default"}})
		if err := w.delete("service_policys", "a", true); code(err) != iam.ReasonInUse {
			w.t.Errorf("deleted while active: %v", err)
		}
		if err := w.delete("service_policys", "a", false); err != nil {
			w.t.Fatal(err)
		}
		m := named(k, "b")
		m.Disabled = true
		if _, err := w.Objects.Replace(ctx, w.by, k, m, nil, 0); err != nil {
			w.t.Fatal(err)
		}
		if got := active(); !slices.Equal(got, []string{now[0], now[1] + " disabled", now[2], now[3] + " missing"}) {
			w.t.Errorf("then %v", got)
		}
		if err := w.Objects.Unrefer(ctx, w.by, object.Target{Kind: "service_policy", Namespace: "default", Name: "b"}); err != nil {
			w.t.Fatal(err)
		}
		if got := active(); !slices.Equal(got, []string{now[0], now[2], now[3] + " missing"}) {
			w.t.Errorf("without one %v", got)
		}
		if err := set(); err != nil || active() != nil {
			w.t.Errorf("none again: %v, %v", active(), err)
		}
		if got, err := w.Objects.Active(ctx, w.NewTenant(w.t, "other").Actor(), object.ServicePolicies, "default"); err != nil || got != nil {
			w.t.Errorf("of another tenant: %v, %v", got, err)
		}
	})
}

// TestCycles: no reference leads back to where it begins, and nothing is
// written of one that would.
func TestCycles(t *testing.T) {
	each(t, func(w world) {
		w.make("origin_pools", "a", `{"pool":{"kind":"origin_pool","name":"c"}}`) // which is not there yet
		w.make("origin_pools", "b", `{"pool":{"kind":"origin_pool","name":"a"}}`)
		k := kind(w.t, "origin_pools")
		_, err := w.Objects.Create(w.t.Context(), w.by, k, named(k, "c"), []byte(`{"pool":{"kind":"origin_pool","name":"b"}}`))
		if !iam.Is(err, iam.Invalid) || !contains(err.Error(), "Field spec should") {
			w.t.Errorf("over two others: %v", err)
		}
		if _, err := w.Objects.Get(w.t.Context(), w.by, k, iam.NamespaceDefault, "c"); !iam.Is(err, iam.NotFound) {
			w.t.Errorf("it was written: %v", err)
		}
		w.make("origin_pools", "c", `{}`)
		before := w.get("origin_pools", "c")
		if _, err := w.replace("origin_pools", "c", `{"pool":{"kind":"origin_pool","name":"a"}}`); !iam.Is(err, iam.Invalid) {
			w.t.Errorf("by a change: %v", err)
		}
		if diff := cmp.Diff(before, w.get("origin_pools", "c")); diff != "" {
			w.t.Errorf("it has changed (-before +after)\n%s", diff)
		}
	})
}
