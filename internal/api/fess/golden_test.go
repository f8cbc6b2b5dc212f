package fess_test

import (
	"net/http"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api/golden"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// Whole exchanges, among them every example of the document, on both engines.
func TestExchanges(t *testing.T) {
	for engine, start := range map[string]func(testing.TB) *apptest.Server{"sqlite": apptest.SQLite, "postgres": apptest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			golden.Run(t, "testdata/*.txtar", func(t *testing.T) (http.Handler, map[string]string) {
				s := start(t)
				return s.Handler(), map[string]string{"token": s.AdminToken}
			})
		})
	}
}
