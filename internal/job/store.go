package job

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store keeps jobs. Every method is one transaction.
type Store interface {
	// InsertJob writes a job and the events. Exists: a job of the tenant with
	// the same non-empty Key is not done.
	InsertJob(ctx context.Context, t iam.TenantID, j iam.Job, events ...iam.Event) error
	// ClaimJobs leases up to n jobs of a lane, of any tenant, that are due at
	// now (pending with RunAt reached, or running with a lease that ended
	// before now) to node until now+lease, counts their attempts and fences
	// up, and answers them. Oldest RunAt first.
	ClaimJobs(ctx context.Context, node string, l Lane, now time.Time, lease time.Duration, n int) ([]Claim, error)
	// RenewLease extends the lease of a claim. Conflict: another node has it.
	RenewLease(ctx context.Context, c Claim, until time.Time) error
	// SettleJob writes the outcome of a claim: Status, Detail, LastError,
	// Failure, Reason, Tasks, RunAt (when it goes back to pending), Updated,
	// and ends the lease. A job without an Action is removed when it is done.
	// Conflict: another node has claimed it since.
	SettleJob(ctx context.Context, c Claim) error
	// Job answers one job by its id or the short form of it. NotFound.
	Job(ctx context.Context, t iam.TenantID, id string) (iam.Job, error)
	// Jobs lists jobs that have an Action. Sorts: "created", "updated".
	Jobs(ctx context.Context, t iam.TenantID, f Filter, p iam.Page) (iam.List[iam.Job], error)
}

// Lane says which jobs a queue runs, so that those which wait for others, such
// as a mail server, do not keep the rest waiting: only those of one kind, or
// all but those of one kind. The zero Lane is all.
type Lane struct{ Only, Except string }

// Claim is a job in the hands of a node. Fence grows with each claim, so that
// a node which lost its lease cannot settle what another one runs by now.
type Claim struct {
	Tenant iam.TenantID
	Job    iam.Job
	Fence  int64
}

// Filter narrows a list of jobs; empty members do not narrow.
type Filter struct {
	Status     iam.JobStatus
	Action     iam.Pattern
	ObjectType iam.Pattern
	ObjectName iam.Pattern
}
