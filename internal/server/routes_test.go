package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// program is a server with a dialect of two operations: one answers which
// tenant was meant, one takes its time.
func program(t *testing.T, c Config) http.Handler {
	t.Helper()
	g := api.NewRegistry(slog.New(slog.DiscardHandler), nil)
	d := &api.Dialect{
		Name: "zoo", Title: "Zoo", Version: "1", Prefixes: []string{"/zoo/"},
		Authenticate: func(context.Context, *http.Request) (iam.Actor, error) {
			return iam.Actor{}, iam.E(iam.Unauthenticated, "nobody is known here")
		},
		Fail: func(_ *http.Request, e *iam.Error) (int, any) {
			if e.Kind == iam.NotFound {
				return http.StatusNotFound, "zoo: nothing here"
			}
			return http.StatusInternalServerError, "zoo: " + e.Message
		},
	}
	g.Add(d, api.Handle(api.Op{ID: "tenant", Methods: []string{"GET"}, Paths: []string{"/zoo/tenant"}, Access: api.Public(), Summary: "Tell the tenant"},
		func(ctx context.Context, _ *api.Call, _ struct{}) (string, error) { return api.TenantOf(ctx), nil }))
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Ready == nil {
		c.Ready = func(context.Context) error { return nil }
	}
	c.Version = "1.2.3"
	return New(g, c)
}

func ask(h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, nil))
	return w
}

func TestRoutes(t *testing.T) {
	h := program(t, Config{})
	for _, tt := range []struct {
		method, target string
		status         int
		body           string
	}{
		{"GET", "/healthz", 200, "ok"},
		{"HEAD", "/healthz", 200, ""},
		{"GET", "/readyz", 200, "ready"},
		{"GET", "/metrics", 200, `gatehouse_build_info{version="1.2.3"} 1`},
		{"GET", "/openapi.json", 200, `"/zoo/tenant"`},
		{"GET", "/openapi/zoo.json", 200, `"/zoo/tenant"`},
		{"GET", "/openapi/none.json", 404, ""},
		{"GET", "/openapi/zoo", 404, ""},
		{"GET", "/openapi/", 404, ""},
		{"GET", "/zoo/tenant", 200, `""`},
		{"GET", "/zoo/none", 404, "zoo: nothing here"},
		{"POST", "/healthz", 404, ""},
		{"GET", "/", 404, ""},
		{"GET", "/t/acme/healthz", 404, ""},
	} {
		w := ask(h, tt.method, tt.target)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.body) {
			t.Errorf("%s %s = %d %.200q, want %d with %q", tt.method, tt.target, w.Code, w.Body, tt.status, tt.body)
		}
	}
}

// TestUncleanPathsAreNotRedirected: a redirect would turn a POST into a GET,
// and answer in no dialect's envelope.
func TestUncleanPathsAreNotRedirected(t *testing.T) {
	h := program(t, Config{})
	for _, path := range []string{"//healthz", "/./healthz", "/x/../healthz", "/healthz/", "//zoo/tenant", "/zoo//tenant",
		"/zoo/./tenant", "/zoo/../healthz", "/openapi//zoo.json", "//evil.example/../healthz", "/zoo/tenant/", "/t/acme//zoo/tenant"} {
		r := httptest.NewRequest("GET", "http://id.example.com/", nil)
		r.URL = &url.URL{Path: path}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound || w.Header().Get("Location") != "" {
			t.Errorf("%s = %d to %q, want 404", path, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestOpenAPIIsJSON(t *testing.T) {
	w := ask(program(t, Config{}), "GET", "/openapi.json")
	if !json.Valid(w.Body.Bytes()) || w.Header().Get("Content-Type") != "application/json" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("answered %v %.100q", w.Header(), w.Body)
	}
}

func TestReadiness(t *testing.T) {
	var ready error
	h := program(t, Config{Ready: func(ctx context.Context) error {
		if _, bounded := ctx.Deadline(); !bounded {
			t.Error("a database that hangs makes the answer hang")
		}
		return ready
	}})
	if w := ask(h, "GET", "/readyz"); w.Code != http.StatusOK {
		t.Errorf("ready: %d", w.Code)
	}
	ready = errors.New("dial tcp 10.1.2.3: password=hunter2")
	if w := ask(h, "GET", "/readyz"); w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("not ready: %d %q", w.Code, w.Body)
	}
	if w := ask(h, "GET", "/healthz"); w.Code != http.StatusOK {
		t.Errorf("alive, though not ready: %d", w.Code)
	}
	ready = nil
	if w := ask(h, "GET", "/readyz"); w.Code != http.StatusOK {
		t.Errorf("ready again: %d", w.Code)
	}
}

func TestHostMeansTenant(t *testing.T) {
	for _, public := range []string{"https://id.example.com", "https://ID.Example.com.:8443/base"} {
		u, err := url.Parse(public)
		if err != nil {
			t.Fatal(err)
		}
		w := ask(program(t, Config{PublicURL: u}), "GET", "http://acme.id.example.com/zoo/tenant")
		if w.Body.String() != `"acme"` {
			t.Errorf("below %s: tenant %s", public, w.Body)
		}
	}
}

func TestMetricsCountOperations(t *testing.T) {
	h := program(t, Config{})
	ask(h, "GET", "/zoo/tenant")
	ask(h, "GET", "/zoo/none")
	body := ask(h, "GET", "/metrics").Body.String()
	if want := `gatehouse_request_duration_seconds_count{dialect="zoo",operation="tenant",status="200"} 1`; !strings.Contains(body, want) {
		t.Errorf("no %s", want)
	}
	// What a client invents must not become a series.
	if strings.Contains(body, "none") {
		t.Error("a path that is no operation is in the metrics")
	}
}
