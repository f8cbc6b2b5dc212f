package object_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// lives are, for each kind, a spec, how it is seen, and one to replace it with.
var lives = map[string]struct{ name, spec, view, next, nextView string }{
	"contacts": {
		spec: `{"city":"Seoul","contact_type":1,"whatever":{"unknown":true},"state":null}`,
		view: `{"contact_type":"BILLING","address1":"","address2":"","city":"Seoul","county":"","state":"","state_code":"","country":"","zip_code":"","phone_number":""}`,
		next: `{"city":"Busan"}`,
		nextView: `{"contact_type":"MAILING","address1":"","address2":"","city":"Busan","county":"","state":"","state_code":"","country":"",` +
			`"zip_code":"","phone_number":""}`,
	},
	"user_identifications": {
		spec:     `{"rules":[{"cookie_name":"sid"},{"client_ip":{}}]}`,
		view:     `{"rules":[{"cookie_name":"sid"},{"client_ip":{}}]}`,
		next:     `{"rules":[{"none":{}}]}`,
		nextView: `{"rules":[{"none":{}}]}`,
	},
	"authentications": {
		spec: `{"oidc_auth":{"oidc_client_id":"c","oidc_well_known_config_url":"https://id.example.com/x"},"cookie_params":{"cookie_expiry":"60","kms_key_hmac":{}}}`,
		view: `{"oidc_auth":{"oidc_client_id":"c","oidc_well_known_config_url":"https://id.example.com/x"},` +
			`"cookie_params":{"cookie_expiry":60,"cookie_refresh_interval":0,"session_expiry":0,"kms_key_hmac":{}}}`,
		next:     `{}`,
		nextView: `{}`,
	},
	"authorization_servers": {
		spec:     `{"jwks_uri":"http://127.0.0.1:1/jwks"}`,
		view:     `{"jwks_uri":"http://127.0.0.1:1/jwks","last_fetch_status":"STATUS_UNKNOWN"}`,
		next:     `{"jwks_uri":"http://127.0.0.1:1/other"}`,
		nextView: `{"jwks_uri":"http://127.0.0.1:1/other","last_fetch_status":"STATUS_UNKNOWN"}`,
	},
	"tenant_configurations": {
		name:     "tenant-configuration",
		spec:     `{"password_policy":{"minimum_length":10}}`,
		view:     `{"password_policy":{"minimum_length":10,"digits":0,"expire_password":0,"lowercase_characters":0,"not_recently_used":0,"not_username":false,"special_characters":0,"uppercase_characters":0}}`,
		next:     `{"brute_force_detection":{"max_login_failures":3}}`,
		nextView: `{"brute_force_detection":{"max_login_failures":3}}`,
	},
	"managed_tenants": {
		spec:     `{"tenant_id":"default"}`,
		view:     `{"tenant_id":"default","groups":[],"status":"PENDING"}`,
		next:     `{"tenant_id":"another","groups":null}`, // another cannot be chosen
		nextView: `{"tenant_id":"default","groups":[],"status":"PENDING"}`,
	},
	"allowed_tenants": {
		spec:     `{"tenant_id":"default"}`,
		view:     `{"tenant_id":"default","allowed_groups":[],"status":"PENDING"}`,
		next:     `{"tenant_id":"default","allowed_groups":[]}`,
		nextView: `{"tenant_id":"default","allowed_groups":[],"status":"PENDING"}`,
	},
	"child_tenant_managers": {
		spec:     `{"banner_message":{"title":"not of a new one"}}`,
		view:     `{"group_assignments":[]}`,
		next:     `{"banner_message":{"title":"Hello","content_text":"Be kind."}}`,
		nextView: `{"group_assignments":[],"banner_message":{"title":"Hello","content_text":"Be kind."}}`,
	},
	"tenant_profiles": {
		spec:     `{"support_email":"help@example.com"}`,
		view:     `{"ct_groups":[],"enable_support_access":false,"support_email":"help@example.com"}`,
		next:     `{"enable_support_access":true}`,
		nextView: `{"ct_groups":[],"enable_support_access":true,"support_email":""}`,
	},
	"app_firewalls": {
		spec:     ` {"z": 1.50, "a": [1, {"b": null}], "mode":"block"}`,
		view:     `{"z":1.50,"a":[1,{"b":null}],"mode":"block"}`,
		next:     `{}`,
		nextView: `{}`,
	},
}

