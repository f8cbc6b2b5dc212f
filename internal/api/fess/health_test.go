package fess

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
)

// Without its database the server is red, which fessctl reads from the body
// and monitors from the status.
func TestHealthWithoutDatabase(t *testing.T) {
	registry := api.NewRegistry(slog.New(slog.DiscardHandler), nil)
	d, ops := New(Deps{Ready: func(ctx context.Context) error {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("a database that does not answer would be waited for without end")
		}
		return errors.New("gone")
	}})
	registry.Add(d, ops...)
	for path, want := range map[string]string{
		"/api/v1/health": `{"data":{"status":"red","timed_out":false}}`,
		"/api/v2/health": `{"response":{"status":9,"error":{"message":"the database cannot be used","details":{"engine":{"status":"RED","ping_status":1}}},"version":"15.8"}}`,
	} {
		w := httptest.NewRecorder()
		registry.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 503 || w.Body.String() != want {
			t.Errorf("%s: got %d %s, want 503 %s", path, w.Code, w.Body, want)
		}
	}
}
