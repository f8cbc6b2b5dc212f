package ncloud_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api/golden"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
)

// Whole exchanges, among them everything that the document shows, on both
// engines, each in a tenant of its own. What does not say otherwise is signed
// with the administrator's key.
func TestExchanges(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		n := 0
		golden.Run(t, "testdata/*.txtar", func(t *testing.T) (http.Handler, map[string]string) {
			n++
			m := s.NewTenant(t, fmt.Sprintf("tenant%d", n))
			shown, mail := "Administrator", "admin@example.com"
			admin, err := s.Directory.UpdateUser(t.Context(), m.Actor(), directory.UserKey{ID: m.User.ID},
				directory.UserChange{DisplayName: &shown, Email: &mail, MustChangePassword: new(bool)})
			if err != nil {
				t.Fatal(err)
			}
			k := newKey(t, s, m.Tenant.ID, admin.ID)
			return signing(s.Handler(), k, s.Clock.Now), map[string]string{
				"token": m.Token, "key": k.id, "tenant": m.Tenant.Code, "admin": string(admin.ID), "adminNo": strconv.FormatInt(admin.Number, 10),
			}
		})
	})
}
