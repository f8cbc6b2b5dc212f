package storage

import (
	"context"
	"slices"
	"sort"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Failures are counted under the lock of their row, which lockSubject takes
// whether or not it was there: of two attempts at once the second sees what
// the first has written.
const (
	lockSubject = `INSERT INTO lockouts (tenant_id, subject, failures, under_way, last_at, prior_at, blocked_until) VALUES ($1, $2, 0, 0, $3, $3, 0)
		ON CONFLICT (tenant_id, subject) DO UPDATE SET failures = lockouts.failures
		RETURNING failures, under_way, last_at, blocked_until`
	countFailure = `UPDATE lockouts SET failures = $1, under_way = $2, last_at = $3, prior_at = $4, blocked_until = $5
		WHERE tenant_id = $6 AND subject = $7`
	takeBack = `UPDATE lockouts SET failures = failures - 1, last_at = prior_at, blocked_until = 0
		WHERE tenant_id = $1 AND subject = $2 AND failures > 0`
	// Of attempts with a burst others may be under way, or have failed since.
	takeBackOne = `UPDATE lockouts SET failures = failures - 1, under_way = under_way - 1, last_at = prior_at
		WHERE tenant_id = $1 AND subject = $2 AND failures > 0 AND under_way > 0`
	forgetOthers = `UPDATE lockouts SET failures = under_way - 1, under_way = under_way - 1, blocked_until = 0
		WHERE tenant_id = $1 AND subject = $2 AND under_way > 1`
	confirmFailure = `UPDATE lockouts SET under_way = CASE WHEN under_way > 0 THEN under_way - 1 ELSE 0 END, blocked_until = $1
		WHERE tenant_id = $2 AND subject = $3`
	forgetSubject = `DELETE FROM lockouts WHERE tenant_id = $1 AND subject = $2`
)

// lockout is a row of lockouts.
type lockout struct {
	authn.LockoutSubject
	failures      int // of which some are under way
	underWay      int
	last, blocked time.Time
}

// mostUnderWay is how long an attempt takes at most: one that has not come to
// an end by then was cut off with its node, and has failed.
const mostUnderWay = time.Minute

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
			if *l, err = x.lock(ctx, subject, now); err != nil {
				return err
			}
			if blocked := l.refuses(now); blocked.After(until) {
				until = blocked
			}
		}
		if !until.IsZero() {
			return nil
		}
		for _, l := range rows {
			var blocked time.Time
			failures := l.failures + 1
			if l.Burst > 0 {
				l.underWay++
			} else {
				blocked = l.block(failures-l.underWay, now)
			}
			if _, err := x.exec(ctx, countFailure, failures, l.underWay, now, l.last, blocked, t, l.Name); err != nil {
				return err
			}
		}
		return nil
	})
	return until, err
}

// lock reads the row of a subject, making it where there is none, and keeps
// others from it until the transaction ends.
func (x *call) lock(ctx context.Context, subject authn.LockoutSubject, now time.Time) (lockout, error) {
	l := lockout{LockoutSubject: subject}
	err := x.row(ctx, lockSubject, x.tenant, subject.Name, now).Scan(&l.failures, &l.underWay, to(&l.last), to(&l.blocked))
	if err != nil {
		return lockout{}, x.refers("tenant", string(x.tenant), err)
	}
	idle := now.Sub(l.last)
	if idle > mostUnderWay {
		l.underWay = 0
	}
	if idle > l.Policy.Window {
		l.failures = 0
	}
	return l, nil
}

// refuses answers until when no attempt is made, the zero time when one may be.
func (l lockout) refuses(now time.Time) time.Time {
	failed := l.failures - l.underWay
	switch {
	case l.blocked.After(now):
		return l.blocked
	case l.Burst == 0 || l.underWay == 0 || failed < l.Free && l.failures < l.Free+l.Burst:
		return time.Time{}
	default: // what is under way has to come to an end first
		return now.Add(l.Policy.Delay)
	}
}

// block answers until when so many failures block; the zero time where they do not.
func (l lockout) block(failed int, now time.Time) time.Time {
	if failed <= l.Free {
		return time.Time{}
	}
	delay := l.Policy.Delay
	for range failed - l.Free - 1 {
		if delay >= l.Policy.MaxDelay {
			break
		}
		delay *= 2
	}
	return now.Add(min(delay, l.Policy.MaxDelay))
}

// ConfirmFailures implements authn.Store.
func (s *Store) ConfirmFailures(ctx context.Context, t iam.TenantID, now time.Time, subjects []authn.LockoutSubject) (err error) {
	defer s.wrap(&err, "ConfirmFailures(%s)", t)
	subjects = inOrderOfName(subjects)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		for _, subject := range subjects {
			if subject.Burst == 0 {
				continue
			}
			l, err := x.lock(ctx, subject, now)
			if err != nil {
				return err
			}
			blocked := l.block(l.failures-max(l.underWay-1, 0), now)
			if l.blocked.After(blocked) {
				blocked = l.blocked
			}
			if _, err := x.exec(ctx, confirmFailure, blocked, t, subject.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

// ForgetFailures implements authn.Store.
func (s *Store) ForgetFailures(ctx context.Context, t iam.TenantID, subjects []authn.LockoutSubject) (err error) {
	defer s.wrap(&err, "ForgetFailures(%s)", t)
	subjects = inOrderOfName(subjects)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		for _, subject := range subjects {
			if err := x.forget(ctx, subject); err != nil {
				return err
			}
		}
		return nil
	})
}

func (x *call) forget(ctx context.Context, subject authn.LockoutSubject) error {
	statements := []string{takeBack}
	switch {
	case subject.Clear && subject.Burst > 0:
		statements = []string{forgetOthers, forgetSubject}
	case subject.Clear:
		statements = []string{forgetSubject}
	case subject.Burst > 0:
		statements = []string{takeBackOne}
	}
	for _, statement := range statements {
		if n, err := x.exec(ctx, statement, x.tenant, subject.Name); err != nil || n > 0 {
			return err
		}
	}
	return nil
}

// inOrderOfName is the order in which all lock rows, so that none waits for the
// other in a circle.
func inOrderOfName(subjects []authn.LockoutSubject) []authn.LockoutSubject {
	ordered := slices.Clone(subjects)
	sort.Slice(ordered, func(i, j int) bool { return ordered[i].Name < ordered[j].Name })
	return ordered
}
