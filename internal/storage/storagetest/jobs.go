package storagetest

import (
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
)

func testJobs(f *fixture) {
	f.settleAll()
	j := f.newJob("seoul")
	for _, id := range []string{string(j.ID), iam.Short(j.ID)} {
		got, err := f.store.Job(f.ctx(), f.tenant.ID, id)
		f.ok(err)
		same(f, got, j)
	}
	for _, id := range []string{"", "no id", f.env.NewID(), iam.Short(f.env.NewID())} {
		_, err := f.store.Job(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
	}
	again := j
	again.ID = iam.JobID(f.env.NewID())
	f.fails(f.store.InsertJob(f.ctx(), f.tenant.ID, again), iam.Exists)
	f.fails(f.store.InsertJob(f.ctx(), iam.TenantID(f.env.NewID()), again), iam.NotFound)
	e := f.event("region", "request-create")
	again.Key, again.ObjectName, again.Action, again.ObjectType = "", "Ulsan", "delete", "zones"
	f.ok(f.store.InsertJob(f.ctx(), f.tenant.ID, again, e)) // without a key any number
	f.logged(e)
	f.newJob("")

	for name, c := range map[string]struct {
		filter job.Filter
		want   int
	}{
		"all":     {job.Filter{}, 3},
		"status":  {job.Filter{Status: iam.JobPending}, 3},
		"done":    {job.Filter{Status: iam.JobSuccessful}, 0},
		"action":  {job.Filter{Action: "DELETE|x"}, 1},
		"type":    {job.Filter{ObjectType: "REG*"}, 2},
		"name":    {job.Filter{ObjectName: "ulsan"}, 1},
		"nothing": {job.Filter{ObjectName: "ulsan", Action: "create"}, 0},
	} {
		l, err := f.store.Jobs(f.ctx(), f.tenant.ID, c.filter, iam.Page{Total: true})
		f.ok(err)
		if len(l.Items) != c.want || l.Total != c.want {
			f.Errorf("%s finds %d, total %d; want %d", name, len(l.Items), l.Total, c.want)
		}
	}
	for _, sort := range []string{"", "created", "updated"} {
		walk(f, iam.Page{Sort: sort}, func(j iam.Job) iam.JobID { return j.ID }, func(p iam.Page) (iam.List[iam.Job], error) {
			return f.store.Jobs(f.ctx(), f.tenant.ID, job.Filter{}, p)
		})
	}
	f.settleAll()
}

// settleAll takes and settles the jobs that other tests left.
func (f *fixture) settleAll() {
	f.Helper()
	for _, c := range f.claim("cleaner", f.env.Time().AddDate(1, 0, 0), 1000) {
		c.Job.Status = iam.JobSuccessful
		f.ok(f.store.SettleJob(f.ctx(), c))
	}
}

func (f *fixture) claim(node string, now time.Time, n int) []job.Claim {
	f.Helper()
	cs, err := f.store.ClaimJobs(f.ctx(), node, job.Lane{}, now, time.Minute, n)
	f.ok(err)
	return cs
}

func testClaims(f *fixture) {
	f.settleAll()
	first, second := f.newJob("one"), f.newJob("two")
	now := second.RunAt
	if cs := f.claim("n1", first.RunAt.Add(-time.Microsecond), 10); len(cs) > 0 {
		f.Fatalf("claimed before its time: %v", cs)
	}
	cs := f.claim("n1", now, 1)
	first.Status, first.Attempts = iam.JobRunning, 1
	same(f, cs, []job.Claim{{Tenant: f.tenant.ID, Job: first, Fence: 1}}) // the oldest
	same(f, f.claim("n2", now, 10)[0].Job.ID, second.ID)
	same(f, f.claim("n2", now, 10), nil)

	// The lease: extended by its owner, taken by another when it has ended.
	own := cs[0]
	f.ok(f.store.RenewLease(f.ctx(), own, now.Add(2*time.Minute)))
	later := now.Add(time.Minute + time.Second)
	if cs := f.claim("n3", later, 10); len(cs) != 1 || cs[0].Job.ID != second.ID || cs[0].Fence != 2 || cs[0].Job.Attempts != 2 {
		f.Fatalf("claims of ended leases: %+v", cs)
	}
	took := f.claim("n3", now.Add(3*time.Minute), 10)
	took = slices.DeleteFunc(took, func(c job.Claim) bool { return c.Job.ID != first.ID })
	if len(took) != 1 || took[0].Fence != 2 {
		f.Fatalf("claim of the extended lease: %+v", took)
	}
	f.fails(f.store.RenewLease(f.ctx(), own, now.Add(time.Hour)), iam.Conflict)
	own.Job.Status = iam.JobSuccessful
	f.fails(f.store.SettleJob(f.ctx(), own), iam.Conflict)

	// Back to pending, for later.
	c := took[0]
	c.Job.Status, c.Job.LastError, c.Job.Failure, c.Job.RunAt = iam.JobPending, "disk full", iam.Unavailable, now.Add(time.Hour)
	c.Job.Updated = now.Add(4 * time.Minute)
	f.ok(f.store.SettleJob(f.ctx(), c))
	got, err := f.store.Job(f.ctx(), f.tenant.ID, string(first.ID))
	f.ok(err)
	same(f, got, c.Job)
	f.fails(f.store.RenewLease(f.ctx(), c, now.Add(time.Hour)), iam.Conflict)
	f.fails(f.store.InsertJob(f.ctx(), f.tenant.ID, iam.Job{ID: iam.JobID(f.env.NewID()), Status: iam.JobPending, Key: "one"}), iam.Exists)
	if cs := f.claim("n1", now.Add(59*time.Minute), 10); slices.ContainsFunc(cs, func(c job.Claim) bool { return c.Job.ID == first.ID }) {
		f.Fatal("claimed before it was due again")
	}

	// Done: nobody claims it, and its key is free.
	cs = f.claim("n1", now.Add(2*time.Hour), 10)
	for _, c := range cs {
		c.Job.Status, c.Job.Detail, c.Job.Failure, c.Job.Reason = iam.JobFailed, "no", iam.Exists, iam.ReasonInUse
		c.Job.LastError = "it exists"
		c.Job.Tasks[0].Status, c.Job.Tasks[0].Detail, c.Job.Tasks[0].LastError = iam.JobFailed, "d", "e"
		f.ok(f.store.SettleJob(f.ctx(), c))
		got, err := f.store.Job(f.ctx(), f.tenant.ID, string(c.Job.ID))
		f.ok(err)
		c.Job.Key = ""
		same(f, got, c.Job)
		f.fails(f.store.SettleJob(f.ctx(), c), iam.Conflict)
	}
	same(f, len(cs), 2)
	same(f, f.claim("n1", now.AddDate(1, 0, 0), 10), nil)
	f.newJob("one")
	f.fails(f.store.SettleJob(f.ctx(), job.Claim{Tenant: f.tenant.ID, Job: iam.Job{ID: "no id"}}), iam.NotFound)
	f.settleAll()
}
