package f5xc_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	sendMail   = "POST /api/web/custom/namespaces/system/send_password_email"
	resetOwn   = "POST /api/web/custom/password/reset"
	adminReset = "POST /api/web/custom/password/admin_reset"
)

func mailTo(email string) string { return fmt.Sprintf(`{"email":%q,"namespace":"system"}`, email) }

// reachable gives a member an address, which is verified where that is wanted.
func reachable(t *testing.T, s *apptest.Server, m apptest.Member, email string, verified bool) {
	t.Helper()
	if _, err := s.Directory.UpdateUser(t.Context(), iam.System(m.Tenant.ID, "test"), directory.UserKey{ID: m.User.ID}, directory.UserChange{Email: &email}); err != nil {
		t.Fatal(err)
	}
	if verified {
		if err := s.Store.VerifyEmail(t.Context(), m.Tenant.ID, m.User.ID, email); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSendPasswordEmail(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h, c := holder{s, s.AdminToken}, caller{s, loadReference(t)}
		c.ok(t, "POST /api/web/custom/namespaces/system/user_roles",
			`{"email":"new@example.com","first_name":"N","last_name":"W","namespace":"system","namespace_roles":[]}`)
		if m := s.LastMail(t, s.Tenant.ID, "new@example.com"); m.Kind != iam.MessageInvite {
			t.Fatalf("%+v", m)
		}
		// One has just gone out; a minute later there can be another.
		a := h.do(t, sendMail, mailTo("new@example.com"))
		if a.Status != 429 || a.Header.Get("Retry-After") == "" || !strings.Contains(a.Body, `"code":8`) {
			t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
		}
		s.Clock.Advance(time.Minute)
		c.ok(t, sendMail, mailTo("NEW@example.com"))
		mails := s.Mails(t, s.Tenant.ID, "new@example.com")
		if len(mails) != 2 || mails[1].Kind != iam.MessageInvite || mails[1].Link == mails[0].Link {
			t.Errorf("%d mails", len(mails))
		}

		mina := s.NewMember(t, s.Tenant, "mina", "read")
		reachable(t, s, mina, "mina@example.com", true)
		s.NewMember(t, s.Tenant, "silent", "read")
		for name, tt := range map[string]struct {
			request, body string
			status        int
			words         []string
		}{
			"unknown":          {sendMail, mailTo("nobody@example.com"), 404, []string{`"code":5`}},
			"nobody":           {sendMail, `{"namespace":"system"}`, 400, []string{"Field email should be not nil"}},
			"of all":           {sendMail, mailTo("*"), 404, nil},
			"namespace":        {sendMail, `{"email":"mina@example.com","namespace":"shared"}`, 400, []string{"Field namespace should"}},
			"path":             {"POST /api/web/custom/namespaces/shared/send_password_email", mailTo("mina@example.com"), 404, nil},
			"without address":  {sendMail, mailTo("silent"), 409, []string{`"code":9`, "no e-mail address"}},
			"reset of nobody":  {adminReset, `{"email":"nobody@example.com"}`, 404, nil},
			"reset without":    {adminReset, `{"email":"silent"}`, 409, []string{"no e-mail address"}},
			"reset of no name": {adminReset, `{}`, 400, []string{"Field email should be not nil"}},
		} {
			t.Run(name, func(t *testing.T) { h.refused(t, tt.request, tt.body, tt.status, tt.words...) })
		}
		if n := len(s.Mails(t, s.Tenant.ID, "mina@example.com")); n != 0 {
			t.Errorf("%d mails", n)
		}
		c.ok(t, sendMail, mailTo("mina@example.com"))
		if m := s.LastMail(t, s.Tenant.ID, "mina@example.com"); m.Kind != iam.MessageReset {
			t.Errorf("%+v", m)
		}
		if !signsIn(t, s, mina) {
			t.Error("the present password is good no more")
		}
	})
}

// signsIn reports whether a member's first password is good.
func signsIn(t *testing.T, s *apptest.Server, m apptest.Member) bool {
	t.Helper()
	_, err := s.Authn.SignIn(t.Context(), m.Tenant.ID, m.User.Username, apptest.AdminPassword, authn.Origin{Dialect: "test", Address: "192.0.2.1"})
	if err != nil && !iam.Is(err, iam.Unauthenticated) {
		t.Fatal(err)
	}
	return err == nil
}

