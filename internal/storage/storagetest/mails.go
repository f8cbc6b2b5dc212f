package storagetest

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

func (f *fixture) aMail(to string) notice.Mail {
	now := f.env.Time()
	return notice.Mail{ID: iam.MailID(f.env.NewID()), To: to, Kind: iam.MessageReset, Subject: "비밀번호", Body: []byte{1, 0, 255},
		State: notice.StateQueued, Created: now, Expires: now.Add(time.Hour)}
}

// aSendJob answers a job of the house itself, as the one of a mail is.
func (f *fixture) aSendJob(m notice.Mail) iam.Job {
	now := f.env.Time()
	return iam.Job{ID: iam.JobID(f.env.NewID()), Kind: notice.JobSend, ObjectID: string(m.ID), Status: iam.JobPending,
		RunAt: now, Created: now, Updated: now}
}

// outgoing is a mail with its job.
func (f *fixture) outgoing(m notice.Mail) notice.Outgoing {
	return notice.Outgoing{Mail: m, Job: f.aSendJob(m)}
}

func (f *fixture) newMail(to string) notice.Mail {
	f.Helper()
	m := f.aMail(to)
	f.ok(f.store.InsertMails(f.ctx(), f.tenant.ID, f.outgoing(m)))
	return m
}

func testMails(f *fixture) {
	first, second, third := f.newMail("a@example.com"), f.newMail("b@example.com"), f.newMail("a@example.com")
	read := func(want notice.Mail) {
		f.Helper()
		got, err := f.store.Mail(f.ctx(), f.tenant.ID, want.ID)
		f.ok(err)
		same(f, got, want)
	}
	read(first)
	for _, id := range []iam.MailID{"", "no id", iam.MailID(f.env.NewID())} {
		_, err := f.store.Mail(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
		m := first
		m.ID = id
		f.fails(f.store.SettleMail(f.ctx(), f.tenant.ID, m), iam.NotFound)
	}
	m := f.aMail("a@example.com")
	f.fails(f.store.InsertMails(f.ctx(), iam.TenantID(f.env.NewID()), f.outgoing(m)), iam.NotFound)

	// Mails and jobs come together or not at all.
	again := f.aSendJob(m)
	again.Key = "taken"
	f.ok(f.store.InsertMails(f.ctx(), f.tenant.ID, notice.Outgoing{Mail: m, Job: again}))
	again.ID = iam.JobID(f.env.NewID())
	lost := f.aMail("a@example.com")
	f.fails(f.store.InsertMails(f.ctx(), f.tenant.ID, f.outgoing(f.aMail("b@example.com")), notice.Outgoing{Mail: lost, Job: again}), iam.Exists)
	_, err := f.store.Mail(f.ctx(), f.tenant.ID, lost.ID)
	f.fails(err, iam.NotFound)

	// An attempt that failed, and one that did not.
	second.Attempts, second.LastError = 1, "connection refused"
	f.ok(f.store.SettleMail(f.ctx(), f.tenant.ID, second))
	read(second)
	second.Attempts, second.LastError, second.State, second.Sent, second.Body = 2, "", notice.StateSent, f.env.Time(), nil
	f.ok(f.store.SettleMail(f.ctx(), f.tenant.ID, second))
	read(second)
	late := second
	late.State = notice.StateFailed
	f.fails(f.store.SettleMail(f.ctx(), f.tenant.ID, late), iam.NotFound)
	read(second)

	list := func(mf notice.Filter, want ...notice.Mail) {
		f.Helper()
		l, err := f.store.Mails(f.ctx(), f.tenant.ID, mf, iam.Page{Total: true})
		f.ok(err)
		for i := range want {
			want[i].Body = nil
		}
		same(f, l, iam.List[notice.Mail]{Items: want, Total: len(want)})
	}
	list(notice.Filter{}, m, third, second, first)
	list(notice.Filter{To: "b@example.com"}, second)
	list(notice.Filter{To: "B@example.com"})
	list(notice.Filter{State: notice.StateQueued}, m, third, first)
	list(notice.Filter{To: "a@example.com", State: notice.StateSent})
	walk(f, iam.Page{}, func(m notice.Mail) iam.MailID { return m.ID }, func(p iam.Page) (iam.List[notice.Mail], error) {
		return f.store.Mails(f.ctx(), f.tenant.ID, notice.Filter{}, p)
	})
	f.settleAll()
}

func testPurgeMails(f *fixture) {
	past := f.env.Time().AddDate(-100, 0, 0)
	for i := range 3 {
		m := f.aMail("old@example.com")
		m.Created = past.Add(time.Duration(i) * time.Hour)
		f.ok(f.store.InsertMails(f.ctx(), f.tenant.ID, f.outgoing(m)))
	}
	for _, want := range []int{1, 1, 0} {
		n, err := f.store.PurgeMails(f.ctx(), past.Add(2*time.Hour), 1)
		f.ok(err)
		same(f, n, want)
	}
	same(f, len(f.rowsOf(f.tenant.ID)["mails"]), 1)
	f.settleAll()
}

// testLanes: a queue of one kind and the queue of all others share nothing.
func testLanes(f *fixture) {
	f.settleAll()
	mail, other := f.newMail("a@example.com"), f.newJob("seoul")
	later := f.env.Time().Add(time.Hour)
	claim := func(l job.Lane) (ids []string) {
		f.Helper()
		cs, err := f.store.ClaimJobs(f.ctx(), "n1", l, later, time.Minute, 10)
		f.ok(err)
		for _, c := range cs {
			ids = append(ids, c.Job.ObjectID)
		}
		return ids
	}
	same(f, claim(job.Lane{Only: "tenant.create"}), nil)
	same(f, claim(job.Lane{Except: notice.JobSend}), []string{other.ObjectID})
	same(f, claim(job.Lane{Except: notice.JobSend}), nil)
	same(f, claim(job.Lane{Only: notice.JobSend}), []string{string(mail.ID)})
	same(f, claim(job.Lane{Only: notice.JobSend}), nil)
	same(f, claim(job.Lane{}), nil)
	f.settleAll()
}

// testHouseJobs: a job without an action is in no list, and goes when it is done.
func testHouseJobs(f *fixture) {
	f.settleAll()
	j := f.aSendJob(f.aMail("a@example.com"))
	f.ok(f.store.InsertJob(f.ctx(), f.tenant.ID, j))
	l, err := f.store.Jobs(f.ctx(), f.tenant.ID, job.Filter{}, iam.Page{Total: true})
	f.ok(err)
	same(f, l, iam.List[iam.Job]{})

	now := j.RunAt
	for _, s := range []iam.JobStatus{iam.JobPending, iam.JobFailed} {
		cs := f.claim("n1", now, 10)
		if len(cs) != 1 || cs[0].Job.ID != j.ID {
			f.Fatalf("claims %+v", cs)
		}
		c := cs[0]
		c.Job.Status = s
		lost := c
		lost.Fence--
		f.fails(f.store.SettleJob(f.ctx(), lost), iam.Conflict)
		f.ok(f.store.SettleJob(f.ctx(), c))
		f.fails(f.store.SettleJob(f.ctx(), c), iam.Conflict)
		_, err := f.store.Job(f.ctx(), f.tenant.ID, string(j.ID))
		if s.Done() {
			f.fails(err, iam.NotFound)
		} else {
			f.ok(err)
		}
	}
}
