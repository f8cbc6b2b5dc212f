package f5xc_test

import (
	"net/http"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api/golden"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// Whole exchanges, as clients of the vendor's API see them.
func TestGolden(t *testing.T) {
	engines := map[string]func(testing.TB) *apptest.Server{"sqlite": apptest.SQLite, "postgres": apptest.Postgres}
	for engine, start := range engines {
		t.Run(engine, func(t *testing.T) {
			golden.Run(t, "testdata/*.txtar", func(t *testing.T) (http.Handler, map[string]string) {
				s := start(t)
				return s.Handler(), map[string]string{"admin": s.AdminToken}
			})
		})
	}
}
