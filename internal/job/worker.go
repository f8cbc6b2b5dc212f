package job

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Run claims and runs jobs until ctx ends, and returns when the jobs in hand
// are settled or given back.
func (q *Queue) Run(ctx context.Context) {
	free := make(chan struct{}, q.opt.Workers)
	var running sync.WaitGroup
	defer running.Wait()
	poll := time.NewTicker(q.opt.Poll)
	defer poll.Stop()
	failing := false
	for {
		for claimed := true; claimed && ctx.Err() == nil; {
			room := cap(free) - len(free)
			if room == 0 {
				break
			}
			now := q.env.Time()
			claims, err := q.store.ClaimJobs(ctx, q.opt.Node, q.opt.Lane, now, q.opt.Lease, room)
			if err != nil {
				if ctx.Err() == nil && !failing {
					q.log.WarnContext(ctx, "jobs: cannot claim; trying on", "error", err)
				}
				failing = true
				break
			}
			failing, claimed = false, len(claims) > 0
			for _, c := range claims {
				free <- struct{}{}
				running.Go(func() {
					defer func() { <-free; q.Wake() }()
					q.run(ctx, c, now.Add(q.opt.Lease))
				})
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-q.wake:
		case <-poll.C:
		}
	}
}

// run carries out one claim under its lease, which ends at until if it is not
// renewed, and writes the outcome.
func (q *Queue) run(ctx context.Context, c Claim, until time.Time) {
	work, lost := context.WithCancelCause(ctx)
	defer lost(nil)
	stop := q.keepLease(work, c, until, lost)
	detail, err := q.call(work, c)
	stop()
	if errors.Is(context.Cause(work), errLeaseLost) {
		return // another node has it, or may have it
	}

	j := &c.Job
	j.Updated = q.env.Time()
	var known *iam.Error
	switch final := errors.As(err, &known) && known.Kind != iam.Unavailable && known.Kind != iam.Internal; {
	case err == nil:
		j.Status, j.Detail, j.LastError = iam.JobSuccessful, detail, ""
	case ctx.Err() != nil: // shutting down: give it back untouched
		j.Status, j.RunAt = iam.JobPending, j.Updated
	case final:
		j.Status, j.Detail, j.LastError = iam.JobFailed, "Worker failed to complete the task.", known.Message
		j.Failure, j.Reason = known.Kind, known.Code
		if j.Action == "" { // nobody will look at it
			q.log.WarnContext(ctx, "jobs: failed", "job", j.ID, "kind", j.Kind, "error", err)
		}
	default:
		q.log.Error("jobs: attempt failed", "job", j.ID, "kind", j.Kind, "attempt", j.Attempts, "error", err)
		j.Failure, j.LastError = iam.KindOf(err), "temporary fault, see the server's log"
		j.Status, j.RunAt = iam.JobPending, j.Updated.Add(q.backoff(j.Attempts))
		if j.Attempts >= q.opt.MaxAttempts {
			j.Status, j.Detail = iam.JobFailed, "Worker gave up."
		}
	}
	for i := range j.Tasks {
		j.Tasks[i].Status, j.Tasks[i].LastError = j.Status, j.LastError
		if j.Status == iam.JobSuccessful {
			j.Tasks[i].Detail = "Worker completed task successfully."
		}
	}
	// The outcome is written even while shutting down: it is what the lease
	// would otherwise have to time out for.
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := q.store.SettleJob(settle, c); err != nil {
		q.log.Error("jobs: cannot write outcome; the lease will end and the job run again", "job", j.ID, "error", err)
		return
	}
	if j.Status.Done() {
		q.settled(j.ID)
	}
}

// call runs the runner and turns a panic into an error.
func (q *Queue) call(ctx context.Context, c Claim) (detail string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("jobs: %s panicked: %v\n%s", c.Job.Kind, p, debug.Stack())
		}
	}()
	r, ok := q.runners[c.Job.Kind]
	if !ok {
		return "", fmt.Errorf("jobs: no runner for kind %q", c.Job.Kind)
	}
	return r(ctx, c.Tenant, c.Job)
}

var errLeaseLost = errors.New("jobs: lease lost")

// keepLease renews the lease while the runner works, and cancels its context
// when another node took over, or may have because the lease could not be
// renewed before it ended.
func (q *Queue) keepLease(ctx context.Context, c Claim, until time.Time, lost context.CancelCauseFunc) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(q.opt.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			next := q.env.Time().Add(q.opt.Lease)
			try, end := context.WithTimeout(ctx, q.opt.Lease/3) // a database that hangs is no excuse
			err := q.store.RenewLease(try, c, next)
			end()
			switch {
			case err == nil:
				until = next
			case iam.Is(err, iam.Conflict), !q.env.Now().Before(until):
				q.log.WarnContext(ctx, "jobs: lost the lease; the job will run again", "job", c.Job.ID, "kind", c.Job.Kind, "error", err)
				lost(errLeaseLost)
				return
			}
		}
	})
	return func() { cancel(); done.Wait() }
}

// backoff is one second after the first attempt, and doubles with each.
func (q *Queue) backoff(attempts int) time.Duration {
	return min(time.Second<<min(max(attempts-1, 0), 20), q.opt.MaxBackoff)
}
