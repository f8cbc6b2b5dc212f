package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// auditOf finds an event.
func auditOf(e iam.Event) audit.Filter {
	return audit.Filter{Action: e.Action, Object: e.Object, ObjectID: e.ObjectID, Actor: e.ActorID}
}

func testEvents(f *fixture) {
	var all []iam.Event // latest first
	for _, what := range []string{"user", "role", "user"} {
		e := f.event(what, "create")
		f.ok(f.store.InsertJob(f.ctx(), f.tenant.ID, iam.Job{ID: iam.JobID(f.env.NewID()), Status: iam.JobFailed}, e))
		all = append([]iam.Event{e}, all...)
	}
	list := func(af audit.Filter, want ...iam.Event) {
		f.Helper()
		l, err := f.store.Events(f.ctx(), f.tenant.ID, af, iam.Page{Total: true})
		f.ok(err)
		same(f, l, iam.List[iam.Event]{Items: want, Total: len(want)})
	}
	list(audit.Filter{}, all...)
	list(audit.Filter{Object: "user"}, all[0], all[2])
	list(audit.Filter{Action: "role.create"}, all[1])
	list(audit.Filter{Object: "user", ObjectID: all[2].ObjectID}, all[2])
	list(audit.Filter{Actor: all[0].ActorID}, all[0])
	list(audit.Filter{From: all[1].At}, all[0], all[1])
	list(audit.Filter{To: all[1].At}, all[2])
	list(audit.Filter{Object: "Users"})

	home, other := iam.TenantID(f.env.NewID()), iam.TenantID(f.env.NewID())
	visit, relation := f.event("user", "update"), f.event("managed_tenant", "create")
	visit.Details = map[string]string{iam.DetailHome: string(home), "name": `"` + iam.DetailOther + `":"` + string(other) + `"`}
	relation.Details = iam.Told{Link: iam.Link{Kind: iam.LinkManaged, Other: other}}.Details()
	f.ok(f.store.InsertJob(f.ctx(), f.tenant.ID, iam.Job{ID: iam.JobID(f.env.NewID()), Status: iam.JobFailed}, visit, relation))
	list(audit.Filter{Home: home}, visit)
	list(audit.Filter{Other: other}, relation) // and not what has it in a text
	list(audit.Filter{Home: other})
	list(audit.Filter{Home: "no id"})
	walk(f, iam.Page{}, func(e iam.Event) iam.EventID { return e.ID }, func(p iam.Page) (iam.List[iam.Event], error) {
		return f.store.Events(f.ctx(), f.tenant.ID, audit.Filter{}, p)
	})
}

func testPurgeEvents(f *fixture) {
	past := f.env.Time().AddDate(-100, 0, 0)
	for i := range 3 {
		e := f.event("user", "create")
		e.At = past.Add(time.Duration(i) * time.Hour)
		f.ok(f.store.InsertJob(f.ctx(), f.tenant.ID, iam.Job{ID: iam.JobID(f.env.NewID()), Status: iam.JobFailed}, e))
	}
	for _, want := range []int{1, 1, 0} { // then what is not from before
		n, err := f.store.PurgeEvents(f.ctx(), f.tenant.ID, past.Add(2*time.Hour), 1)
		f.ok(err)
		if n != want {
			f.Fatalf("removed %d, want %d", n, want)
		}
	}
	same(f, len(f.rowsOf(f.tenant.ID)["audit_events"]), 1)
}
