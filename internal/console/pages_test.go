package console_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/console"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// each shows every page that can be shown by its address alone, below a prefix:
// to a visitor, to who has each step left, and to who is signed in.
func each(t *testing.T, s *site, prefix string, visit func(path string, resp apptest.Answer, page string)) {
	t.Helper()
	enrol := s.visitor(t)
	s.newUser(t, "enrol")
	enrol.signIn("enrol", apptest.AdminPassword)
	s.withTOTP(t, enrol)
	people := map[iam.Step]*visitor{"": s.visitor(t)}
	people[""].signIn(app.AdminName, apptest.AdminPassword)
	s.newUser(t, "password")
	must := true
	if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), userKey("password"), passwordChange(must)); err != nil {
		t.Fatal(err)
	}
	s.newUser(t, "new")
	s.change(t, s.Tenant.ID, func(in *iam.Settings) { in.Factor.Required = true })
	for username, step := range map[string]iam.Step{"enrol": iam.StepFactor, "new": iam.StepEnrolFactor} {
		people[step] = s.visitor(t)
		people[step].signIn(username, apptest.AdminPassword)
	}
	s.change(t, s.Tenant.ID, func(in *iam.Settings) { in.Factor.Required = false })
	people[iam.StepSetPassword] = s.visitor(t)
	people[iam.StepSetPassword].signIn("password", apptest.AdminPassword)
	for _, a := range console.Addresses() {
		if !a.Get || a.Path == "/" || a.Path == "/account/picture" || a.Path == "/account/email/code" || a.Path == "/logo" || a.Path == "/sso/none" {
			continue
		}
		v := people[a.Step]
		if !a.ForUser && a.Step == "" && a.Path != "/sign-out" {
			v = s.visitor(t)
		}
		target := prefix + a.Path
		if a.Path == "/sign-in/password" {
			target += "?username=kim"
		}
		resp := v.get(target)
		page := resp.Body
		if resp.Status != http.StatusOK && resp.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d to %s", target, resp.Status, resp.Header.Get("Location"))
		}
		visit(target, resp, page)
	}
	resp := people[""].get(prefix + "/account/none")
	visit(prefix+"/account/none", resp, resp.Body)
}

// TestHeaders: every page comes with all that browsers do for its safety.
func TestHeaders(t *testing.T) {
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
			"form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		"X-Content-Type-Options":     "nosniff",
		"X-Frame-Options":            "DENY",
		"Referrer-Policy":            "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Strict-Transport-Security":  "max-age=31536000",
		"Cache-Control":              "no-store",
		"Content-Type":               "text/html; charset=utf-8",
		"Content-Language":           "en",
	}
	each(t, secure(t), "", func(path string, resp apptest.Answer, page string) {
		for name, value := range want {
			if got := resp.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", path, name, got, value)
			}
		}
	})
}

// TestPagesHoldTogether: every link and form leads to a page that there is, in
// the same tenant; nothing comes from elsewhere; nothing is inline.
func TestPagesHoldTogether(t *testing.T) {
	const prefix = "/t/default"
	there := map[string][]string{}
	for _, a := range console.Addresses() {
		there[a.Path] = ways(a)
	}
	leads := func(from, method, to string) {
		u, err := url.Parse(to)
		if err != nil || u.IsAbs() && u.Scheme != "mailto" {
			t.Errorf("%s leads to %q", from, to)
			return
		}
		path, within := strings.CutPrefix(u.Path, prefix)
		if u.Scheme == "mailto" || to == "#main" {
			return
		}
		if !within || !slices.Contains(there[path], method) {
			t.Errorf("%s leads to %s %s", from, method, to)
		}
	}
	each(t, secure(t), prefix, func(path string, _ apptest.Answer, page string) {
		for _, n := range elements(t, page, "a") {
			leads(path, http.MethodGet, attr(n, "href"))
		}
		for _, n := range elements(t, page, "form") {
			leads(path, strings.ToUpper(attr(n, "method")), attr(n, "action"))
			if options := attr(n, "data-options"); options != "" {
				leads(path, http.MethodPost, options)
			}
		}
		for _, tag := range []string{"script", "link", "img"} {
			for _, n := range elements(t, page, tag) {
				src := attr(n, "src") + attr(n, "href")
				if !strings.HasPrefix(src, "/assets/") && src != prefix+"/account/picture" {
					t.Errorf("%s loads %q", path, src)
				}
				if n.FirstChild != nil {
					t.Errorf("%s has a script of its own", path)
				}
			}
		}
		doc, err := html.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			for _, a := range n.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
					t.Errorf("%s has %s=%q inline", path, a.Key, a.Val)
				}
			}
		}
		if strings.Contains(page, "ZgotmplZ") || strings.Contains(page, "<no value>") || strings.Contains(page, "%!") {
			t.Errorf("%s was not filled in:\n%s", path, page)
		}
	})
}

// wounds are what breaks pages that show what they are given as it is.
var wounds = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onfocus='alert(1)`, `javascript:alert(1)`, `</textarea><svg onload=alert(1)>`,
	"{{.}}", `\u003cscript\u003e`, "\x00<b>", "data:text/html,<script>alert(1)</script>", `" autofocus onfocus="alert(1)`,
}

