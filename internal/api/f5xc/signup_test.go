package f5xc_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/signup"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

const (
	registration = "POST /no_auth/login/validate_registration"
	forgotten    = "POST /no_auth/send_password_email"
	newcomer     = "mina@acme.example"
)

// eachOpen runs a test on both engines, each with a server at whose default
// tenant customers sign up.
func eachOpen(t *testing.T, test func(t *testing.T, nobody caller)) {
	open := signup.Options{Below: iam.DefaultTenant}
	t.Run("sqlite", func(t *testing.T) {
		test(t, caller{apptest.Start(t, app.Options{Signup: open}), loadReference(t)}.by(""))
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, caller{apptest.Start(t, app.Options{Database: testpg.URL(t), Migrate: true, Signup: open}), loadReference(t)}.by(""))
	})
}

// asks asks for a tenant, and answers the token that is mailed.
func (c caller) asks(t *testing.T, domain string) string {
	t.Helper()
	m := c.s.NewMail(t, c.s.Tenant.ID, newcomer, func() {
		err := c.s.Signup.Ask(t.Context(), signup.Request{GivenName: "Mina", FamilyName: "Kim", Company: "Acme Ltd.", Domain: domain, Email: newcomer,
			Language: "en"}, signup.Origin{Address: "192.0.2.7"})
		if err != nil {
			t.Fatal(err)
		}
	})
	u, err := url.Parse(m.Link)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query().Get("token")
}

// TestSignupProgress follows a sign-up from its link to the tenant.
func TestSignupProgress(t *testing.T) {
	eachOpen(t, func(t *testing.T, nobody caller) {
		token := nobody.asks(t, "acme-seoul")
		is := func(email, token, want string) {
			t.Helper()
			valid := "false"
			if want == "ETOKEN_OK" {
				valid = "true"
			}
			got := nobody.ok(t, registration, `{"email":"`+email+`","token":"`+token+`","tenant_type":"ENTERPRISE"}`)
			nobody.has(t, got, `{"err":%q,"valid_registration":%s}`, want, valid)
		}
		is(newcomer, token, "ETOKEN_OK")
		is(strings.ToUpper(newcomer), token, "ETOKEN_OK")
		is("lee@acme.example", token, "ETOKEN_FAILED")
		is(newcomer, token+"0", "ETOKEN_NOTFOUND")
		is(apptest.AdminEmail, "none", "ETOKEN_NOTFOUND")
		is("nobody@acme.example", "none", "ETOKEN_NOTFOUND")
		late := nobody.asks(t, "acme-late")

		name, err := nobody.s.Signup.Confirm(t.Context(), token, signup.Origin{})
		if err != nil {
			t.Fatal(err)
		}
		is(newcomer, token, "ETOKEN_USED")
		want := `{"object":{"metadata":{"name":"` + name + `"},"spec":{"gc_spec":{"company_name":"Acme Ltd.","domain":"acme-seoul","locale":"en",
			"type":"ENTERPRISE"}}},"status":[{"conditions":[{"type":"Operational","status":"Success"}],"tenant":[{"kind":"tenant","name":"acme-seoul"}]}]}`
		for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			got := nobody.ok(t, "GET /no_auth/signup/"+name, "")
			if shown := text(got); strings.Contains(shown, token) || strings.Contains(shown, newcomer) || strings.Contains(shown, "Mina") {
				t.Fatalf("the answer tells of the person or the link: %s", shown)
			}
			if !strings.Contains(text(got), "Incomplete") || time.Since(began) > 20*time.Second {
				nobody.has(t, got, "%s", want)
				break
			}
		}
		for _, other := range []string{"signup-0", name + "0", token, "acme-seoul"} {
			nobody.fails(t, "GET /no_auth/signup/"+other, "", http.StatusNotFound)
		}
		nobody.s.Clock.Advance(25 * time.Hour)
		is(newcomer, late, "ETOKEN_EXPIRED")
		nobody.fails(t, registration, `{"email":"`+newcomer+`"}`, http.StatusBadRequest)
		nobody.fails(t, registration, `{"token":"`+token+`"}`, http.StatusBadRequest)

		nobody.s.NewTenant(t, "beside")
		nobody.fails(t, strings.Replace(registration, "/no_auth", "/t/beside/no_auth", 1), `{"email":"`+newcomer+`","token":"`+token+`"}`, http.StatusNotFound)
		nobody.fails(t, "GET /t/beside/no_auth/signup/"+name, "", http.StatusNotFound)
	})
}

