package f5xc_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const suggestPath = "/api/web/namespaces/shop/suggest-values"

func suggestBody(field, match string) string {
	return fmt.Sprintf(`{"field_path":%q,"match_value":%q}`, field, match)
}

func TestSuggestions(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		shop(t, s, s.Tenant)
		for target, body := range map[string]string{
			"/api/config/namespaces/shop/origin_pools":      `{"metadata":{"name":"blue","description":"the first","labels":{"colour":"blue","a":"1"}},"spec":{}}`,
			"/api/config/namespaces/shared/origin_pools":    `{"metadata":{"name":"green"},"spec":{}}`,
			"/api/config/namespaces/default/origin_pools":   `{"metadata":{"name":"of-others"},"spec":{}}`,
			"/api/web/namespaces/shop/contacts":             `{"metadata":{"name":"office","labels":{"floor":"2"}},"spec":{}}`,
			"/api/config/namespaces/shop/alert_policys":     `{"metadata":{"name":"night"},"spec":{}}`,
			"/api/web/namespaces/default/contacts":          `{"metadata":{"name":"home","labels":{"floor":"9"}},"spec":{}}`,
			"/api/web/custom/namespaces/system/user_groups": `{"name":"sales","description":"They sell"}`,
		} {
			if a := s.Do(t, "POST", target, s.AdminToken, body); a.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", target, a.Status, a.Body)
			}
		}
		if _, err := s.Directory.CreateUser(t.Context(), s.Operator(), directory.NewUser{Username: "park@example.com", Email: "park@example.com",
			DisplayName: "Mina Park"}); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			field, match string
			want         []string
		}{
			{"spec.pools[0].origin_pool", "", []string{"blue", "green"}},
			{"spec.pools[0].origin_pool.name", "", []string{"blue", "green"}},
			{"$.spec.origin_pools[*]", "", []string{"blue", "green"}},
			{"spec.origin_pool", "FIRST", []string{"blue"}},
			{"spec.origin_pool", "REEN", []string{"green"}},
			{"spec.origin_pool", "nothing", nil},
			{"spec.alert_policies", "", []string{"night"}},
			{"spec.contact.name", "", []string{"office"}},
			{"spec.contact_type", "", []string{"BILLING", "MAILING", "PAYMENT"}},
			{"spec.rules[0].client_ip", "", nil},
			{"spec", "", nil},
			{"namespace_roles[1].namespace", "s", []string{"shared", "shop", "system"}},
			{"namespace_roles[1].role", "uam", []string{"ves-io-uam-admin-role"}},
			{"group_names[0]", "SELL", []string{"sales"}},
			{"spec.user_group.name", "", []string{"sales"}},
			{"usernames[0]", "mina", []string{"park@example.com"}},
			{"email", "PARK@", []string{"park@example.com"}},
			{"email", "*", nil},
			{"email", "|", nil},
			{"api_groups", "objects", []string{"gatehouse-objects-read", "gatehouse-objects-write"}},
			{"metadata.labels", "", []string{"floor"}},
			{`metadata.labels["floor"]`, "", []string{"2"}},
			{"metadata.name", "", nil},
			{"", "", nil},
			{"[0][1]..", "", nil},
		} {
			got := namesIn(t, s.Do(t, "POST", suggestPath, s.AdminToken, suggestBody(tt.field, tt.match)), "value")
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s matching %q: %q, want %q", tt.field, tt.match, got, tt.want)
			}
		}
		// The kind of the request says which labels and which enums there are.
		of := func(kind, field string) string {
			return fmt.Sprintf(`{"field_path":%q,"request_body":{"type_url":"type.googleapis.com/ves.io.schema.%s.CreateRequest","value":"CgA="}}`, field, kind)
		}
		for body, want := range map[string][]string{
			of("origin_pool", "metadata.labels"):           {"a", "colour", "floor"},
			of("contact", "spec.contact_type"):             {"BILLING", "MAILING", "PAYMENT"},
			of("user_identification", "spec.contact_type"): nil,
			of("", "spec.contact_type"):                    {"BILLING", "MAILING", "PAYMENT"},
		} {
			if got := namesIn(t, s.Do(t, "POST", suggestPath, s.AdminToken, body), "value"); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", body, got, want)
			}
		}
		for what, tt := range map[string]struct {
			path, body   string
			status, code int
			part         string
		}{
			"another namespace": {suggestPath, `{"namespace":"default"}`, 400, 3, `Field namespace should be "shop"`},
			"not in system":     {"/api/cloud-data/namespaces/system/suggest-values", `{"namespace":"shop"}`, 400, 3, `Field namespace should be "system"`},
			"no namespace":      {"/api/web/namespaces/nowhere/suggest-values", `{}`, 404, 5, "nowhere"},
			"a long path":       {suggestPath, suggestBody(strings.Repeat("x", 1025), ""), 400, 3, "Field field_path should"},
			"a long match":      {suggestPath, suggestBody("x", strings.Repeat("x", 257)), 400, 3, "Field match_value should"},
			"a number":          {suggestPath, `{"field_path":1}`, 400, 3, "Field field_path should be a string"},
			"not Base64":        {suggestPath, `{"request_body":{"value":"?"}}`, 400, 3, "Field request_body.value should"},
		} {
			answered(t, what, s.Do(t, "POST", tt.path, s.AdminToken, tt.body), tt.status, tt.code, tt.part)
		}
	})
}

