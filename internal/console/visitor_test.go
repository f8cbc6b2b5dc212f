package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// secure starts a Gatehouse that browsers reach by https.
func secure(t testing.TB) *site {
	t.Helper()
	public, _ := url.Parse("https://gatehouse.test")
	return &site{Server: apptest.Start(t, app.Options{PublicURL: public, Signup: openSignup, Outbound: loopback}), base: public.String()}
}

// visitor is a browser as far as a test needs one: it keeps a cookie, sends the
// headers that browsers send, and does not follow redirects.
type visitor struct {
	testing.TB
	*site
	cookie *http.Cookie
	flows  map[string]*http.Cookie // of ways to providers, by name
}

func (s *site) visitor(t testing.TB) *visitor {
	t.Helper()
	return &visitor{TB: t, site: s, flows: map[string]*http.Cookie{}}
}

// do asks for an address. Further headers come as "Name: value".
func (v *visitor) do(method, target string, form url.Values, headers ...string) apptest.Answer {
	v.Helper()
	r := httptest.NewRequest(method, v.base+target, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if v.cookie != nil {
		r.AddCookie(v.cookie)
	}
	for _, c := range v.flows {
		r.AddCookie(c)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if r.Header.Del(name); value != "" {
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	v.Handler().ServeHTTP(w, r)
	for _, line := range w.Header().Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		if err != nil {
			v.Fatal(err)
		}
		ends := c.MaxAge < 0
		switch flow := strings.Contains(c.Name, "-sso-"); {
		case flow && ends:
			delete(v.flows, c.Name)
		case flow:
			v.flows[c.Name] = c
		case ends:
			v.cookie = nil
		default:
			v.cookie = c
		}
	}
	return apptest.Answer{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
}

func (v *visitor) get(target string, headers ...string) apptest.Answer {
	v.Helper()
	return v.do(http.MethodGet, target, nil, headers...)
}

func (v *visitor) post(target string, pairs ...string) apptest.Answer {
	v.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return v.do(http.MethodPost, target, form)
}

// signIn goes the way of a password and answers where it leads.
func (v *visitor) signIn(username, password string) string {
	v.Helper()
	resp := v.post("/sign-in/password", "username", username, "password", password)
	if resp.Status != http.StatusSeeOther || v.cookie == nil {
		v.Fatalf("sign-in of %s: %d %s", username, resp.Status, resp.Body)
	}
	return resp.Header.Get("Location")
}

// elements answers all elements of a page with a name.
func elements(t testing.TB, page, name string) []*html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	var found []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

// attr answers an attribute of an element, empty where it has none.
func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
