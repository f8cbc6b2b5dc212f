package job

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// table keeps jobs as a database does, under the rules of Store.
type table struct {
	mu   sync.Mutex
	rows []*entry
	down error // what every call answers, when set
}

type entry struct {
	tenant iam.TenantID
	job    iam.Job
	fence  int64
	until  time.Time
}

func (s *table) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = err
}

func (s *table) find(t iam.TenantID, id iam.JobID) *entry {
	for _, e := range s.rows {
		if e.tenant == t && e.job.ID == id {
			return e
		}
	}
	return nil
}

func (s *table) InsertJob(_ context.Context, t iam.TenantID, j iam.Job, _ ...iam.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return s.down
	}
	for _, e := range s.rows {
		if e.tenant == t && j.Key != "" && e.job.Key == j.Key && !e.job.Status.Done() {
			return iam.ErrExists("job", j.Key)
		}
	}
	s.rows = append(s.rows, &entry{tenant: t, job: j})
	return nil
}

func (s *table) ClaimJobs(_ context.Context, _ string, l Lane, now time.Time, lease time.Duration, n int) ([]Claim, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return nil, s.down
	}
	slices.SortStableFunc(s.rows, func(a, b *entry) int { return a.job.RunAt.Compare(b.job.RunAt) })
	var claims []Claim
	for _, e := range s.rows {
		due := e.job.Status == iam.JobPending || e.job.Status == iam.JobRunning && e.until.Before(now)
		if l.Only != "" && e.job.Kind != l.Only || l.Except != "" && e.job.Kind == l.Except {
			continue
		}
		if !due || e.job.RunAt.After(now) || len(claims) == n {
			continue
		}
		e.job.Status, e.until = iam.JobRunning, now.Add(lease)
		e.job.Attempts++
		e.fence++
		claims = append(claims, Claim{e.tenant, copied(e.job), e.fence})
	}
	return claims, nil
}

// held answers the row of a claim, and Conflict when it is in other hands.
func (s *table) held(c Claim) (*entry, error) {
	e := s.find(c.Tenant, c.Job.ID)
	switch {
	case s.down != nil:
		return nil, s.down
	case e == nil || e.fence != c.Fence || e.job.Status != iam.JobRunning:
		return nil, iam.ErrStale("job", string(c.Job.ID))
	}
	return e, nil
}

func (s *table) RenewLease(_ context.Context, c Claim, until time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.held(c)
	if err == nil {
		e.until = until
	}
	return err
}

func (s *table) SettleJob(ctx context.Context, c Claim) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.held(c)
	if err == nil {
		err = ctx.Err() // as every database does
	}
	if err != nil {
		return err
	}
	e.job.Status, e.job.Detail, e.job.LastError = c.Job.Status, c.Job.Detail, c.Job.LastError
	e.job.Failure, e.job.Reason, e.job.Tasks = c.Job.Failure, c.Job.Reason, c.Job.Tasks
	e.job.RunAt, e.job.Updated = c.Job.RunAt, c.Job.Updated
	return nil
}

func (s *table) Job(_ context.Context, t iam.TenantID, id string) (iam.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return iam.Job{}, s.down
	}
	if e := s.find(t, iam.JobID(id)); e != nil {
		return copied(e.job), nil
	}
	return iam.Job{}, iam.ErrNotFound("job", id)
}

func (s *table) Jobs(_ context.Context, t iam.TenantID, f Filter, _ iam.Page) (l iam.List[iam.Job], _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.rows {
		if e.tenant == t && (f.Status == "" || e.job.Status == f.Status) && f.ObjectName.Match(e.job.ObjectName) {
			l.Items = append(l.Items, copied(e.job))
		}
	}
	return l, s.down
}

// copied is a job that shares no memory with the row.
func copied(j iam.Job) iam.Job {
	j.Tasks = slices.Clone(j.Tasks)
	return j
}