// Suggestions tell nobody what they could not list.
func TestSuggestionsKeepSecrets(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		shop(t, s, s.Tenant)
		for _, namespace := range []string{"shop", "shared"} {
			if a := s.Do(t, "POST", "/api/config/namespaces/"+namespace+"/origin_pools", s.AdminToken,
				`{"metadata":{"name":"of-`+namespace+`","labels":{"a":"1"}},"spec":{}}`); a.Status != http.StatusOK {
				t.Fatal(a.Body)
			}
		}
		answered(t, "nobody", s.Do(t, "POST", suggestPath, "", `{}`), 401, 16, "")
		stranger := somebody(t, s, "stranger", "default", "*")
		answered(t, "elsewhere", s.Do(t, "POST", suggestPath, stranger.Token, suggestBody("role", "")), 403, 7, "namespaces.read")
		looker := somebody(t, s, "looker", "shop", "namespaces.read")
		reader := somebody(t, s, "reader", "shop", "*.read")
		for _, tt := range []struct {
			field          string
			looker, reader []string
		}{
			{"role", nil, nil},
			{"group_names", nil, nil},
			{"email", nil, nil},
			{"api_groups", nil, nil},
			{"namespace", []string{"shop"}, []string{"shop"}},
			{"spec.origin_pool", nil, []string{"of-shop"}},
			{"metadata.labels", nil, nil},
		} {
			for who, m := range map[*apptest.Member][]string{&looker: tt.looker, &reader: tt.reader} {
				if got := namesIn(t, s.Do(t, "POST", suggestPath, who.Token, suggestBody(tt.field, "")), "value"); !slices.Equal(got, m) {
					t.Errorf("%s of %s: %q, want %q", tt.field, who.User.Username, got, m)
				}
			}
		}
		people := somebody(t, s, "people", iam.ScopeTenant, "namespaces.read", "users.read")
		if got := namesIn(t, s.Do(t, "POST", suggestPath, people.Token, suggestBody("username", "admin")), "value"); !slices.Equal(got, []string{apptest.AdminEmail}) {
			t.Errorf("who may read users is told of %q", got)
		}
	})
}

// However many there are, at most a hundred are told.
func TestSuggestionsAreBounded(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		shop(t, s, s.Tenant)
		for i := range 101 {
			if a := s.Do(t, "POST", "/api/config/namespaces/shop/pools", s.AdminToken, fmt.Sprintf(`{"metadata":{"name":"pool-%03d"},"spec":{}}`, i)); a.Status != http.StatusOK {
				t.Fatal(a.Body)
			}
		}
		got := namesIn(t, s.Do(t, "POST", suggestPath, s.AdminToken, suggestBody("pool", "")), "value")
		if len(got) != 100 || got[0] != "pool-000" || got[99] != "pool-099" {
			t.Errorf("%d suggestions: %q", len(got), got)
		}
	})
}