// TestNothingIsShownAsItIs: what a query or a form says does not become a part
// of the page, wherever it is shown.
func TestNothingIsShownAsItIs(t *testing.T) {
	s := secure(t)
	s.newUser(t, "enrol")
	in, out := s.visitor(t), s.visitor(t)
	in.signIn(app.AdminName, apptest.AdminPassword)
	fields := []string{"username", "return", "done", "token", "kind", "id", "page", "uri", "name", "email", "display_name", "given_name",
		"phone", "language", "time_zone", "theme", "expires", "code", "current", "password", "login_hint", "provider", "subject",
		"state", "error", "error_description", "iss", "logout_token"}
	for _, a := range console.Addresses() {
		for _, method := range ways(a) {
			if a.Path == "/sign-out" && method == http.MethodPost {
				continue
			}
			v := out
			if a.ForUser {
				v = in
			}
			form := func(value string) url.Values {
				f := url.Values{}
				for _, name := range fields {
					f.Set(name, value)
				}
				return f
			}
			ask := func(value string) string {
				if method == http.MethodGet {
					return v.get(a.Path + "?" + form(value).Encode()).Body
				}
				return v.do(method, a.Path, form(value)).Body
			}
			for _, wound := range wounds {
				for _, n := range foreign(t, ask(wound)) {
					t.Errorf("%s %s with %q has <%s %v>", method, a.Path, wound, n.Data, n.Attr)
				}
			}
		}
	}
}

// foreign answers the elements of a page that none of our templates has.
func foreign(t *testing.T, page string) (found []*html.Node) {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		src := attr(n, "src")
		ours := true
		switch n.Data {
		case "script":
			ours = n.Type != html.ElementNode || strings.HasPrefix(src, "/assets/")
		case "img":
			ours = n.Type != html.ElementNode || src == "/account/picture"
		case "b", "textarea":
			ours = n.Type != html.ElementNode
		}
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "href" && strings.HasPrefix(a.Val, "javascript:") {
				ours = false
			}
		}
		if !ours {
			found = append(found, n)
		}
	}
	return found
}

// TestImages: a picture is served as a picture and nothing else, and not sent
// twice to who has it.
func TestImages(t *testing.T) {
	s := secure(t)
	v := s.visitor(t)
	v.signIn(app.AdminName, apptest.AdminPassword)
	by, _, err := s.Authn.Browser(t.Context(), v.cookie.Value, s.origin())
	if err != nil {
		t.Fatal(err)
	}
	check := func(path, mediaType, cache string) {
		t.Helper()
		resp := v.get(path)
		if resp.Status != http.StatusOK || resp.Header.Get("Content-Type") != mediaType || resp.Header.Get("X-Content-Type-Options") != "nosniff" ||
			resp.Header.Get("Cache-Control") != cache || resp.Header.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'; sandbox" {
			t.Errorf("%s: %d %v", path, resp.Status, resp.Header)
		}
		again := v.get(path, "If-None-Match: "+resp.Header.Get("ETag"))
		if again.Status != http.StatusNotModified || again.Body != "" {
			t.Errorf("%s again: %d", path, again.Status)
		}
	}
	check("/account/picture", "image/svg+xml", "private, no-cache")
	if _, err := s.Directory.SetPicture(t.Context(), by, picture(t)); err != nil {
		t.Fatal(err)
	}
	check("/account/picture", "image/png", "private, no-cache")

	if resp := v.get("/logo"); resp.Status != http.StatusNotFound {
		t.Errorf("no logo: %d", resp.Status)
	}
	settings, err := s.Tenancy.SetLogo(t.Context(), s.Operator(), picture(t))
	if err != nil {
		t.Fatal(err)
	}
	check("/logo", "image/png", "no-cache")
	check("/logo?v="+settings.Branding.LogoSum, "image/png", "public, max-age=31536000, immutable")
}

// TestCodesAndSecretsStayInside: what a page shows before anybody is known has
// no code, link or hash of anybody in it.
func TestCodesAndSecretsStayInside(t *testing.T) {
	s := secure(t)
	u := s.newUser(t, "kim")
	if err := s.Store.VerifyEmail(t.Context(), s.Tenant.ID, u.ID, kimsMail); err != nil {
		t.Fatal(err)
	}
	v := s.visitor(t)
	var answers []string
	mail := s.NewMail(t, s.Tenant.ID, kimsMail, func() {
		answers = append(answers, v.post("/forgot", "username", "kim").Body)
	})
	answers = append(answers, v.get("/forgot?done=sent").Body, v.get("/sign-in").Body, v.get("/sign-in/password?username=kim").Body,
		v.post("/sign-in/password", "username", "kim", "password", "x").Body)
	_, token, _ := strings.Cut(mail.Link, "token=")
	for _, answer := range answers {
		if strings.Contains(answer, token) || strings.Contains(answer, string(u.ID)) || strings.Contains(answer, kimsMail) {
			t.Errorf("who asks is told\n%s", answer)
		}
	}
}
