package api_test

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestMediaTypes: a dialect with several is answered in its first, unless the
// caller takes another one and not that; errors as well as answers, and in the
// document. One without any speaks JSON, whatever a caller takes.
func TestMediaTypes(t *testing.T) {
	g := api.NewRegistry(slog.New(slog.DiscardHandler), &gate{})
	own := newZoo()
	own.MediaTypes = []string{"application/zoo+json", "application/json"}
	g.Add(own, zooOperations()...)
	for accept, want := range map[string]string{"": "application/zoo+json", "*/*": "application/zoo+json", "text/html": "application/zoo+json",
		"application/json": "application/json", "Application/JSON;q=0.5": "application/json", "application/json, application/zoo+json": "application/zoo+json"} {
		for _, path := range []string{"/zoo/hours", "/zoo/nowhere", "/zoo/fail/foreign"} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.Header.Set("Accept", accept)
			w := httptest.NewRecorder()
			g.ServeHTTP(w, r)
			if got := w.Header().Get("Content-Type"); got != want {
				t.Errorf("%s as %q is of %s, want %s", path, accept, got, want)
			}
		}
	}
	text, err := g.OpenAPI(own.Name)
	op := load(t, text, err).Paths.Find("/zoo/animals/{id}").Put
	for _, content := range []int{len(op.RequestBody.Value.Content), len(op.Responses.Value("200").Value.Content), len(op.Responses.Value("404").Value.Content)} {
		if content != len(own.MediaTypes) {
			t.Errorf("%d media types, want %d", content, len(own.MediaTypes))
		}
	}
	if got := openZoo(t).do(t, "GET", "/zoo/hours", "", "Accept: application/zoo+json").Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("a dialect of no type of its own answers %s", got)
	}
}

// TestPrefixOf: what stands before the path leads to the same tenants again.
func TestPrefixOf(t *testing.T) {
	seen := map[string]string{}
	g := api.NewRegistry(slog.New(slog.DiscardHandler), &gate{})
	g.Reach = func(_ context.Context, by iam.Actor, _ string) (iam.Actor, error) { return by, nil }
	g.Add(newZoo(), api.Handle(api.Op{ID: "where", Methods: []string{"GET"}, Paths: []string{"/zoo/where"}, Access: api.SignedIn()},
		func(ctx context.Context, c *api.Call, _ none) (none, error) {
			target, _, _ := strings.Cut(c.Request.RequestURI, "/zoo/")
			seen[target] = api.PrefixOf(ctx)
			return none{}, nil
		}))
	prefixes := []string{"", "/t/acme", "/managed_tenant/b%20c", "/t/acme/managed_tenant/b%20c"}
	for _, prefix := range prefixes {
		r := httptest.NewRequest(http.MethodGet, prefix+"/zoo/where", nil)
		r.Header.Set("Authorization", "Bearer keeper")
		g.ServeHTTP(httptest.NewRecorder(), r)
		if got, ok := seen[prefix]; !ok || got != prefix {
			t.Errorf("before %s/zoo stands %q", prefix, got)
		}
	}
	if len(seen) != len(prefixes) {
		t.Errorf("seen are %v", slices.Collect(maps.Keys(seen)))
	}
	if got := api.PrefixOf(api.WithTenant(t.Context(), "acme")); got != "/t/acme" { // by the host's name
		t.Errorf("%q", got)
	}
}
