package scim_test

import (
	"net/http"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api/golden"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestExchanges replays what the provisioning clients of vendors send, with a token
// as they have one, on both engines.
func TestExchanges(t *testing.T) {
	for engine, start := range map[string]func(testing.TB) *apptest.Server{"sqlite": apptest.SQLite, "postgres": apptest.Postgres} {
		for _, vendor := range []string{"entra", "okta"} {
			t.Run(vendor+"/"+engine, func(t *testing.T) {
				golden.Run(t, "testdata/"+vendor+"/*.txtar", func(t *testing.T) (http.Handler, map[string]string) {
					s := start(t)
					token, _, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code,
						authn.NewToken{User: s.Admin.ID, Scope: iam.ScopeProvisioning})
					if err != nil {
						t.Fatal(err)
					}
					return s.Handler(), map[string]string{"token": token}
				})
			})
		}
	}
}
