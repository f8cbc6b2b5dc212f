package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestNoPath(t *testing.T) {
	z := openZoo(t)
	for _, target := range []string{
		"/zoo", "/zoo/", "/zoo/nowhere", "/zoo/hours/", "/zoo/animals", "/zoo/animals/", "/zoo/animals/7/more",
		"/zoo//hours", "/zoo/./hours", "/zoo/../zoo/hours", "/zoo/x/..", "//zoo/hours", "/x/../zoo/hours",
		"/t/acme/zoo/nowhere", "/t/acme/zoo//hours", "/t/../zoo/hours",
	} {
		t.Run(target, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.RequestURI, r.URL.Path = target, target
			wantProblem(t, z.serve(r), 404, iam.NotFound, iam.ReasonNoPath)
		})
	}
}

func TestNoDialect(t *testing.T) {
	z := openZoo(t)
	for _, target := range []string{"/", "/zoological", "/t/", "/t/acme", "/t/acme/elsewhere", "/t/%2e/zoo/hours", "/%74/acme/zoo/hours", "/t/acme/t/acme/zoo/hours", "*"} {
		r := httptest.NewRequest("OPTIONS", target, nil)
		if w := z.serve(r); w.Code != 404 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("%s: %d %v", target, w.Code, w.Header())
		}
	}
}

func TestMethods(t *testing.T) {
	z := openZoo(t)
	tests := map[string]struct {
		status int
		allow  string
	}{
		"POST /zoo/hours":           {405, "GET, HEAD, OPTIONS"},
		"CONNECT /zoo/hours":        {405, "GET, HEAD, OPTIONS"},
		"BREW /zoo/hours":           {405, "GET, HEAD, OPTIONS"},
		"PATCH /t/acme/zoo/hours":   {405, "GET, HEAD, OPTIONS"},
		"POST /zoo/animals/7":       {405, "DELETE, GET, HEAD, PUT, OPTIONS"},
		"PATCH /zoo/animals/hatch":  {405, "DELETE, GET, HEAD, POST, PUT, OPTIONS"},
		"HEAD /zoo/ns/open/clean":   {405, "POST, OPTIONS"},
		"OPTIONS /zoo/animals/7":    {204, "DELETE, GET, HEAD, PUT, OPTIONS"},
		"OPTIONS /zoo/ns/any/clean": {204, "POST, OPTIONS"},
		"OPTIONS /zoo/nowhere":      {404, ""},
		"HEAD /zoo/hours":           {200, ""},
		"GET /zoo/animals/hatch":    {200, ""}, // an animal of that name
	}
	for call, want := range tests {
		t.Run(call, func(t *testing.T) {
			method, target, _ := strings.Cut(call, " ")
			r := httptest.NewRequest("GET", target, nil)
			r.Method = method
			r.Header.Set("Authorization", "Bearer keeper")
			w := z.serve(r)
			if w.Code != want.status || w.Header().Get("Allow") != want.allow {
				t.Errorf("got %d, Allow %q, want %d, %q", w.Code, w.Header().Get("Allow"), want.status, want.allow)
			}
			if want.status == 405 {
				wantProblem(t, w, 405, iam.Invalid, iam.ReasonNoMethod)
			}
		})
	}
}

func TestHeadHasNoBody(t *testing.T) {
	server := httptest.NewServer(openZoo(t))
	defer server.Close()
	response, err := http.Head(server.URL + "/zoo/hours")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 200 || response.ContentLength <= 0 {
		t.Errorf("status %d, length %d", response.StatusCode, response.ContentLength)
	}
}

func TestTenant(t *testing.T) {
	z := openZoo(t)
	tests := map[string]struct{ host, target, want string }{
		"none":          {"", "/zoo/animals/7", ""},
		"host":          {"acme", "/zoo/animals/7", "acme"},
		"path":          {"", "/t/acme/zoo/animals/7", "acme"},
		"both, equal":   {"acme", "/t/acme/zoo/animals/7", "acme"},
		"both, differ":  {"acme", "/t/other/zoo/animals/7", "404"},
		"escaped in it": {"", "/t/ac%2Fme/zoo/animals/7", "ac/me"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", tt.target, nil)
			r.Header.Set("Authorization", "Bearer keeper")
			if tt.host != "" {
				r = r.WithContext(api.WithTenant(r.Context(), tt.host))
			}
			w := z.serve(r)
			if tt.want == "404" {
				wantProblem(t, w, 404, iam.NotFound, iam.ReasonNoPath)
			} else if got := decode[fed](t, w); got.Tenant != "of "+tt.want || got.ID != "7" {
				t.Errorf("tenant %q of %q", got.Tenant, got.ID)
			}
			if r.URL.Path != strings.Replace(tt.target, "%2F", "/", 1) {
				t.Errorf("the caller's request was changed to %s", r.URL.Path)
			}
		})
	}
}