// TestSignupLimit: tokens are not tried for ever.
func TestSignupLimit(t *testing.T) {
	nobody := caller{apptest.Start(t, app.Options{Signup: signup.Options{Below: iam.DefaultTenant}}), nil}.by("")
	for i := range 2 * iam.DefaultSettings().Lockout.FreeFailuresOfAddress {
		switch a := nobody.do(t, registration, `{"email":"`+newcomer+`","token":"none"}`); {
		case a.Status == http.StatusTooManyRequests && i > 10 && a.Header.Get("Retry-After") != "":
			return
		case a.Status != http.StatusOK:
			t.Fatalf("call %d: %d %s", i, a.Status, a.Body)
		}
	}
	t.Error("nobody is told to wait")
}

// TestSignupIsClosed unless the operator opens it.
func TestSignupIsClosed(t *testing.T) {
	nobody := caller{apptest.SQLite(t), nil}.by("")
	nobody.fails(t, registration, `{"email":"`+newcomer+`","token":"none"}`, http.StatusNotFound)
	nobody.fails(t, "GET /no_auth/signup/signup-0", "", http.StatusNotFound)
}

// TestForgottenPassword mails who is known, in the tenant that is meant, and
// answers everybody alike.
func TestForgottenPassword(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		nobody := caller{s, loadReference(t)}.by("")
		acme := s.NewTenant(t, "acme")
		for _, m := range []apptest.Member{{Tenant: s.Tenant, User: s.NewMember(t, s.Tenant, newcomer).User},
			{Tenant: acme.Tenant, User: s.NewMember(t, acme.Tenant, newcomer).User}} {
			if err := s.Store.SetEmail(t.Context(), m.Tenant.ID, m.User.ID, newcomer); err != nil {
				t.Fatal(err)
			}
			if err := s.Store.VerifyEmail(t.Context(), m.Tenant.ID, m.User.ID, newcomer); err != nil {
				t.Fatal(err)
			}
		}
		for _, tt := range []struct {
			path, body string
			in         iam.TenantID // whose user is mailed; empty: nobody is
		}{
			{forgotten, `{"email":"nobody@acme.example","cname":"acme"}`, ""},
			{forgotten, `{"email":"` + newcomer + `","cname":"not-there"}`, ""},
			{forgotten, `{"email":"` + newcomer + `","cname":"a b/c"}`, ""},
			{strings.Replace(forgotten, "/no_auth", "/t/default/no_auth", 1), `{"email":"` + newcomer + `","cname":"acme"}`, ""},
			{forgotten, `{"email":"` + newcomer + `","cname":"acme"}`, acme.Tenant.ID},
			{forgotten, `{"email":"` + newcomer + `"}`, s.Tenant.ID},
			{strings.Replace(forgotten, "/no_auth", "/t/acme/no_auth", 1), `{"email":"` + newcomer + `"}`, acme.Tenant.ID},
		} {
			s.Clock.Advance(2 * time.Minute)
			ask := func() {
				if a := nobody.do(t, tt.path, tt.body); a.Status != http.StatusOK || strings.TrimSpace(a.Body) != "{}" {
					t.Errorf("%s %s answers %d %s", tt.path, tt.body, a.Status, a.Body)
				}
			}
			if tt.in == "" {
				ask()
				continue
			}
			if m := s.NewMail(t, tt.in, newcomer, ask); m.Kind != iam.MessageReset {
				t.Errorf("%s %s mails %s", tt.path, tt.body, m.Kind)
			}
		}
		if here, there := s.Mails(t, s.Tenant.ID, newcomer), s.Mails(t, acme.Tenant.ID, newcomer); len(here) != 1 || len(there) != 2 {
			t.Errorf("%d mails were sent in one tenant and %d in the other, want 1 and 2", len(here), len(there))
		}
		nobody.fails(t, forgotten, `{"cname":"acme"}`, http.StatusBadRequest)
	})
}
