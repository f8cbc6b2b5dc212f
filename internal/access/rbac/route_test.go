package rbac

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestMatch(t *testing.T) {
	c := testCatalog()
	for _, tt := range []struct{ method, path, want string }{
		{"POST", "/v2.1/auth", "signIn"},
		{"GET", "/v2.1/regions", "listRegions"},
		{"HEAD", "/v2.1/regions", "listRegions"},
		{"GET", "/v2.1/regions?limit=1", "listRegions"},
		{"POST", "/v2.1/regions", "createRegion"},
		{"GET", "/v2.1/regions/seoul", "getRegion"},
		{"GET", "/v2.1/regions/{name}", "getRegion"},
		{"GET", "/v2.1/regions/count", "countRegions"},    // literal beats parameter
		{"GET", "/v2.1/regions/%63ount", "countRegions"},  // however it is written
		{"DELETE", "/v2.1/regions/count", "deleteRegion"}, // unless it has no such method
		{"GET", "/v2.1/regions/seoul/zones", "listZones"},
		{"GET", "/v2.1/regions/count/zones", "listZones"}, // back out of the literal branch
		{"GET", "/v2.1/regions/count/total", "countZones"},
		{"GET", "/v2.1/regions/a..b", "getRegion"},
		{"GET", "/v2.1/regions/%2e%2e", "getRegion"}, // what is escaped is no step up
		{"GET", "/api/config/namespaces/system/things/a%2Fb", "getObject"},
		{"PATCH", "/v2.1/regions", ""},
		{"GET", "/v2.1/regions/", ""}, // a parameter is never empty
		{"GET", "/v2.1/regions/%2F", ""},
		{"GET", "/v2.1/regions//zones", ""},
		{"GET", "/v2.1/regions/./zones", ""},
		{"GET", "/v2.1/regions/..", ""},
		{"GET", "/v2.1/x/../regions", ""},
		{"GET", "/v2.1/regions/seoul/zones/", ""},
		{"GET", "/v2.1/regions/100%", ""},
		{"GET", "/v2.1/regions/%zz", ""},
		{"GET", "/v2.1/regions/a b", ""},
		{"GET", "/v2.1/regions/a\x00b", ""},
		{"GET", "/t/acme/v2.1/regions", ""},
		{"GET", "//v2.1/regions", ""},
		{"GET", "/v2.1", ""},
		{"GET", "v2.1/regions", ""},
		{"GET", "http://host/v2.1/regions", ""},
		{"GET", "/v2.1/regions/é", "getRegion"},
		{"GET", "/v2.1/regions/é%2Fzones", "listZones"}, // net/url escapes that anew
		{"GET", "", ""},
		{"GET", "?", ""},
		{"get", "/v2.1/regions", ""},
	} {
		i, _, ok := c.Match(tt.method, tt.path)
		got := ""
		if ok {
			got = c.Endpoint(i).ID
		}
		if got != tt.want {
			t.Errorf("Match(%s %s) = %q, want %q", tt.method, tt.path, got, tt.want)
		}
	}
}

// spelled has an endpoint of many spellings, and one whose namespace stands at
// different places of its paths.
func spelled() *Catalog {
	return NewCatalog([]Endpoint{
		{ID: "setUser", Method: "PUT", Path: "/v1/users/{id}", Methods: []string{"PUT", "POST"},
			Paths: []string{"/v1/users/{id}", "/v1/users/{id}/", "/api/v1/users/{user}"}, Permission: "users.update"},
		{ID: "list", Method: "GET", Path: "/web/namespaces/{namespace}/things", Namespace: "namespace",
			Paths: []string{"/web/namespaces/{namespace}/things", "/{namespace}/things"}, Permission: "things.read"},
		{ID: "listOfSystem", Method: "GET", Path: "/web/namespaces/system/users", Permission: "users.read"},
		{ID: "get", Method: "GET", Path: "/web/namespaces/{name}", Namespace: "name", Permission: "namespaces.read"},
	})
}

