package f5xc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

const validatePath = "/api/config/namespaces/system/validate_rules"

// TestValidateRules: verdicts are by rule, and never repeat the value.
func TestValidateRules(t *testing.T) {
	s := apptest.Start(t, app.Options{})
	nobody := s.NewMember(t, s.Tenant, "nobody")
	const secret = "not-to-be-repeated"
	for rules, want := range map[string]string{
		`{"string.max_len":"64"}`:                                  "SUCCESS",
		`{"ves.io.schema.rules.string.max_len":64}`:                "SUCCESS",
		`{"string.max_len":"4"}`:                                   "ERROR",
		`{"string.in":["a","b"]}`:                                  "ERROR",
		`{"string.in":"[\"a\",\"not-to-be-repeated\"]"}`:           "SUCCESS",
		`{"string.not_in":"[\\\"ves\\\"]","string.email":true}`:    "ERROR SUCCESS",
		`{"string.pattern":"^[^<>&\\\"]+$"}`:                       "SUCCESS",
		`{"string.pattern":"("}`:                                   "WARNING",
		`{"uint32.lte":"4"}`:                                       "ERROR",
		`{"string.made_up":"true"}`:                                "WARNING",
		`{"message.required":true,"string.ves_object_name":true}`:  "SUCCESS SUCCESS",
		`{"string.max_len":null}`:                                  "WARNING",
		`{"repeated.unique":"true","map.keys.string.max_len":"1"}`: "ERROR ERROR",
	} {
		a := s.Do(t, "POST", validatePath, nobody.Token, fmt.Sprintf(`{"value":%q,"validator_evaluation":%s}`, secret, rules))
		var got struct {
			Error   string                               `json:"error"`
			Success bool                                 `json:"success"`
			Results []struct{ Message, Severity string } `json:"validation_results"`
		}
		if err := json.Unmarshal([]byte(a.Body), &got); err != nil || a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", rules, a.Status, a.Body)
			continue
		}
		var severities []string
		for _, r := range got.Results {
			severities = append(severities, r.Severity)
		}
		good := !strings.ContainsAny(strings.ReplaceAll(want, "SUCCESS", ""), "EW")
		if strings.Join(severities, " ") != want || got.Success != good || (got.Error == "") != good || strings.Contains(a.Body, secret) {
			t.Errorf("%s: %s, want %s", rules, a.Body, want)
		}
	}
}

func TestValidateRulesRefuses(t *testing.T) {
	s := apptest.Start(t, app.Options{})
	many := make([]string, 65)
	for i := range many {
		many[i] = fmt.Sprintf(`"string.r%d":"1"`, i)
	}
	for name, body := range map[string]string{
		"no rules":          `{"value":"x"}`,
		"another namespace": `{"namespace":"default","value":"x","validator_evaluation":{"string.email":true}}`,
		"too many":          `{"value":"x","validator_evaluation":{` + strings.Join(many, ",") + `}}`,
		"a long value":      `{"value":"` + strings.Repeat("x", 16<<10+1) + `","validator_evaluation":{"string.email":true}}`,
		"a long bound":      `{"value":"x","validator_evaluation":{"string.pattern":"` + strings.Repeat("x", 4<<10) + `"}}`,
		"a long word":       `{"value":"x","validator_evaluation":{"` + strings.Repeat("x", 257) + `":"1"}}`,
		"a number":          `{"value":1,"validator_evaluation":{"string.email":true}}`,
		"rules that a list": `{"value":"x","validator_evaluation":["string.email"]}`,
	} {
		if a := s.Do(t, "POST", validatePath, s.AdminToken, body); a.Status != http.StatusBadRequest || len(a.Body) > 2000 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

// rows asks for the rows of a form, and answers those of them as JSON.
func rows(t *testing.T, s *apptest.Server, token, namespace, body string) []map[string]any {
	t.Helper()
	a := s.Do(t, "POST", "/api/config/namespaces/"+namespace+"/dynamic-data", token, body)
	var got struct {
		Rows []struct {
			Type  string `json:"type_url"`
			Value []byte `json:"value"`
		} `json:"rows"`
	}
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil || a.Status != http.StatusOK {
		t.Fatalf("%s: %d %s, %v", body, a.Status, a.Body, err)
	}
	all := []map[string]any{}
	for _, r := range got.Rows {
		var text structpb.Struct
		if err := proto.Unmarshal(r.Value, &text); err != nil || r.Type != "type.googleapis.com/google.protobuf.Struct" {
			t.Fatalf("%s: %v", r.Type, err)
		}
		all = append(all, text.AsMap())
	}
	return all
}

// TestDynamicData: rows are what a field can have, of what the caller may read,
// or what a new object begins with.
func TestDynamicData(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		shop(t, s, s.Tenant)
		demand := func(target, body string) {
			if a := s.Do(t, "POST", target, s.AdminToken, body); a.Status != http.StatusOK {
				t.Fatalf("%s: %d %s", target, a.Status, a.Body)
			}
		}
		demand("/api/config/namespaces/shop/origin_pools", `{"metadata":{"name":"blue","description":"the first"},"spec":{}}`)
		demand("/api/config/namespaces/default/origin_pools", `{"metadata":{"name":"of-others"},"spec":{}}`)
		got := rows(t, s, s.AdminToken, "shop", `{"field_path":"spec.origin_pools"}`)
		if len(got) != 1 || got[0]["name"] != "blue" || got[0]["namespace"] != "shop" || got[0]["description"] != "the first" {
			t.Errorf("pools: %v", got)
		}
		reader := s.NewMember(t, s.Tenant, "reader", s.NewRole(t, s.Tenant, "namespaces", "namespaces.read").Name)
		if got := rows(t, s, reader.Token, "shop", `{"field_path":"spec.origin_pools"}`); len(got) != 0 {
			t.Errorf("of what the caller may not read: %v", got)
		}
		const contact = `"request_body":{"type_url":"type.googleapis.com/ves.io.schema.contact.CreateRequest"}`
		got = rows(t, s, s.AdminToken, "shop", `{"field_path":"spec","defaults":true,`+contact+`}`)
		if len(got) != 1 || got[0]["city"] != "" {
			t.Errorf("what a contact begins with: %v", got)
		}
		for _, body := range []string{`{"field_path":"spec","defaults":true}`, `{"field_path":"spec.city","defaults":true,` + contact + `}`,
			`{"field_path":"","defaults":true,` + contact + `}`, `{"field_path":"spec.nothing","defaults":true,` + contact + `}`, `{"field_path":"spec.nothing"}`} {
			if got := rows(t, s, s.AdminToken, "shop", body); len(got) != 0 {
				t.Errorf("%s: %v", body, got)
			}
		}
		for target, want := range map[string]int{"shop": http.StatusBadRequest, "nowhere": http.StatusNotFound} {
			for _, defaults := range []bool{true, false} {
				body := fmt.Sprintf(`{"field_path":"spec","defaults":%v}`, defaults)
				if want == http.StatusBadRequest {
					body = fmt.Sprintf(`{"field_path":"spec","namespace":"default","defaults":%v}`, defaults)
				}
				if a := s.Do(t, "POST", "/api/config/namespaces/"+target+"/dynamic-data", s.AdminToken, body); a.Status != want {
					t.Errorf("%s %s: %d %s", target, body, a.Status, a.Body)
				}
			}
		}
	})
}

