package storage

import (
	"context"
	"slices"
	"sort"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
)

const (
	renewLease = `UPDATE jobs SET lease_until = $1 WHERE tenant_id = $2 AND job_id = $3 AND fence = $4 AND status = 'running'`
	settleJob  = `UPDATE jobs SET status = $1, detail = $2, last_error = $3, failure = $4, reason = $5, tasks = $6, run_at = $7,
		updated_at = $8, open_key = CASE WHEN $9 THEN NULL ELSE open_key END, lease_node = '', lease_until = 0
		WHERE tenant_id = $10 AND job_id = $11 AND fence = $12 AND status = 'running'`
	removeJob = `DELETE FROM jobs WHERE tenant_id = $1 AND job_id = $2 AND fence = $3 AND status = 'running'`
)

// due is the condition on jobs of a lane that are due, with its arguments: a
// job is when it is pending and its time has come, or when it is running under
// a lease that has ended.
func due(l job.Lane, now time.Time) (condition string, args []any) {
	condition = `status IN ('pending', 'running') AND run_at <= ? AND (status = 'pending' OR lease_until < ?)`
	args = []any{now, now}
	switch {
	case l.Only != "":
		return condition + ` AND kind = ?`, append(args, l.Only)
	case l.Except != "":
		return condition + ` AND kind <> ?`, append(args, l.Except)
	default:
		return condition, args
	}
}

// ClaimJobs implements job.Store. It looks before it writes, so that nodes
// without work do not keep the disk busy. The condition stands twice in the
// claim: outside it is what PostgreSQL looks at again after it has waited for
// another node that claimed the same row.
func (s *Store) ClaimJobs(ctx context.Context, node string, l job.Lane, now time.Time, lease time.Duration, n int) (claims []job.Claim, err error) {
	defer s.wrap(&err, "ClaimJobs(%s, %d)", node, n)
	condition, when := due(l, now)
	anyDue := `SELECT EXISTS (SELECT 1 FROM jobs WHERE ` + numbered(condition, 1) + `)`
	var waiting bool
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		return x.row(ctx, anyDue, when...).Scan(&waiting)
	})
	if err != nil || !waiting {
		return nil, err
	}
	args := slices.Concat([]any{node, now.Add(lease)}, when, []any{n}, when)
	limit := 3 + len(when)
	claim := `UPDATE jobs SET status = 'running', lease_node = $1, lease_until = $2, attempts = attempts + 1,
		fence = fence + 1 WHERE (tenant_id, job_id) IN (
			SELECT tenant_id, job_id FROM jobs WHERE ` + numbered(condition, 3) + ` ORDER BY run_at LIMIT ` + numbered("?", limit) + `)
		AND ` + numbered(condition, limit+1) + ` RETURNING ` + jobColumns + `, tenant_id, fence`
	err = s.writeIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		claims, err = all(ctx, x, scanClaim, claim, args...)
		return err
	})
	if err != nil {
		return nil, err
	}
	sort.Slice(claims, func(i, j int) bool { return claims[i].Job.RunAt.Before(claims[j].Job.RunAt) })
	return claims, nil
}

func scanClaim(row scanner) (c job.Claim, err error) {
	c.Job, err = scanJob(row, &c.Tenant, &c.Fence)
	return c, err
}

// RenewLease implements job.Store.
func (s *Store) RenewLease(ctx context.Context, c job.Claim, until time.Time) (err error) {
	defer s.wrap(&err, "RenewLease(%s, %s)", c.Tenant, c.Job.ID)
	return s.underClaim(ctx, c, renewLease, until, c.Tenant, c.Job.ID, c.Fence)
}

// SettleJob implements job.Store. A job that is done gives its key free, and
// goes altogether when it has no action to show.
func (s *Store) SettleJob(ctx context.Context, c job.Claim) (err error) {
	defer s.wrap(&err, "SettleJob(%s, %s)", c.Tenant, c.Job.ID)
	tasks, err := encodeTasks(c.Job.Tasks)
	if err != nil {
		return err
	}
	j := c.Job
	if j.Status.Done() && j.Action == "" {
		return s.underClaim(ctx, c, removeJob, c.Tenant, j.ID, c.Fence)
	}
	return s.underClaim(ctx, c, settleJob, j.Status, j.Detail, j.LastError, int(j.Failure), j.Reason, tasks, j.RunAt, j.Updated,
		j.Status.Done(), c.Tenant, j.ID, c.Fence)
}

// underClaim runs a statement that changes the job only while the claim holds.
func (s *Store) underClaim(ctx context.Context, c job.Claim, statement string, args ...any) error {
	if err := checkID("job", c.Job.ID); err != nil {
		return err
	}
	return s.write(ctx, c.Tenant, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, statement, args...)
		if err == nil && n == 0 {
			return iam.E(iam.Conflict, "job %q is in other hands by now", c.Job.ID).Because(iam.ReasonStale).About(string(c.Job.ID))
		}
		return err
	})
}