func TestMatchKnowsAllSpellings(t *testing.T) {
	c := spelled()
	for _, tt := range []struct{ method, path, want, namespace string }{
		{"PUT", "/v1/users/7", "setUser", "system"},
		{"POST", "/v1/users/7/", "setUser", "system"},
		{"POST", "/api/v1/users/{id}", "setUser", "system"},
		{"POST", "/api/v1/users/7/", "", ""},
		{"GET", "/v1/users/7", "", ""},
		{"GET", "/web/namespaces/shop/things", "list", "shop"},
		{"HEAD", "/web/namespaces/shop/things?x=/y", "list", "shop"},
		{"GET", "/bank/things", "list", "bank"},
		{"GET", "/web/namespaces/sh%6Fp/things", "list", "shop"},
		{"GET", "/web/namespaces/a%2Fb/things", "list", "a/b"},
		{"GET", "/web/namespaces/{namespace}/things", "list", ""},
		{"GET", "/web/namespaces/%7Bns%7D/things", "list", ""},
		{"GET", "/web/namespaces/:ns/things", "list", ""},
		{"GET", "/web/namespaces/*/things", "list", ""},
		{"GET", "/web/namespaces/system/users", "listOfSystem", "system"},
		{"GET", "/web/namespaces/shop/users", "", ""},
		{"GET", "/web/namespaces/shop", "get", "shop"},
		{"GET", "/web/namespaces/*", "get", ""},
	} {
		i, namespace, ok := c.Match(tt.method, tt.path)
		got := ""
		if ok {
			got = c.Endpoint(i).ID
		}
		if got != tt.want || namespace != tt.namespace {
			t.Errorf("Match(%s %s) = %q in %q, want %q in %q", tt.method, tt.path, got, namespace, tt.want, tt.namespace)
		}
	}
	// Rules are about the one spelling.
	for rule, want := range map[*iam.Rule]int{
		{Path: "/v1/users/{x}"}:                            1,
		{Path: "/v1/users/{x}", Methods: []string{"PUT"}}:  1,
		{Path: "/v1/users/{x}", Methods: []string{"POST"}}: 0,
		{Path: "/api/v1/users/{x}"}:                        0,
		{Path: "/api/v1/*"}:                                0,
	} {
		if got := c.Compile([]iam.Rule{*rule}).Count(); got != want {
			t.Errorf("%+v allows %d endpoints, want %d", *rule, got, want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("two endpoints that share a spelling did not panic")
		}
	}()
	NewCatalog([]Endpoint{{Method: "GET", Path: "/a"}, {Method: "GET", Path: "/b", Paths: []string{"/b", "/a"}}})
}

// TestMatchFindsWhatServeMuxFinds: of random paths, also odd ones, that can be
// sent and that nothing redirects.
func TestMatchFindsWhatServeMuxFinds(t *testing.T) {
	c := spelled()
	muxes := map[string]*http.ServeMux{}
	for i := range c.Len() {
		e := c.Endpoint(i)
		for _, method := range e.Methods {
			if muxes[method] == nil {
				muxes[method] = http.NewServeMux()
			}
			for _, path := range e.Paths {
				if strings.HasSuffix(path, "/") {
					path += "{$}"
				}
				muxes[method].HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
					namespace := iam.NamespaceSystem
					if e.Namespace != "" {
						namespace = r.PathValue(e.Namespace)
					}
					*r.Context().Value(found{}).(*string) = e.ID + " in " + namespace
				})
			}
		}
	}
	segment := rapid.OneOf(
		rapid.SampledFrom([]string{"web", "namespaces", "things", "users", "v1", "api", "system", "shop", "%73ystem", "%2F", "a%2Fb", "%2e", "%2E%2e", "%", "%4", "é", "{x}", "t", ".x", "%25"}),
		rapid.StringMatching(`[a-z%/.]{1,4}`))
	rapid.Check(t, func(t *rapid.T) {
		e := c.Endpoint(rapid.IntRange(0, c.Len()-1).Draw(t, "endpoint"))
		segments := strings.Split(rapid.SampledFrom(e.Paths).Draw(t, "path"), "/")
		for i, s := range segments[1:] {
			if strings.HasPrefix(s, "{") || rapid.IntRange(0, 5).Draw(t, "change") == 0 {
				segments[i+1] = segment.Draw(t, "segment")
			}
		}
		path := strings.Join(segments, "/") + rapid.SampledFrom([]string{"", "", "/", "?a=b/c"}).Draw(t, "end")
		method := rapid.SampledFrom(e.Methods).Draw(t, "method")
		want := ""
		if u, err := url.ParseRequestURI(path); err == nil {
			r := &http.Request{Method: method, URL: u, Host: "x"}
			r = r.WithContext(contextWith(&want))
			muxes[method].ServeHTTP(nowhere{}, r)
		}
		got := ""
		if i, namespace, ok := c.Match(method, path); ok {
			got = c.Endpoint(i).ID + " in " + namespace
		}
		if namespace := strings.TrimPrefix(want, "list in "); namespace != want && anySegment(namespace) {
			want = "list in "
		} else if namespace := strings.TrimPrefix(want, "get in "); namespace != want && anySegment(namespace) {
			want = "get in "
		}
		if got != want {
			t.Fatalf("Match(%s %s) = %q, http.ServeMux finds %q", method, path, got, want)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	c := testCatalog()
	for _, path := range []string{"/api/config/namespaces/shop/things/some-name", "/api/config/namespaces/sh%6Fp/things/some-name"} {
		b.Run(fmt.Sprint(strings.Contains(path, "%")), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, ok := c.Match("GET", path); !ok {
					b.Fatal("no match")
				}
			}
		})
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	c := spelled()
	if n := testing.AllocsPerRun(1000, func() { c.Match("GET", "/web/namespaces/shop/things") }); n != 0 {
		t.Errorf("finding an endpoint allocates %v times, want none", n)
	}
}
