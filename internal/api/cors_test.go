package api_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// aviary is a dialect with one operation, whose handler says who calls.
func aviary(open bool) *api.Registry {
	d := newZoo()
	d.CrossOrigin = open
	g := api.NewRegistry(slog.New(slog.NewTextHandler(io.Discard, nil)), &gate{})
	g.Add(d, api.Handle(api.Op{ID: "bird", Methods: []string{"POST"}, Paths: []string{"/zoo/bird"}, Access: api.Proving()},
		func(_ context.Context, c *api.Call, _ struct{}) (string, error) {
			if c.Request.Header.Get("Authorization") == "" {
				return "", iam.E(iam.Unauthenticated, "who are you?")
			}
			return "user " + string(c.Actor.User), nil
		}))
	return g
}

// Pages of other sites may read answers and errors, and ask before, where the
// dialect lets them, and nowhere else.
func TestCrossOrigin(t *testing.T) {
	const allowed = "Access-Control-Allow-Origin"
	for _, open := range []bool{true, false} {
		g := aviary(open)
		want := map[bool]string{true: "*"}[open]
		for _, call := range []string{"POST /zoo/bird", "POST /zoo/nothing", "GET /zoo/bird", "OPTIONS /zoo/bird"} {
			for _, token := range []string{"", "Bearer keeper"} {
				method, target, _ := strings.Cut(call, " ")
				r := httptest.NewRequest(method, target, nil)
				r.Header.Set("Origin", "https://elsewhere.example.com")
				r.Header.Set("Authorization", token)
				w := httptest.NewRecorder()
				g.ServeHTTP(w, r)
				if got := w.Header().Get(allowed); got != want || w.Header().Get("Access-Control-Allow-Credentials") != "" {
					t.Errorf("open %v: %s with %q: %q %v", open, call, token, got, w.Header())
				}
				if asks := method == http.MethodOptions && open; (w.Header().Get("Access-Control-Allow-Methods") == "POST, OPTIONS") != asks {
					t.Errorf("open %v: %s: %v", open, call, w.Header())
				}
			}
		}
	}
}

// The kit authenticates nobody for a Proving operation, and the document says
// all the same that it needs a credential.
func TestProving(t *testing.T) {
	g := aviary(false)
	for header, want := range map[string]int{"": http.StatusUnauthorized, "Bearer keeper": http.StatusOK, "Bearer nobody": http.StatusOK} {
		r := httptest.NewRequest("POST", "/zoo/bird", nil)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		g.ServeHTTP(w, r)
		if w.Code != want || w.Code == 200 && w.Body.String() != `"user "` {
			t.Errorf("with %q: %d %s", header, w.Code, w.Body)
		}
	}
	doc, err := g.OpenAPI("zoo")
	if err != nil || !strings.Contains(string(doc), `"401"`) {
		t.Errorf("the document does not say that a credential is needed: %v", err)
	}
}