func TestLifecycle(t *testing.T) {
	for _, k := range object.Kinds() {
		if _, ok := lives[k.Plural]; !ok && k.Name != "child_tenant" { // whose life is another
			t.Errorf("no test of kind %s", k.Name)
		}
	}
	each(t, func(w world) {
		for plural := range lives {
			w.t.Run(plural, func(t *testing.T) { w.t = t; w.life(plural) })
		}
	})
}

func (w world) life(plural string) {
	t, ctx, l, k := w.t, w.t.Context(), lives[plural], kind(w.t, plural)
	m := named(k, l.name)
	if l.name == "" {
		m.Name = "one"
	}
	m.Description, m.Labels, m.Annotations = "the first", map[string]string{"app": "web"}, map[string]string{"note": "x y"}
	made, err := w.Objects.Create(ctx, w.by, k, m, []byte(l.spec))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, made.Metadata); diff != "" {
		t.Errorf("metadata (-want +got)\n%s", diff)
	}
	if made.Kind != k.Name || made.CreatedBy != w.by.User || made.Version != 1 || !iam.ValidID(string(made.ID)) || !made.Updated.Equal(made.Created) ||
		time.Since(made.Created).Abs() > time.Minute {
		t.Errorf("made %+v", made.Record)
	}
	if !same(t, made.View, l.view) {
		t.Errorf("shown as\n%s want\n%s", made.View, l.view)
	}
	if got := w.get(plural, m.Name); !cmp.Equal(got.Metadata, made.Metadata) || got.ID != made.ID || !cmp.Equal(got.Spec, made.Spec) {
		t.Errorf("read as %+v, made as %+v", got, made)
	}
	if _, err := w.Objects.Create(ctx, w.by, k, m, []byte(l.spec)); !iam.Is(err, iam.Exists) {
		t.Errorf("made twice: %v", err)
	}

	// What is shown as spec can be sent again, and changes nothing.
	again, err := w.Objects.Replace(ctx, w.by, k, m, made.Spec, made.Version)
	if err != nil || again.Version != 2 || !cmp.Equal(again.Spec, made.Spec) {
		t.Errorf("written back: %s, %v", again.Spec, err)
	}
	if _, err := w.Objects.Replace(ctx, w.by, k, m, []byte(l.next), made.Version); !iam.Is(err, iam.Conflict) {
		t.Errorf("replaced at an old version: %v", err)
	}
	m.Labels, m.Annotations, m.Description, m.Disabled = map[string]string{"app": "api"}, nil, "", true
	next, err := w.Objects.Replace(ctx, w.by, k, m, []byte(l.next), 2)
	if err != nil {
		t.Fatal(err)
	}
	if next.ID != made.ID || next.Version != 3 || !next.Created.Equal(made.Created) || next.Updated.Before(made.Updated) || !next.Disabled ||
		next.Description != "" || next.Labels["app"] != "api" || !same(t, next.View, l.nextView) {
		t.Errorf("replaced by %+v, %s", next.Record, next.View)
	}
	if k.Stateless {
		if len(next.Conditions) > 0 {
			t.Errorf("conditions %+v", next.Conditions)
		}
	} else if c := next.Conditions[len(next.Conditions)-1]; c.Type != object.TypeOperational || c.Status != object.StatusDisabled {
		t.Errorf("disabled, with conditions %+v", next.Conditions)
	}
	gone := m
	gone.Name = "gone"
	if _, err := w.Objects.Replace(ctx, w.by, k, gone, []byte(l.next), 0); !iam.Is(err, iam.NotFound) {
		t.Errorf("replaced what is not there: %v", err)
	}

	for selector, want := range map[string]int{"": 1, "app=api": 1, "app=web": 0, "!app": 0, "app in (web,api)": 1, "nope": 0} {
		if list, err := w.Objects.List(ctx, w.by, k, m.Namespace, selector); err != nil || len(list) != want {
			t.Errorf("with %q there are %d, %v", selector, len(list), err)
		}
	}
	if _, err := w.Objects.List(ctx, w.by, k, m.Namespace, "app="+"!"); !iam.Is(err, iam.Invalid) {
		t.Errorf("a bad selector: %v", err)
	}
	if _, err := w.Objects.List(ctx, w.by, k, "nowhere", ""); !iam.Is(err, iam.NotFound) {
		t.Errorf("in a namespace that is not there: %v", err)
	}
	if k.System {
		if _, err := w.Objects.Get(ctx, w.by, k, iam.NamespaceDefault, m.Name); !iam.Is(err, iam.NotFound) {
			t.Errorf("in another namespace: %v", err)
		}
	} else if list, err := w.Objects.List(ctx, w.by, k, iam.NamespaceShared, ""); err != nil || len(list) != 0 {
		t.Errorf("in another namespace: %v, %v", names(list), err)
	}

	other := w.NewTenant(t, "t"+made.Kind[:4]+made.Kind[len(made.Kind)-3:]).Actor()
	if _, err := w.Objects.Get(ctx, other, k, m.Namespace, m.Name); !iam.Is(err, iam.NotFound) {
		t.Errorf("seen by another tenant: %v", err)
	}
	if err := w.Objects.Delete(ctx, other, k, m.Namespace, m.Name, false); !iam.Is(err, iam.NotFound) {
		t.Errorf("deleted by another tenant: %v", err)
	}

	if err := w.delete(plural, m.Name, true); err != nil {
		t.Fatal(err)
	}
	if err := w.delete(plural, m.Name, true); !iam.Is(err, iam.NotFound) {
		t.Errorf("deleted twice: %v", err)
	}
	var verbs []string
	for _, e := range w.events() {
		if e.ObjectID == string(made.ID) {
			verbs = append(verbs, e.Action)
			if e.Object != k.Name || e.Name != m.Name || e.ActorID != w.by.User || e.Details["namespace"] != m.Namespace {
				t.Errorf("event %+v", e)
			}
		}
	}
	slices.Sort(verbs)
	if want := []string{k.Name + ".create", k.Name + ".delete", k.Name + ".update", k.Name + ".update"}; !slices.Equal(verbs, want) {
		t.Errorf("events %v, want %v", verbs, want)
	}
}

