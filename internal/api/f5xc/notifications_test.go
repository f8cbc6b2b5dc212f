package f5xc_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
)

// TestNotifications: what one family does not have cannot be said of it, wishes
// are one's own, and somebody from another tenant has none here.
func TestNotifications(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		const user = "/api/web/namespaces/system/user/"
		carol := s.NewMember(t, s.Tenant, "carol") // who may do nothing else
		for _, c := range []struct {
			path, body, field string
		}{
			{"notifications/unset", `{"ntfn_to_unset":"provider-changed"}`, "ntfn_to_unset"},
			{"notifications/unset", `{}`, "ntfn_to_unset"},
			{"admin_notifications/unset", `{"ntfn_to_unset":"key-created"}`, "ntfn_to_unset"},
			{"notifications", `{"ntfn_preferences_map":{"tenant-state":true}}`, "ntfn_preferences_map"},
			{"admin_notifications", `{"ntfn_preferences_map":{"key-created":true}}`, "ntfn_preferences_map"},
			{"combined_notifications", `{"ntfn_preferences_map":{"key-created":false,"reset-password":false}}`, "ntfn_preferences_map"},
			{"combined_notifications", `{"ntfn_preferences_map":{"key-created":"no"}}`, "ntfn_preferences_map"},
		} {
			a := s.Do(t, http.MethodPut, user+c.path, carol.Token, c.body)
			if a.Status != http.StatusBadRequest || !strings.Contains(a.Body, c.field) {
				t.Errorf("PUT %s %s: %d %s, want 400 of %s", c.path, c.body, a.Status, a.Body, c.field)
			}
		}
		if a := s.Do(t, http.MethodPut, user+"notifications/unset", carol.Token, `{"ntfn_to_unset":"key-created"}`); a.Status != http.StatusOK {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		for token, want := range map[string]string{carol.Token: `"enabled":false`, s.AdminToken: `"enabled":true`} {
			a := s.Do(t, http.MethodGet, user+"notifications", token, "")
			_, line, _ := strings.Cut(a.Body, `"code":"key-created"`)
			if line, _, _ = strings.Cut(line, "}"); !strings.Contains(line, want) {
				t.Errorf("the line has no %s: %s", want, line)
			}
		}
		korean := "ko"
		if _, err := s.Directory.UpdateProfile(t.Context(), carol.Actor(), directory.Profile{Language: &korean}); err != nil {
			t.Fatal(err)
		}
		if a := s.Do(t, http.MethodGet, user+"notifications", carol.Token, ""); !strings.Contains(a.Body, "비밀번호 변경") {
			t.Errorf("to who reads Korean: %s", a.Body)
		}

		there := s.NewTenant(t, "acme").Tenant
		s.Delegate(t, s.Tenant, s.NewGroup(t, s.Tenant, "ops", "read", "carol"), there, s.NewGroup(t, there, "crew", "admin"))
		for _, method := range []string{http.MethodGet, http.MethodPut} {
			a := s.Do(t, method, "/managed_tenant/acme"+user+"combined_notifications", carol.Token, map[string]string{http.MethodPut: `{}`}[method])
			if a.Status != http.StatusForbidden {
				t.Errorf("%s by who comes from another tenant: %d %s", method, a.Status, a.Body)
			}
		}
	})
}
