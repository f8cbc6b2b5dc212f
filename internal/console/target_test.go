package console

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// tricks are addresses that lead elsewhere, or to what is no page, in the eyes
// of one parser or another.
var tricks = []string{
	"https://evil.example", "http://evil.example/account", "//evil.example", "///evil.example", "////evil.example/account",
	`\\evil.example`, `/\evil.example`, `\/evil.example`, `/\/evil.example`, "https:evil.example", "https:/evil.example",
	"/account//evil.example", "/account/..//evil.example", "/account/..;/evil", "/account;/../evil", "/./account", "/account/.",
	"/account/", "/account?x=1", "/account#x", "/account?next=//evil.example", "account", "./account", "../account", "%2faccount",
	"/%61ccount", "/account%00", "/account\x00", "/account\n", "/account\r\nSet-Cookie: a=b", "\t/account", " /account", "/account ",
	"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "mailto:a@b", "@evil.example", "https://gatehouse.test@evil.example/account",
	"/ACCOUNT", "/Account", "/account/..", "/sign-out", "/sign-in", "/account/picture", "/account/confirm", "/account/sessions/end",
	"/reset", "/", "", ".", "/t/acme/account", "/assets/app.css", "/logo", "｡evil.example", "/account\u2028", "／account", "//account",
	"http://[::1]/account", "/account@evil.example", "/account:80", "/account\\", "\\account", "/account/../account",
}

// TestTarget: where one is led after signing in is the address, to the letter,
// of a page of the account, or the account.
func TestTarget(t *testing.T) {
	s := New(Deps{})
	at := func(value string) string {
		v := &visit{Site: s, r: &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/sign-in", RawQuery: url.Values{"return": {value}}.Encode()}}}
		kept := v.keep("/sign-in/password")
		if want := "/sign-in/password"; v.target() != value && kept != want {
			t.Errorf("return=%q is kept in %q", value, kept)
		}
		return v.target()
	}
	for _, trick := range tricks {
		if got := at(trick); got != "/account" {
			t.Errorf("return=%q leads to %q", trick, got)
		}
	}
	for _, path := range []string{"/account", "/account/security", "/account/sessions", "/account/keys", "/account/password"} {
		if got := at(path); got != path {
			t.Errorf("return=%q leads to %q", path, got)
		}
	}
}

// FuzzTarget: no return parameter leads to what is no page of ours for users.
func FuzzTarget(f *testing.F) {
	for _, trick := range tricks {
		f.Add("return=" + url.QueryEscape(trick))
	}
	f.Add("return=/account&return=//evil.example")
	f.Add("return[]=x;return=//evil")
	s := New(Deps{})
	f.Fuzz(func(t *testing.T, query string) {
		v := &visit{Site: s, r: &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/sign-in", RawQuery: query}}}
		to := v.target()
		if p := s.pages[to]; p == nil || p.need != forUser || p.get == nil || !strings.HasPrefix(to, "/account") {
			t.Fatalf("%q leads to %q", query, to)
		}
	})
}

func TestOwns(t *testing.T) {
	s := New(Deps{})
	for target, want := range map[string]bool{
		"/": true, "/account": true, "/account/none": true, "/sign-in": true, "/t/acme": true, "/t/acme/": true, "/t/acme/account": true,
		"/assets/none": true, "/logo": true, "/t/acme/reset?token=x": true,
		"/api/admin/user/settings": false, "/v2.1/auth/signin": false, "/healthz": false, "/t/acme/v2.1/regions": false, "/accounts": false,
		"//account": false, "//": false, "/%61ccount": false, "/t/a%2fb/account": false, "/t/": true, "/x/account": false,
	} {
		u, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(target, "//") {
			u = &url.URL{Path: target}
		}
		if got := s.Owns(u); got != want {
			t.Errorf("%s: %v, want %v", target, got, want)
		}
	}
}

func TestAssets(t *testing.T) {
	s := New(Deps{})
	get := func(name string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, assetPrefix+name, nil)
		if len(headers) > 0 {
			r.Header.Set("Accept-Encoding", headers[0])
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	for _, name := range []string{"app.css", "passkey.js", "icon.svg"} {
		w := get(s.assets.named[name])
		if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" ||
			w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		z := get(s.assets.named[name], "br, gzip")
		if z.Header().Get("Content-Encoding") != "gzip" || z.Body.Len() >= w.Body.Len() {
			t.Errorf("%s compressed: %v, %d of %d bytes", name, z.Header(), z.Body.Len(), w.Body.Len())
		}
		if w := get(name); w.Code != http.StatusNotFound { // a name that may be kept for good changes with the content
			t.Errorf("%s without its hash: %d", name, w.Code)
		}
	}
	if w := get(s.assets.accent("#1a73e8")); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Errorf("style sheet of an accent: %d %v", w.Code, w.Header())
	}
	for _, name := range []string{"accent-zzzzzz-" + s.assets.named["app.css"], "accent-1a73e8-app.css", "../console.go", "%2e%2e/console.go", "."} {
		if w := get(name); w.Code != http.StatusNotFound || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
}
