package netapp_test

import (
	"net/http"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api/golden"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Every example of the vendor's pages, as whole exchanges: the same members of
// the same types in the same order.
func TestGolden(t *testing.T) {
	engines := map[string]func(testing.TB) *apptest.Server{"sqlite": apptest.SQLite, "postgres": apptest.Postgres}
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			golden.Run(t, "testdata/*.txtar", func(t *testing.T) (http.Handler, map[string]string) {
				s := start(t)
				mina := s.NewMember(t, s.Tenant, "mina", "user")
				first, last, shown, mail := "Mina", "Seo", "Seo Mina", "mina@example.com"
				if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: mina.User.ID},
					directory.UserChange{GivenName: &first, FamilyName: &last, DisplayName: &shown, Email: &mail}); err != nil {
					t.Fatal(err)
				}
				return s.Handler(), map[string]string{
					"admin": s.AdminToken, "user": mina.Token, "password": apptest.AdminPassword, "tenant": iam.Short(s.Tenant.ID),
				}
			})
		})
	}
}
