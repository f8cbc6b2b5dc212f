package job

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Runner carries out one kind of job and answers the detail for people. It
// may be called more than once for one job. An error whose Kind is Internal
// or Unavailable is tried again; any other is final.
type Runner func(ctx context.Context, t iam.TenantID, j iam.Job) (detail string, err error)

// Options bound a queue. Zero members take the defaults.
type Options struct {
	Node        string        // unique among nodes; required
	Lane        Lane          // which jobs it runs; default all
	Workers     int           // jobs run at once; default 2
	Poll        time.Duration // how often other nodes' jobs are looked for; default 500 ms
	Lease       time.Duration // default 30 s, renewed every third of it
	MaxAttempts int           // default 8
	MaxBackoff  time.Duration // default 5 min
}

// Queue takes jobs, runs them, and answers what became of them.
type Queue struct {
	store   Store
	env     iam.Env
	log     *slog.Logger
	opt     Options
	runners map[string]Runner
	wake    chan struct{}

	mu      sync.Mutex
	waiting map[iam.JobID][]chan struct{}
}

// New makes a queue without runners; see Register.
func New(store Store, env iam.Env, log *slog.Logger, opt Options) *Queue {
	def := func(d *time.Duration, v time.Duration) {
		if *d == 0 {
			*d = v
		}
	}
	def(&opt.Poll, 500*time.Millisecond)
	def(&opt.Lease, 30*time.Second)
	def(&opt.MaxBackoff, 5*time.Minute)
	if opt.Workers == 0 {
		opt.Workers = 2
	}
	if opt.MaxAttempts == 0 {
		opt.MaxAttempts = 8
	}
	return &Queue{store: store, env: env, log: log, opt: opt, runners: map[string]Runner{},
		wake: make(chan struct{}, 1), waiting: map[iam.JobID][]chan struct{}{}}
}

// Register adds runners by kind, before Run.
func (q *Queue) Register(runners map[string]func(context.Context, iam.TenantID, iam.Job) (string, error)) {
	for kind, r := range runners {
		q.runners[kind] = r
	}
}

// Enqueue writes a job, to be run as soon as a worker is free, and wakes one
// here. It fills ID, Status and times. Exists: a job with the same Key is
// under way.
func (q *Queue) Enqueue(ctx context.Context, t iam.TenantID, j iam.Job, events ...iam.Event) (iam.Job, error) {
	j = q.Prepare(j)
	if err := q.store.InsertJob(ctx, t, j, events...); err != nil {
		return iam.Job{}, err
	}
	q.Wake()
	return j, nil
}

// Prepare fills in ID, Status and times of a job that is to be written by
// another store, in the transaction of the change that wants it. Wake is to be
// called when it was.
func (q *Queue) Prepare(j iam.Job) iam.Job {
	now := q.env.Time()
	j.ID, j.Status, j.Created, j.Updated = iam.JobID(q.env.NewID()), iam.JobPending, now, now
	if j.RunAt.IsZero() {
		j.RunAt = now
	}
	return j
}

// Wake lets a worker here look for jobs at once.
func (q *Queue) Wake() {
	select {
	case q.wake <- struct{}{}:
	default: // a wake-up is already due
	}
}

// Job answers one job by its id or the short form of it. NotFound.
func (q *Queue) Job(ctx context.Context, by iam.Actor, id string) (iam.Job, error) {
	return q.store.Job(ctx, by.Tenant, id)
}

// Jobs lists the jobs of the actor's tenant.
func (q *Queue) Jobs(ctx context.Context, by iam.Actor, f Filter, p iam.Page) (iam.List[iam.Job], error) {
	return q.store.Jobs(ctx, by.Tenant, f, p)
}

// Wait answers the job when it is done, or as it is after the given time. It
// learns at once of jobs that this node runs, and by polling of others.
func (q *Queue) Wait(ctx context.Context, t iam.TenantID, id iam.JobID, most time.Duration) (iam.Job, error) {
	done := make(chan struct{})
	q.mu.Lock()
	q.waiting[id] = append(q.waiting[id], done)
	q.mu.Unlock()
	defer q.forget(id, done)

	deadline := time.NewTimer(most)
	defer deadline.Stop()
	poll := time.NewTicker(q.opt.Poll)
	defer poll.Stop()
	for last := false; ; {
		j, err := q.store.Job(ctx, t, string(id))
		if err != nil || last || j.Status.Done() {
			return j, err
		}
		select {
		case <-done:
			done = nil // settled here: the next look sees it
		case <-poll.C:
		case <-deadline.C:
			last = true
		case <-ctx.Done():
			return iam.Job{}, ctx.Err()
		}
	}
}

func (q *Queue) forget(id iam.JobID, done chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	left := q.waiting[id][:0]
	for _, c := range q.waiting[id] {
		if c != done {
			left = append(left, c)
		}
	}
	if q.waiting[id] = left; len(left) == 0 {
		delete(q.waiting, id)
	}
}

// settled wakes who waits for the job.
func (q *Queue) settled(id iam.JobID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, c := range q.waiting[id] {
		close(c)
	}
	delete(q.waiting, id)
}

// Failure is the error of a failed job, as if the work had been done at once.
// It is nil for a job that did not fail.
func Failure(j iam.Job) error {
	if j.Status != iam.JobFailed {
		return nil
	}
	return &iam.Error{Kind: j.Failure, Code: j.Reason, Message: j.LastError, Object: j.ObjectName}
}
