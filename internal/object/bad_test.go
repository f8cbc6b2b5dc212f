package object_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

func many(n int, value string) map[string]string {
	m := map[string]string{}
	for i := range n {
		m[fmt.Sprintf("k%d", i)] = value
	}
	return m
}

func TestBadMetadata(t *testing.T) {
	const long = 64
	tests := map[string]struct {
		path   string
		change func(m *object.Metadata)
	}{
		"plain":                {"", func(*object.Metadata) {}},
		"longest name":         {"", func(m *object.Metadata) { m.Name = strings.Repeat("a", long) }},
		"name too long":        {"metadata.name", func(m *object.Metadata) { m.Name = strings.Repeat("a", long+1) }},
		"no name":              {"metadata.name", func(m *object.Metadata) { m.Name = "" }},
		"digit first":          {"metadata.name", func(m *object.Metadata) { m.Name = "1a" }},
		"hyphen first":         {"metadata.name", func(m *object.Metadata) { m.Name = "-a" }},
		"hyphen last":          {"metadata.name", func(m *object.Metadata) { m.Name = "a-" }},
		"upper case":           {"metadata.name", func(m *object.Metadata) { m.Name = "Aa" }},
		"dot":                  {"metadata.name", func(m *object.Metadata) { m.Name = "a.b" }},
		"underscore":           {"metadata.name", func(m *object.Metadata) { m.Name = "a_b" }},
		"slash":                {"metadata.name", func(m *object.Metadata) { m.Name = "a/b" }},
		"line end":             {"metadata.name", func(m *object.Metadata) { m.Name = "a\n" }},
		"other letter":         {"metadata.name", func(m *object.Metadata) { m.Name = "é" }},
		"no namespace":         {"metadata.namespace", func(m *object.Metadata) { m.Namespace = "" }},
		"longest description":  {"", func(m *object.Metadata) { m.Description = strings.Repeat("é", 600) + "" }},
		"description too long": {"metadata.description", func(m *object.Metadata) { m.Description = strings.Repeat("é", 600) + "a" }},
		"lines":                {"", func(m *object.Metadata) { m.Description = "one\n\ttwo" }},
		"control character":    {"metadata.description", func(m *object.Metadata) { m.Description = "a\x00" }},
		"most labels":          {"", func(m *object.Metadata) { m.Labels = many(64, "v") }},
		"too many labels":      {"metadata.labels", func(m *object.Metadata) { m.Labels = many(65, "v") }},
		"label key":            {"metadata.labels", func(m *object.Metadata) { m.Labels = map[string]string{"a b": "v"} }},
		"label with a domain":  {"", func(m *object.Metadata) { m.Labels = map[string]string{"example.com/a": ""} }},
		"label value":          {`metadata.labels["a"]`, func(m *object.Metadata) { m.Labels = map[string]string{"a": "v!"} }},
		"label too long":       {`metadata.labels["a"]`, func(m *object.Metadata) { m.Labels = map[string]string{"a": strings.Repeat("v", 64)} }},
		"most annotations":     {"", func(m *object.Metadata) { m.Annotations = many(64, "v") }},
		"too many annotations": {"metadata.annotations", func(m *object.Metadata) { m.Annotations = many(65, "v") }},
		"annotation":           {"", func(m *object.Metadata) { m.Annotations = map[string]string{"any key!": strings.Repeat("v", 1024)} }},
	}
	each(t, func(w world) {
		k, n := kind(w.t, "pools"), 0
		for name, tt := range tests {
			n++
			m := named(k, fmt.Sprintf("a%d", n))
			tt.change(&m)
			_, err := w.Objects.Create(w.t.Context(), w.by, k, m, []byte(`{}`))
			if tt.path != "" {
				w.t.Run(name, func(t *testing.T) { refused(t, err, tt.path) })
			} else if err != nil {
				w.t.Errorf("%s: %v", name, err)
			}
			if tt.path != "metadata.name" && tt.path != "metadata.namespace" && name != "longest name" {
				at := named(k, "there")
				_, _ = w.Objects.Create(w.t.Context(), w.by, k, at, []byte(`{}`))
				tt.change(&at)
				if _, err := w.Objects.Replace(w.t.Context(), w.by, k, at, []byte(`{}`), 0); (err == nil) != (tt.path == "") {
					w.t.Errorf("replace with %s: %v", name, err)
				}
			}
		}
		for _, m := range []object.Metadata{
			{Namespace: "default", Name: "x", Annotations: map[string]string{"": "v"}},
			{Namespace: "default", Name: "x", Annotations: map[string]string{"k": ""}},
			{Namespace: "default", Name: "x", Annotations: map[string]string{strings.Repeat("k", 65): "v"}},
			{Namespace: "default", Name: "x", Annotations: map[string]string{"k": strings.Repeat("v", 1025)}},
		} {
			if _, err := w.Objects.Create(w.t.Context(), w.by, k, m, nil); !iam.Is(err, iam.Invalid) {
				w.t.Errorf("annotations %.80v: %v", m.Annotations, err)
			}
		}
		if _, err := w.Objects.Get(w.t.Context(), w.by, k, "default", "x"); !iam.Is(err, iam.NotFound) {
			w.t.Errorf("something was written: %v", err)
		}
		m := named(k, "a")
		m.Namespace = "nowhere"
		if _, err := w.Objects.Create(w.t.Context(), w.by, k, m, nil); !iam.Is(err, iam.NotFound) {
			w.t.Errorf("in a namespace that is not there: %v", err)
		}
	})
}

