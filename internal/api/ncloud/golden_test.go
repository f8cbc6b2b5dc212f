package ncloud_test

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api/golden"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// Whole exchanges, among them everything that the document shows, on both
// engines. What does not say otherwise is signed with the administrator's key.
func TestExchanges(t *testing.T) {
	for engine, start := range map[string]func(testing.TB) *apptest.Server{"sqlite": apptest.SQLite, "postgres": apptest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			golden.Run(t, "testdata/*.txtar", func(t *testing.T) (http.Handler, map[string]string) {
				s := start(t)
				k := newKey(t, s, s.Tenant.ID, s.Admin.ID)
				return signing(s.Handler(), k, s.Clock.Now), map[string]string{
					"token": s.AdminToken, "key": k.id, "admin": string(s.Admin.ID), "adminNo": strconv.FormatInt(s.Admin.Number, 10),
				}
			})
		})
	}
}