// TestFreeSpecStays: white space apart, a free spec is kept byte for byte.
func TestFreeSpecStays(t *testing.T) {
	each(t, func(w world) {
		o := w.make("app_firewalls", "one", " {\"z\" : 1.50,\n\"a\":1e2, \"\\u00e9\":\"<\\/>\"} ")
		if want := `{"z":1.50,"a":1e2,"\u00e9":"<\/>"}`; string(o.Spec) != want || string(w.get("app_firewalls", "one").View) != want {
			w.t.Errorf("%s, want %s", o.Spec, want)
		}
	})
}

func TestKindOf(t *testing.T) {
	for _, group := range []string{"web", "config"} {
		for _, plural := range []string{"users", "user_roles", "user_groups", "roles", "rbac_policys", "namespace_roles", "namespaces", "tenants",
			"oidc_providers", "customer_supports", "api_credentials", "user_settings", "sessions", "notifications",
			"", "s", "as", "Pools", "9pools", "pool", "po ols", "../pools", "pools/", "pöols", "a" + fmt.Sprintf("%064d", 0) + "s",
			"active_alert_policies", "active_alert_policiess", "active_service_policiess", "fast_acls_for_internet_vipss"} {
			if k, err := object.KindOf(group, plural); !iam.Is(err, iam.NotFound) {
				t.Errorf("%s/%s is %+v, %v", group, plural, k, err)
			}
		}
		k, err := object.KindOf(group, "http_loadbalancers")
		if err != nil || k.Name != "http_loadbalancer" || k.Plural != "http_loadbalancers" || k.Group != group || k.Spec != nil || k.Read != iam.ObjectsRead {
			t.Errorf("%+v, %v", k, err)
		}
	}
	if _, err := object.KindOf("operate", "pools"); !iam.Is(err, iam.NotFound) {
		t.Errorf("another group: %v", err)
	}
	for _, k := range object.Kinds() {
		got, err := object.KindOf(k.Group, k.Plural)
		if err != nil || got != k {
			t.Errorf("%s is %+v, %v", k.Plural, got, err)
		}
		wrong := map[string]string{"web": "config", "config": "web"}[k.Group]
		if _, err := object.KindOf(wrong, k.Plural); !iam.Is(err, iam.NotFound) {
			t.Errorf("%s/%s: %v", wrong, k.Plural, err)
		}
		if _, err := object.KindOf(k.Group, k.Name); !iam.Is(err, iam.NotFound) {
			t.Errorf("%s/%s: %v", k.Group, k.Name, err)
		}
	}
}
