package signup_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/signup"
)

// TestOneAnswer: who asks often for one address is answered as ever, and mailed
// no more; who asks often from one network has to wait, whatever the address.
func TestOneAnswer(t *testing.T) {
	w := start(t)
	w.change(t, func(s *iam.Settings) { s.Lockout.Delay, s.Lockout.MaxDelay = time.Hour, time.Hour })
	policy := iam.DefaultSettings().Lockout
	for i := range 3 * policy.FreeFailures {
		if err := w.Signup.Ask(t.Context(), mina(fmt.Sprintf("acme%d", i)), from); err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	w.link(t, signup.Request{GivenName: "Lee", Domain: "other1", Email: "lee@example.com"}) // behind all of them in the queue
	if n := len(w.Mails(t, w.Tenant.ID, "mina@example.com")); n < 1 || n > policy.FreeFailures+1 {
		t.Errorf("of %d requests %d were mailed, want at most %d", 3*policy.FreeFailures, n, policy.FreeFailures+1)
	}
	for i := range policy.FreeFailuresOfAddress + 1 {
		err := w.Signup.Ask(t.Context(), mina("acme1"), signup.Origin{Address: "198.51.100.9"})
		if err != nil {
			t.Fatalf("request %d: %v", i, err)
		}
	}
	in := mina("acme1")
	for _, email := range []string{"mina@example.com", "nobody@example.com"} {
		in.Email = email
		if err := w.Signup.Ask(t.Context(), in, signup.Origin{Address: "198.51.100.9"}); !iam.Is(err, iam.RateLimited) {
			t.Errorf("%s: one more from that network: %v", email, err)
		}
	}
}

// TestMailSaysNothingOfTheirs: anybody can have a mail sent to anybody, and must
// not choose what it says.
func TestMailSaysNothingOfTheirs(t *testing.T) {
	w := start(t)
	in := mina("acme1")
	in.GivenName, in.FamilyName, in.Company = "You have won", "evil.example", "Click here"
	m := w.NewMail(t, w.Tenant.ID, in.Email, func() {
		if err := w.Signup.Ask(t.Context(), in, signup.Origin{Address: "192.0.2.7", Client: "evil.example"}); err != nil {
			t.Fatal(err)
		}
	})
	for _, text := range []string{m.Subject, m.Text, m.HTML} {
		for _, theirs := range []string{in.GivenName, "evil.example", in.Company} {
			if strings.Contains(text, theirs) {
				t.Errorf("the mail says %q", theirs)
			}
		}
	}
	if !strings.Contains(m.Text, in.Domain) {
		t.Error("the mail does not say which domain")
	}
}

// TestClosed: without the operator's word, or below a tenant that is not active,
// nobody signs up, with a link of before either.
func TestClosed(t *testing.T) {
	w := start(t)
	link := w.link(t, mina("acme1"))
	closed := func(t *testing.T, s *signup.Service) {
		t.Helper()
		_, check := s.CheckLink(t.Context(), link)
		_, confirm := s.Confirm(t.Context(), link, from)
		_, progress := s.Progress(t.Context(), "signup-x")
		_, verify := s.Verify(t.Context(), "mina@example.com", link, from)
		for what, err := range map[string]error{"Ask": s.Ask(t.Context(), mina("acme2"), from), "CheckLink": check, "Confirm": confirm,
			"Progress": progress, "Verify": verify} {
			if !iam.Is(err, iam.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
	}
	deps := w.Signup.Deps
	deps.Below = ""
	closed(t, signup.New(deps))
	deps.Below = "nobody"
	closed(t, signup.New(deps))
	if err := signup.New(deps).Check(t.Context()); !iam.Is(err, iam.Precondition) {
		t.Errorf("below a tenant that is not there: %v", err)
	}
	other := w.NewTenant(t, "other1")
	deps.Below = "other1"
	_, err := signup.New(deps).CheckLink(t.Context(), link)
	wrong(t, "of a tenant below which customers came before", err)
	if _, err := w.Tenancy.SetState(t.Context(), iam.System(other.Tenant.ID, "test"), other.Tenant.ID, iam.TenantDisabled); err != nil {
		t.Fatal(err)
	}
	closed(t, signup.New(deps))
	if err := w.Signup.Check(t.Context()); err != nil {
		t.Errorf("below a tenant that is there: %v", err)
	}
}