// TestDynamicDataOfEveryKind: whatever a spec has, what is new of it can be told.
func TestDynamicDataOfEveryKind(t *testing.T) {
	s := apptest.Start(t, app.Options{})
	for _, kind := range []string{"contact", "authentication", "authorization_server", "user_identification", "tenant_configuration", "child_tenant",
		"child_tenant_manager", "tenant_profile", "managed_tenant", "allowed_tenant"} {
		got := rows(t, s, s.AdminToken, "system", `{"field_path":"spec","defaults":true,"request_body":{"type_url":"x/ves.io.schema.`+kind+`.CreateRequest"}}`)
		if len(got) != 1 {
			t.Errorf("%s: %v", kind, got)
		}
	}
}

func TestDiscoverNetworks(t *testing.T) {
	const target = "/api/cloud-data/namespaces/system/cloud_user_accounts/discover_networks"
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		made := s.Do(t, "POST", "/api/config/namespaces/system/cloud_user_accounts", s.AdminToken, `{"metadata":{"name":"seoul"},"spec":{}}`)
		var account struct {
			System struct{ UID string } `json:"system_metadata"`
		}
		if err := json.Unmarshal([]byte(made.Body), &account); err != nil || account.System.UID == "" {
			t.Fatalf("%d %s", made.Status, made.Body)
		}
		nobody := s.NewMember(t, s.Tenant, "nobody")
		for id, want := range map[string]int{"seoul": http.StatusOK, account.System.UID: http.StatusOK, "busan": http.StatusNotFound, "": http.StatusBadRequest} {
			a := s.Do(t, "POST", target, s.AdminToken, fmt.Sprintf(`{"cloud_user_account_id":%q}`, id))
			if a.Status != want || want == http.StatusOK && a.Body != "{}" {
				t.Errorf("%q: %d %s", id, a.Status, a.Body)
			}
			if a := s.Do(t, "POST", target, nobody.Token, fmt.Sprintf(`{"cloud_user_account_id":%q}`, id)); a.Status != http.StatusForbidden {
				t.Errorf("%q of who may not: %d %s", id, a.Status, a.Body)
			}
		}
	})
}

// TestSuggestionsInBothForms: the form of cloud data is that of the namespace system.
func TestSuggestionsInBothForms(t *testing.T) {
	s := apptest.Start(t, app.Options{})
	var answers []string
	for _, target := range []string{"/api/cloud-data/namespaces/system/suggest-values", "/api/web/namespaces/system/suggest-values"} {
		answers = append(answers, s.Do(t, "POST", target, s.AdminToken, `{"field_path":"namespace_roles[0].role","match_value":"uam","namespace":"system"}`).Body)
	}
	if len(slices.Compact(answers)) != 1 || !strings.Contains(answers[0], "ves-io-uam-admin-role") {
		t.Error(answers)
	}
}
