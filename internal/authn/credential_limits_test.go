package authn_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestCredentialLimits(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"tokens": testTokenLimit, "certificates": testCertificateLimit})
}

// limit bounds the lives of the credentials of the world's tenant.
func (w world) limit(t *testing.T, p iam.CredentialPolicy) {
	t.Helper()
	if _, err := w.Tenancy.ChangeSettings(t.Context(), w.by, func(st *iam.Settings) { st.Credentials = p }); err != nil {
		t.Fatal(err)
	}
}

func testTokenLimit(t *testing.T, w world) {
	const day = 24 * time.Hour
	ann := w.ann.Actor()
	create := func(by iam.Actor, life time.Duration) error {
		in := authn.NewToken{User: ann.User}
		if life != 0 {
			in.Expires = w.Env().Time().Add(life)
		}
		_, _, err := w.Authn.CreateToken(t.Context(), by, w.tenant.Code, in)
		return err
	}
	if err := create(ann, 0); err != nil {
		t.Errorf("for ever, without a limit: %v", err)
	}
	w.limit(t, iam.CredentialPolicy{MaxTokenDays: 30, MaxCertificateDays: 1})
	broken(t, create(ann, 0), "expires", "at most 30 days")
	broken(t, create(ann, 30*day+time.Minute), "expires", "at most 30 days")
	if err := create(ann, 30*day-time.Minute); err != nil {
		t.Errorf("within the limit: %v", err)
	}
	if err := create(iam.System(w.tenant.ID, "operator"), 0); err != nil {
		t.Errorf("by the operator: %v", err)
	}
	if _, err := w.Authn.Token(t.Context(), w.ann.Token, from); err != nil {
		t.Errorf("one that is there: %v", err)
	}
	w.limit(t, iam.CredentialPolicy{MaxCertificateDays: 1})
	if err := create(ann, 0); err != nil {
		t.Errorf("without a limit again: %v", err)
	}
}

func testCertificateLimit(t *testing.T, w world) {
	const day = 24 * time.Hour
	issue := func(by iam.Actor, life time.Duration) (iam.Certificate, error) {
		_, c, err := w.Authn.IssueCertificate(t.Context(), by, authn.NewCertificate{User: w.ann.User.ID, Passphrase: "a passphrase", Life: life})
		return c, err
	}
	ann := w.ann.Actor()
	w.limit(t, iam.CredentialPolicy{MaxTokenDays: 1, MaxCertificateDays: 90})
	_, err := issue(ann, 91*day)
	broken(t, err, "life", "at most 90 days")
	for _, life := range []time.Duration{90 * day, 0} { // which is as long as may be
		c, err := issue(ann, life)
		if left := c.Expires.Sub(w.Env().Time()); err != nil || left > 90*day || left < 90*day-time.Minute {
			t.Errorf("for %v: %v, %v", life, left, err)
		}
	}
	if c, err := issue(iam.System(w.tenant.ID, "operator"), 0); err != nil || c.Expires.Sub(w.Env().Time()) < 364*day {
		t.Errorf("by the operator: until %v, %v", c.Expires, err)
	}
	w.limit(t, iam.CredentialPolicy{MaxTokenDays: 1, MaxCertificateDays: 3650})
	if c, err := issue(ann, 0); err != nil || c.Expires.Sub(w.Env().Time()) > 365*day {
		t.Errorf("under a limit of ten years: until %v, %v", c.Expires, err)
	}
}

// broken demands that one member breaks a rule, in words that tell of it.
func broken(t *testing.T, err error, member, tells string) {
	t.Helper()
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || e.Kind != iam.Invalid || len(e.Fields) != 1 || e.Fields[0].Path != member || !strings.Contains(e.Message, tells) {
		t.Errorf("%v, want Invalid of %s with %q", err, member, tells)
	}
}