func TestBadSpec(t *testing.T) {
	tests := []struct{ plural, spec, path string }{
		{"pools", `[]`, "spec"},
		{"pools", `null`, "spec"},
		{"pools", `"x"`, "spec"},
		{"pools", `{`, "spec"},
		{"pools", `{} {}`, "spec"},
		{"pools", `{"a":1,"a":2}`, "spec"},
		{"pools", "{\"a\":\"\xff\"}", "spec"},
		{"pools", `{"a":"` + strings.Repeat("a", 256<<10) + `"}`, "spec"},
		{"pools", `{"self":{"kind":"pool","name":"bad"}}`, "spec.self"},
		{"pools", `{"a":[{"pool":{"name":"p","tenant":"default"}}]}`, "spec.a[0].pool.tenant"},
		{"pools", `{"x":[` + strings.Repeat(`{"name":"a"},`, 1000) + `{"name":"a"}]}`, "spec"},
		{"pools", `{"` + strings.Repeat("a", 1100) + `":{"pool":{"name":"p"}}}`, "spec"},
		{"contacts", `{"contact_type":"HOME"}`, "spec.contact_type"},
		{"contacts", `{"contact_type":3}`, "spec.contact_type"},
		{"contacts", `{"city":1}`, "spec.city"},
		{"contacts", `[]`, "spec"},
		{"contacts", `{"city":"a","city":"b"}`, "spec"},
		{"user_identifications", `{}`, "spec.rules"},
		{"user_identifications", `{"rules":[]}`, "spec.rules"},
		{"user_identifications", `{"rules":[{"client_ip":{}},{"none":{}},{"client_asn":{}},{"client_city":{}},{"client_country":{}}]}`, "spec.rules"},
		{"user_identifications", `{"rules":[{"client_ip":{}},{"client_ip":{}}]}`, "spec.rules"},
		{"user_identifications", `{"rules":[{"cookie_name":"` + strings.Repeat("a", 257) + `"}]}`, "spec.rules[0].cookie_name"},
		{"user_identifications", `{"rules":[{"http_header_name":"a b"}]}`, "spec.rules[0].http_header_name"},
		{"authentications", `{"oidc_auth":{}}`, "spec.oidc_auth.oidc_client_id"},
		{"authentications", `{"oidc_auth":{"oidc_client_id":"c","oidc_auth_params":{}}}`, "spec.oidc_auth.oidc_auth_params.token_endpoint_url"},
		{"authentications", `{"cookie_params":{"cookie_expiry":86401}}`, "spec.cookie_params.cookie_expiry"},
		{"authentications", `{"cookie_params":{"auth_hmac":{"prim_key_expiry":"2027-01-01T00:00:00Z"}}}`, "spec.cookie_params.auth_hmac.sec_key_expiry"},
		{"authentications", `{"cookie_params":{"auth_hmac":{"prim_key_expiry":"soon"}}}`, "spec.cookie_params.auth_hmac.prim_key_expiry"},
		{"authorization_servers", `{}`, "spec.jwks_uri"},
		{"authorization_servers", `{"jwks_uri":"jwks"}`, "spec.jwks_uri"},
		{"authorization_servers", `{"jwks_uri":"ftp://example.com/jwks"}`, "spec.jwks_uri"},
		{"authorization_servers", `{"jwks_uri":"https://u:p@example.com/jwks"}`, "spec.jwks_uri"},
		{"authorization_servers", `{"jwks_uri":"https:///jwks"}`, "spec.jwks_uri"},
		{"authorization_servers", `{"jwks_uri":"https://example.com/` + strings.Repeat("a", 256) + `"}`, "spec.jwks_uri"},
		{"tenant_configurations", `{"password_policy":{}}`, "spec.password_policy.minimum_length"},
		{"tenant_configurations", `{"password_policy":{"minimum_length":6}}`, "spec.password_policy.minimum_length"},
		{"tenant_configurations", `{"password_policy":{"minimum_length":129}}`, "spec.password_policy.minimum_length"},
		{"tenant_configurations", `{"password_policy":{"minimum_length":8,"not_recently_used":25}}`, "spec.password_policy.not_recently_used"},
		{"tenant_configurations", `{"password_policy":{"minimum_length":8,"digits":17}}`, "spec.password_policy.digits"},
		{"tenant_configurations", `{"password_policy":{"minimum_length":8,"expire_password":-1}}`, "spec.password_policy.expire_password"},
		{"tenant_configurations", `{"basic_configuration":{}}`, "spec.basic_configuration.display_name"},
		{"tenant_configurations", `{"basic_configuration":{"display_name":"a<b"}}`, "spec.basic_configuration.display_name"},
		{"tenant_configurations", `{"basic_configuration":{"display_name":"a"},"tenant_details":{"display_name":"b"}}`, "spec.tenant_details"},
		{"tenant_configurations", `{"brute_force_detection":{"max_login_failures":31}}`, "spec.brute_force_detection.max_login_failures"},
		{"tenant_configurations", `{"brute_force_detection":{"max_login_failures":3},"brute_force_detection_settings":{"max_login_failures":4}}`, "spec.brute_force_detection_settings"},
		{"tenant_configurations", `{"user_session_expiration":{"absolute_timeout":{"hours":{"duration":721}}}}`, "spec.user_session_expiration.absolute_timeout.hours.duration"},
		{"tenant_configurations", `{"user_session_expiration":{"absolute_timeout":{"hours":{"duration":1}},"idle_timeout":{"minutes":{"duration":61}}}}`, "spec.user_session_expiration.idle_timeout"},
	}
	each(t, func(w world) {
		for _, tt := range tests {
			k := kind(w.t, tt.plural)
			w.t.Run(fmt.Sprintf("%s %.60s", tt.plural, tt.spec), func(t *testing.T) {
				_, err := w.Objects.Create(t.Context(), w.by, k, named(k, "bad"), []byte(tt.spec))
				refused(t, err, tt.path)
				if _, err := w.Objects.Get(t.Context(), w.by, k, named(k, "").Namespace, "bad"); !iam.Is(err, iam.NotFound) {
					t.Errorf("something was written: %v", err)
				}
			})
		}
		// At the bounds.
		w.make("pools", "large", `{"a":"`+strings.Repeat("a", 256<<10-8)+`"}`)
		w.make("pools", "own-tenant", `{"pool":{"name":"p","tenant":"acme"},"other":{"kind":"x","name":"p","tenant":"`+string(w.tenant.ID)+`"}}`)
		w.make("pools", "most", `{"x":[`+strings.Repeat(`{"name":"a"},`, 999)+`{"name":"a"}]}`)
		w.make("tenant_configurations", "", `{"password_policy":{"minimum_length":128,"not_recently_used":24,"digits":16,"lowercase_characters":16,
			"uppercase_characters":16,"special_characters":16,"expire_password":1080},"brute_force_detection":{"max_login_failures":30},
			"user_session_expiration":{"absolute_timeout":{"hours":{"duration":720}},"idle_timeout":{"minutes":{"duration":43200}}}}`)
	})
}

func TestDisabledNamespace(t *testing.T) {
	each(t, func(w world) {
		w.make("pools", "one", `{}`)
		w.disable("default", true)
		k := kind(w.t, "pools")
		if _, err := w.Objects.Create(w.t.Context(), w.by, k, named(k, "two"), nil); !iam.Is(err, iam.Precondition) {
			w.t.Errorf("create: %v", err)
		}
		if _, err := w.replace("pools", "one", `{"a":1}`); !iam.Is(err, iam.Precondition) {
			w.t.Errorf("replace: %v", err)
		}
		if err := w.Objects.SetActive(w.t.Context(), w.by, object.ServicePolicies, "default", nil); !iam.Is(err, iam.Precondition) {
			w.t.Errorf("set active: %v", err)
		}
		w.get("pools", "one")
		w.disable("default", false)
		if _, err := w.replace("pools", "one", `{"a":1}`); err != nil {
			w.t.Error(err)
		}
	})
}