func TestResetOwnPassword(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		mina := s.NewMember(t, s.Tenant, "mina", "guest")
		h := holder{s, mina.Token}
		h.refused(t, resetOwn, `{}`, 409, `"code":9`, "no e-mail address")
		reachable(t, s, mina, "mina@example.com", false)
		h.refused(t, resetOwn, `{}`, 409, "not verified")
		if n := len(s.Mails(t, s.Tenant.ID, "mina@example.com")); n != 0 {
			t.Fatalf("%d mails to an address that nobody has verified", n)
		}
		reachable(t, s, mina, "mina@example.com", true)
		if a := h.do(t, resetOwn, ""); a.Status != 200 || a.Body != "{}" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if m := s.LastMail(t, s.Tenant.ID, "mina@example.com"); m.Kind != iam.MessageReset || m.Link == "" {
			t.Errorf("%+v", m)
		}
		if !signsIn(t, s, mina) {
			t.Error("the present password is good no more")
		}
		if a := h.do(t, resetOwn, "{}"); a.Status != 429 || a.Header.Get("Retry-After") == "" {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		holder{s, ""}.refused(t, resetOwn, "{}", 401)
	})
}

func TestAdminReset(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := holder{s, s.AdminToken}
		mina, joon := s.NewMember(t, s.Tenant, "mina", "read"), s.NewMember(t, s.Tenant, "joon", "read")
		reachable(t, s, mina, "mina@example.com", true)
		reachable(t, s, joon, "joon@example.com", false)
		cookie := browser(t, s, s.Tenant.ID, "mina")

		// Whoever asks for links in the user's name keeps the administrator from nothing.
		if a := (holder{s, mina.Token}).do(t, resetOwn, "{}"); a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if a := h.do(t, adminReset, `{"email":"Mina@example.com"}`); a.Status != 200 || a.Body != "{}" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		if signsIn(t, s, mina) {
			t.Error("the password is still good")
		}
		if a := s.Do(t, "GET", whoami, "", "", "Cookie: "+cookie); a.Status != 401 {
			t.Errorf("the session goes on: %d", a.Status)
		}
		m := s.LastMail(t, s.Tenant.ID, "mina@example.com")
		if m.Kind != iam.MessageReset {
			t.Errorf("%+v", m)
		}
		if a := h.do(t, adminReset, `{"email":"mina@example.com"}`); a.Status != 429 {
			t.Errorf("at once again: %d %s", a.Status, a.Body)
		}
		u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: mina.User.ID})
		if err != nil || !u.MustChangePassword || u.HasPassword {
			t.Errorf("%+v, %v", u, err)
		}
		_, token, _ := strings.Cut(m.Link, "token=")
		if _, err := s.Authn.Reset(t.Context(), token, "another good phrase", authn.Origin{Address: "192.0.2.1"}); err != nil {
			t.Errorf("%s: %v", m.Link, err)
		}

		// To an address that nobody has verified goes an invitation.
		if a := h.do(t, adminReset, `{"email":"joon"}`); a.Status != 200 || signsIn(t, s, joon) {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		if m := s.LastMail(t, s.Tenant.ID, "joon@example.com"); m.Kind != iam.MessageInvite {
			t.Errorf("%+v", m)
		}
	})
}

// TestNobodyEscalatesByPasswords: it takes the right, in the whole tenant, and
// no less than the user has.
func TestNobodyEscalatesByPasswords(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.NewRole(t, s.Tenant, "helpdesk", iam.UsersRead, iam.UsersPassword)
		desk := holder{s, s.NewMember(t, s.Tenant, "desk", "helpdesk").Token}
		nobody := holder{s, s.NewMember(t, s.Tenant, "nobody", "guest").Token}
		boss, mina := s.NewMember(t, s.Tenant, "boss", "admin"), s.NewMember(t, s.Tenant, "mina", "guest")
		reachable(t, s, boss, "boss@example.com", true)
		reachable(t, s, mina, "mina@example.com", true)
		c := caller{s, nil}
		c.ok(t, "POST /api/web/custom/namespaces/system/user_roles",
			`{"email":"sys@example.com","first_name":"S","last_name":"Y","namespace":"system","type":"SERVICE","namespace_roles":[{"namespace":"system","role":"admin"}]}`)
		inSystem := holder{s, tokenOf(t, s, "sys@example.com")}
		other := holder{s, s.NewTenant(t, "other").Token}

		for _, request := range []string{sendMail, adminReset} {
			desk.refused(t, request, mailTo("boss@example.com"), 403, `"code":7`)
			nobody.refused(t, request, mailTo("mina@example.com"), 403)
			inSystem.refused(t, request, mailTo("boss@example.com"), 403)
			other.refused(t, request, mailTo("mina@example.com"), 404)
		}
		if !signsIn(t, s, boss) || !signsIn(t, s, mina) || len(s.Mails(t, s.Tenant.ID, "boss@example.com")) != 0 {
			t.Error("something was done")
		}
		if a := desk.do(t, adminReset, mailTo("mina@example.com")); a.Status != 200 || signsIn(t, s, mina) {
			t.Errorf("%d %s", a.Status, a.Body)
		}
	})
}
