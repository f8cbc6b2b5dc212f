package storagetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
)

// race runs n functions at once and answers their errors.
func race(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = do(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// winners counts the nils, and wants all others to be of a kind.
func (f *fixture) winners(errs []error, losers iam.Kind) (n int) {
	f.Helper()
	for _, err := range errs {
		if err == nil {
			n++
		} else {
			f.fails(err, losers)
		}
	}
	return n
}

// testVersionRace: of many writers that read one version, one wins, each time.
func testVersionRace(f *fixture) {
	u := f.newUser("kim")
	for range 5 {
		errs := race(16, func(i int) error {
			v := u
			v.Phone = fmt.Sprint(i)
			_, err := f.store.UpdateUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: v, Security: true})
			return err
		})
		if n := f.winners(errs, iam.Conflict); n != 1 {
			f.Fatalf("%d winners of version %d", n, u.Version)
		}
		now, err := f.store.User(f.ctx(), f.tenant.ID, directory.UserKey{ID: u.ID})
		f.ok(err)
		same(f, now.Version, u.Version+1)
		u = now
	}
}

// testHandleRace: of many that make one name at once, one wins; and of many
// whose wanted handle is one, each gets its own.
func testHandleRace(f *fixture) {
	errs := race(16, func(i int) error {
		_, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: f.aUser("same")})
		return err
	})
	if n := f.winners(errs, iam.Exists); n != 1 {
		f.Fatalf("%d users of one name", n)
	}
	g := f.aGroup("made by all")
	errs = race(16, func(i int) error {
		u, mine := f.aUser(fmt.Sprint("user", i)), g
		u.Handle = "wanted"
		mine.ID = iam.GroupID(f.env.NewID())
		_, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u, NewGroups: []iam.Group{mine}, Groups: &[]iam.GroupID{mine.ID}})
		return err
	})
	if n := f.winners(errs, iam.Conflict); n != 1 {
		f.Fatalf("%d of 16 made the group: %v", n, errs)
	}
	errs = race(16, func(i int) error {
		u := f.aUser(fmt.Sprint("user", i, "b"))
		u.Handle = "wanted"
		_, err := f.store.InsertUser(f.ctx(), f.tenant.ID, directory.UserWrite{User: u})
		return err
	})
	if n := f.winners(errs, iam.Internal); n != 16 {
		f.Fatalf("%d of 16 users: %v", n, errs)
	}
	l, err := f.store.Users(f.ctx(), f.tenant.ID, directory.UserFilter{Username: "user*"}, iam.Page{})
	f.ok(err)
	handles := map[string]bool{}
	for _, u := range l.Items {
		handles[u.Handle] = true
	}
	same(f, len(handles), 17)
}

// testClaimRace: nodes that claim at once get each job once.
func testClaimRace(f *fixture) {
	f.settleAll()
	const jobs = 40
	for range jobs {
		f.newJob("")
	}
	now := f.env.Time()
	owners := owners{of: map[iam.JobID]string{}}
	errs := race(8, func(i int) error {
		for {
			node := fmt.Sprint("node", i)
			claims, err := f.store.ClaimJobs(f.ctx(), node, job.Lane{}, now, time.Hour, 3)
			if err != nil || len(claims) == 0 {
				return err
			}
			if err := owners.note(node, claims); err != nil {
				return err
			}
		}
	})
	for _, err := range errs {
		f.ok(err)
	}
	same(f, len(owners.of), jobs)
	f.settleAll()
}

// owners notes who claimed which job.
type owners struct {
	mu sync.Mutex
	of map[iam.JobID]string
}

// note fails for a job that somebody has already.
func (o *owners) note(node string, claims []job.Claim) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range claims {
		if other, twice := o.of[c.Job.ID]; twice {
			return fmt.Errorf("job %s is both %s's and %s's", c.Job.ID, other, node)
		}
		o.of[c.Job.ID] = node
	}
	return nil
}

// testSessionRace: a session is replaced once, however many try.
func testSessionRace(f *fixture) {
	u := f.newUser("kim")
	old := f.newSession(u)
	errs := race(100, func(int) error { return f.store.ReplaceSession(f.ctx(), f.tenant.ID, old.ID, f.aSession(u)) })
	if n := f.winners(errs, iam.NotFound); n != 1 {
		f.Fatalf("%d sessions in place of one", n)
	}
	if n := len(f.rowsOf(f.tenant.ID)["sessions"]); n != 1 {
		f.Errorf("%d sessions", n)
	}

	// A password change and a sign-in with the old password: never both.
	var signedIn atomic.Int64
	race(8, func(i int) error {
		if i == 0 {
			return f.store.SetPassword(f.ctx(), f.tenant.ID, u.ID, 1, "new", false)
		}
		s := f.aSession(u)
		err := f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &s)
		if err == nil {
			signedIn.Add(1)
		}
		return err
	})
	if n := len(f.rowsOf(f.tenant.ID)["sessions"]); n != 0 {
		f.Errorf("%d sessions outlived the password, of %d", n, signedIn.Load())
	}
}

// testEraseRace: attempts to sign in go on while a tenant is erased.
func testEraseRace(f *fixture) {
	u := f.newUser("kim")
	victim := f.tenant.ID
	errs := race(8, func(i int) error {
		if i == 0 {
			return f.store.EraseTenant(f.ctx(), victim)
		}
		for {
			err := f.store.RecordLogin(f.ctx(), victim, f.aLogin(u), nil)
			if iam.Is(err, iam.NotFound) { // the tenant has gone
				return nil
			}
			if err != nil {
				return err
			}
		}
	})
	for _, err := range errs {
		f.ok(err)
	}
	same(f, len(f.rowsOf(victim)["login_events"]), 0)
}

// testSettingRace: nodes that start at once agree.
func testSettingRace(f *fixture) {
	name := f.env.NewID()
	answers := make([]string, 16)
	for _, err := range race(16, func(i int) (err error) {
		answers[i], err = f.store.ClaimSetting(f.ctx(), name, fmt.Sprint("node", i))
		return err
	}) {
		f.ok(err)
	}
	for _, a := range answers {
		same(f, a, answers[0])
	}
}
