package f5xc_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	disableUser = "PUT " + ownSettings + "/idm/disable"
	enableUser  = "PUT " + ownSettings + "/idm/enable"
	resetOTP    = "PUT " + userPath + "otp/admin_reset"
)

func userNamed(name string) string { return fmt.Sprintf(`{"user_email":%q}`, name) }

// TestUsersAreSwitched: who is disabled is refused at once, and by whom.
func TestUsersAreSwitched(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c, admin := caller{s, loadReference(t)}, holder{s, s.AdminToken}
		mina := s.NewMember(t, s.Tenant, "mina")
		reachable(t, s, mina, "mina@example.com", true)
		state := func() iam.UserState {
			u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: mina.User.ID})
			if err != nil {
				t.Fatal(err)
			}
			return u.State
		}
		c.ok(t, enableUser, userNamed("mina")) // who has not signed in yet stays as she is
		if got := state(); got != iam.UserPending {
			t.Errorf("%s", got)
		}
		for range 2 {
			c.ok(t, disableUser, userNamed("MINA@example.com"))
			if a := (holder{s, mina.Token}).do(t, "GET "+ownView, ""); a.Status != http.StatusUnauthorized || signsIn(t, s, mina) {
				t.Errorf("disabled, and gets in: %d", a.Status)
			}
		}
		for range 2 {
			c.ok(t, enableUser, userNamed("mina@example.com"))
			if a := (holder{s, mina.Token}).do(t, "GET "+ownView, ""); a.Status != http.StatusOK || !signsIn(t, s, mina) || state() != iam.UserEnabled {
				t.Errorf("enabled, and %s: %d", state(), a.Status)
			}
		}

		s.NewRole(t, s.Tenant, "helpdesk", "users.*")
		desk := holder{s, s.NewMember(t, s.Tenant, "desk", "helpdesk").Token}
		s.NewMember(t, s.Tenant, "boss", "admin")
		for name, refused := range map[string]struct {
			h             holder
			request, body string
			status        int
			words         []string
		}{
			"oneself":          {admin, disableUser, userNamed("admin"), http.StatusConflict, []string{"one cannot disable oneself"}},
			"a stronger one":   {desk, disableUser, userNamed("boss"), http.StatusForbidden, nil},
			"who may not":      {holder{s, mina.Token}, disableUser, userNamed("desk"), http.StatusForbidden, []string{"users.update"}},
			"nobody":           {admin, disableUser, userNamed("nobody@example.com"), http.StatusNotFound, nil},
			"enabling nobody":  {admin, enableUser, userNamed("nobody"), http.StatusNotFound, nil},
			"no name":          {admin, disableUser, `{}`, http.StatusBadRequest, []string{"Field user_email should be"}},
			"a reset, oneself": {admin, resetOTP, userNamed("admin"), http.StatusForbidden, []string{"their own"}},
			"a reset, no name": {admin, resetOTP, `{"user_email":""}`, http.StatusBadRequest, []string{"Field user_email should be"}},
			"a reset, nobody":  {admin, resetOTP, userNamed("*"), http.StatusNotFound, nil},
			"a reset, may not": {holder{s, mina.Token}, resetOTP, userNamed("desk"), http.StatusForbidden, []string{"users.password"}},
			"a reset, more":    {desk, resetOTP, userNamed("boss"), http.StatusForbidden, nil},
		} {
			t.Run(name, func(t *testing.T) {
				refused.h.refused(t, refused.request, refused.body, refused.status, refused.words...)
			})
		}
	})
}

// withFactor begins a session on pages as a member and sets up a factor in it.
func withFactor(t *testing.T, s *apptest.Server, m apptest.Member, email string) (cookie string) {
	t.Helper()
	ctx, from := t.Context(), authn.Origin{Dialect: "console", Address: "192.0.2.7"}
	b, err := s.Authn.BeginSignIn(ctx, m.Tenant.ID, authn.Attempt{Username: m.User.Username, Password: apptest.AdminPassword, Pages: true}, from)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Authn.Pending(ctx, b.Cookie, from)
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Authn.EnrolEmail(ctx, p, email, 0)
	if err != nil {
		t.Fatal(err)
	}
	done, err := s.Authn.ConfirmFactor(ctx, p, f.ID, s.LastMail(t, m.Tenant.ID, email).Code)
	if err != nil {
		t.Fatal(err)
	}
	if done.Cookie != "" {
		b = done.Begun
	}
	return "Cookie: gatehouse=" + b.Cookie
}

// TestOTP: who wants a second factor is asked to set one up, and asked for it
// then; to be rid of it takes more than a token, and what the tenant asks of
// everybody nobody is rid of.
func TestOTP(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		const email = "mina@example.com"
		mina := s.NewMember(t, s.Tenant, "mina")
		reachable(t, s, mina, email, true)
		c, h := caller{s, loadReference(t)}.by(mina.Token), holder{s, mina.Token}
		steps := func(want ...iam.Step) {
			t.Helper()
			b, err := s.Authn.BeginSignIn(t.Context(), s.Tenant.ID, authn.Attempt{Username: "mina", Password: apptest.AdminPassword, Pages: true},
				authn.Origin{Dialect: "console", Address: "192.0.2.7"})
			if err != nil || !slices.Equal(b.Session.Pending, want) {
				t.Errorf("steps %v, %v; want %v", b.Session.Pending, err, want)
			}
		}
		is := func(enabled bool, status string) {
			t.Helper()
			c.has(t, c.ok(t, "GET "+ownSettings, ""), `{"otp_enabled":%t,"otp_status":%q}`, enabled, status)
		}
		const on, off = `{"otp_enabled":true}`, `{"otp_enabled":false}`
		is(false, "OTP_DISABLED")
		c.ok(t, "PUT "+ownSettings, off)
		c.ok(t, "PUT "+ownSettings, on)
		is(true, "OTP_PROCESSING")
		steps(iam.StepEnrolFactor)
		c.ok(t, "PUT "+ownSettings, off)
		is(false, "OTP_DISABLED")
		steps()

		c.ok(t, "PUT "+ownSettings, on)
		withFactor(t, s, mina, email)
		is(true, "OTP_ENABLED")
		c.ok(t, "PUT "+ownSettings, on)
		steps(iam.StepFactor)
		h.refused(t, "PUT "+ownSettings, off, http.StatusForbidden, "only by who has signed in")
		is(true, "OTP_ENABLED")

		// An administrator takes the factor, not the wish.
		admin := c.by(s.AdminToken)
		admin.ok(t, resetOTP, userNamed(email))
		is(true, "OTP_PROCESSING")
		steps(iam.StepEnrolFactor)

		cookie := withFactor(t, s, mina, email)
		settings, err := s.Tenancy.Settings(t.Context(), s.Tenant.ID)
		if err != nil {
			t.Fatal(err)
		}
		require := func(on bool) {
			t.Helper()
			settings.Factor.Required = on
			if settings, err = s.Tenancy.UpdateSettings(t.Context(), s.Operator(), settings); err != nil {
				t.Fatal(err)
			}
		}
		require(true)
		if a := s.Do(t, "PUT", ownSettings, "", off, cookie); a.Status != http.StatusConflict {
			t.Errorf("what is required is given up: %d %s", a.Status, a.Body)
		}
		require(false)
		if a := s.Do(t, "PUT", ownSettings, "", off, cookie); a.Status != http.StatusOK {
			t.Errorf("by who has just proved it: %d %s", a.Status, a.Body)
		}
		is(false, "OTP_DISABLED")
		steps()
	})
}
