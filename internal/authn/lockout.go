package authn

import (
	"context"
	"net/netip"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// guard makes an attempt to prove something of the user with a name, whether
// there is one or not. These are its rules:
//
//  1. The attempt counts as failed before it is made, for the name and for the
//     address that it comes from, so that of many made at once none escapes.
//  2. Where too many have failed it is not made at all, also when it would
//     succeed. RateLimited says after how many seconds the next one may come.
//  3. One that succeeds is taken back. Only when nothing is left to be proved
//     is all forgotten that failed for the name: who knows a password must not
//     begin anew with the codes that come after it.
//  4. One that could not be made, for a fault of ours, is taken back too.
//  5. Passwords are tried many at once, by programs that sign in on many
//     connections: some more than may fail are let while none of them has.
//
// attempt answers whether nothing is left to be proved, and the error of a
// proof that was refused, which it has recorded.
func (s *Service) guard(ctx context.Context, t iam.TenantID, username string, method iam.AuthMethod, from Origin, attempt func() (done bool, err error)) error {
	subjects, err := s.lockoutSubjects(ctx, t, username, method, from)
	if err != nil {
		return err
	}
	now := s.env.Time()
	until, err := s.store.CountFailure(ctx, t, now, subjects)
	switch {
	case iam.Is(err, iam.NotFound): // there is no such tenant, and nothing in it to find out
		_, err := attempt()
		return err
	case err != nil:
		return err
	case !until.IsZero():
		return s.unheard(ctx, t, username, method, from, tooMany(until.Sub(now)))
	}
	done, failure := attempt()
	if failure != nil && !faulty(failure) {
		err := s.store.ConfirmFailures(context.WithoutCancel(ctx), t, s.env.Time(), subjects)
		if err != nil && !iam.Is(err, iam.NotFound) { // NotFound: the tenant has just gone
			return err
		}
		return failure
	}
	subjects[0].Clear = done && failure == nil
	if err := s.store.ForgetFailures(context.WithoutCancel(ctx), t, subjects); err != nil {
		s.log.WarnContext(ctx, "authn: an attempt that succeeded stays counted as failed", "tenant", t, "error", err)
	}
	return failure
}

// unheard records an attempt that was not made, and answers the refusal. It
// costs whoever tries nothing, so that of those from one address only the
// first in a second is recorded, or else they could fill the disk.
func (s *Service) unheard(ctx context.Context, t iam.TenantID, username string, method iam.AuthMethod, from Origin, refusal error) error {
	_, err := s.blocked.Get(ctx, string(t)+" "+from.Address, func(ctx context.Context) (struct{}, error) {
		a, err := s.store.Account(ctx, t, username)
		if err == nil || iam.Is(err, iam.NotFound) {
			err = s.refused(ctx, t, s.loginEvent(a.User, username, method, "too many failed attempts", from), nil)
		}
		return struct{}{}, err
	})
	if err != nil {
		return err
	}
	return refusal
}

// faulty reports whether an error says nothing about what was to be proved.
func faulty(err error) bool {
	switch iam.KindOf(err) {
	case iam.Internal, iam.Unavailable, iam.RateLimited:
		return true
	default:
		return false
	}
}

// lockoutSubjects are what failures are counted of; the name comes first.
func (s *Service) lockoutSubjects(ctx context.Context, t iam.TenantID, username string, method iam.AuthMethod, from Origin) ([]LockoutSubject, error) {
	policy, err := s.lockoutPolicy(ctx, t)
	if err != nil {
		return nil, err
	}
	burst := 0
	if method == iam.MethodPassword {
		burst = passwordBurst
	}
	subjects := []LockoutSubject{{Name: "user:" + iam.Cut(iam.Fold(username), maxName), Free: policy.FreeFailures, Burst: burst, Policy: policy}}
	if from.Address != "" {
		subjects = append(subjects, LockoutSubject{Name: "addr:" + network(from.Address), Free: policy.FreeFailuresOfAddress, Burst: burst, Policy: policy})
	}
	return subjects, nil
}

// passwordBurst is how many sign-ins by password of one name, or from one
// address, may be under way at once beyond those that may fail. NIST SP 800-63B
// section 5.2.2 allows 100 failures in a row.
const passwordBurst = 64

// network is of which addresses failures are counted together: an IPv6 client
// has a whole /64 to try from (RFC 4291 section 2.5.1).
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is6() || a.Is4In6() {
		return address
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}

// maxName bounds what is kept of a name as it was given, in bytes.
const maxName = 256

// lockoutPolicy is the default one for a tenant that is not there.
func (s *Service) lockoutPolicy(ctx context.Context, t iam.TenantID) (iam.LockoutPolicy, error) {
	settings, err := s.settings.Settings(ctx, t)
	if iam.Is(err, iam.NotFound) {
		return iam.DefaultSettings().Lockout, nil
	}
	return settings.Lockout, err
}

// tooMany is the one answer to who has to wait. It does not tell whether there
// is such a user.
func tooMany(wait time.Duration) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	e := iam.E(iam.RateLimited, "too many attempts; try again in %d seconds", max(seconds, 1))
	e.RetryAfter = time.Duration(max(seconds, 1)) * time.Second
	return e
}
