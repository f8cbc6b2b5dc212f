package cloudforet_test

import (
	"net/http"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api/golden"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Whole exchanges, among them every example of the vendor's document, with
// the members that its messages no longer have.
func TestGolden(t *testing.T) {
	engines := map[string]func(testing.TB) *apptest.Server{"sqlite": apptest.SQLite, "postgres": apptest.Postgres}
	for engine, open := range engines {
		t.Run(engine, func(t *testing.T) {
			golden.Run(t, "testdata/*.txtar", func(t *testing.T) (http.Handler, map[string]string) {
				s := start(t, open(t))
				access, refresh := s.signIn(wonny, wonnyPassword)
				return s.withMailedCodes(s.Handler()), map[string]string{
					"domain": string(s.Tenant.ID), "user": wonny, "email": wonnyEmail, "password": wonnyPassword,
					"access": access, "refresh": refresh, "program": s.AdminToken, "nobody": string(iam.TenantID(s.Admin.ID)),
				}
			})
		})
	}
}
