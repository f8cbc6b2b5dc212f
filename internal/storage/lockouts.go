package storage

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Failures are counted under the lock of their row, which lockSubject takes
// whether or not it was there: of two attempts at once the second sees what
// the first has written.
const (
	lockSubject = `INSERT INTO lockouts (tenant_id, subject, failures, last_at, prior_at, blocked_until) VALUES ($1, $2, 0, $3, $3, 0)
		ON CONFLICT (tenant_id, subject) DO UPDATE SET failures = lockouts.failures
		RETURNING failures, last_at, blocked_until`
	countFailure = `UPDATE lockouts SET failures = $1, last_at = $2, prior_at = $3, blocked_until = $4 WHERE tenant_id = $5 AND subject = $6`
	takeBack     = `UPDATE lockouts SET failures = failures - 1, last_at = prior_at, blocked_until = 0
		WHERE tenant_id = $1 AND subject = $2 AND failures > 0`
	forgetSubject = `DELETE FROM lockouts WHERE tenant_id = $1 AND subject = $2`
)

// lockout is a row of lockouts.
type lockout struct {
	authn.LockoutSubject
	failures      int
	last, blocked time.Time
}

// CountFailure implements authn.Store.
func (s *Store) CountFailure(ctx context.Context, t iam.TenantID, now time.Time, subjects []authn.LockoutSubject) (until time.Time, err error) {
	defer s.wrap(&err, "CountFailure(%s)", t)
	subjects = inOrderOfName(subjects)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		until = time.Time{}
		if _, err := scanOne[iam.TenantID](x.row(ctx, recordingTenant, t)); err != nil {
			return found("tenant", string(t), err)
		}
		rows := make([]lockout, len(subjects))
		for i, subject := range subjects {
			l := &rows[i]
			l.LockoutSubject = subject
			if err := x.row(ctx, lockSubject, t, subject.Name, now).Scan(&l.failures, to(&l.last), to(&l.blocked)); err != nil {
				return x.refers("tenant", string(t), err)
			}
			if l.blocked.After(now) && l.blocked.After(until) {
				until = l.blocked
			}
		}
		if !until.IsZero() {
			return nil
		}
		for _, l := range rows {
			failures, blocked := l.next(now)
			if _, err := x.exec(ctx, countFailure, failures, now, l.last, blocked, t, l.Name); err != nil {
				return err
			}
		}
		return nil
	})
	return until, err
}

// next answers the count after one failure more, and until when it blocks.
func (l lockout) next(now time.Time) (failures int, blocked time.Time) {
	failures = l.failures + 1
	if now.Sub(l.last) > l.Policy.Window {
		failures = 1
	}
	if failures <= l.Free {
		return failures, time.Time{}
	}
	delay := l.Policy.Delay
	for range failures - l.Free - 1 {
		if delay >= l.Policy.MaxDelay {
			break
		}
		delay *= 2
	}
	return failures, now.Add(min(delay, l.Policy.MaxDelay))
}

// ForgetFailures implements authn.Store.
func (s *Store) ForgetFailures(ctx context.Context, t iam.TenantID, subjects []authn.LockoutSubject) (err error) {
	defer s.wrap(&err, "ForgetFailures(%s)", t)
	subjects = inOrderOfName(subjects)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		for _, subject := range subjects {
			statement := takeBack
			if subject.Clear {
				statement = forgetSubject
			}
			if _, err := x.exec(ctx, statement, t, subject.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

// inOrderOfName is the order in which all lock rows, so that none waits for the
// other in a circle.
func inOrderOfName(subjects []authn.LockoutSubject) []authn.LockoutSubject {
	return slices.SortedFunc(slices.Values(subjects), func(a, b authn.LockoutSubject) int { return strings.Compare(a.Name, b.Name) })
}
