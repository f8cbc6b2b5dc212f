package storagetest

import (
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// testPreferences: what a user says of notices is kept, with the mails that tell
// of it or not at all.
func testPreferences(f *fixture) {
	u := f.newUser("pia")
	want := notice.Recipient{User: u.ID, Username: u.Username, Email: u.Email, Language: u.Language, Said: map[string]bool{}}
	read := func() {
		f.Helper()
		got, err := f.store.Recipient(f.ctx(), f.tenant.ID, u.ID)
		f.ok(err)
		if d := cmp.Diff(want, got); d != "" {
			f.Errorf("(-want +got)\n%s", d)
		}
	}
	read()
	at := f.env.Time()
	set := func(said map[string]bool, mails ...notice.Outgoing) error {
		return f.store.SetPreferences(f.ctx(), f.tenant.ID, u.ID, said, at, mails, f.event("user", "change-notices"))
	}
	f.ok(set(map[string]bool{"a": false, "b": true}))
	want.Said = map[string]bool{"a": false, "b": true}
	read()
	m := f.aMail(u.Email)
	f.bumps(false, func() { f.ok(set(map[string]bool{"a": true}, f.outgoing(m))) })
	want.Said["a"] = true
	read()
	_, err := f.store.Mail(f.ctx(), f.tenant.ID, m.ID)
	f.ok(err)

	taken := f.outgoing(f.aMail(u.Email))
	taken.Job.Key = "open"
	f.ok(f.store.InsertMails(f.ctx(), f.tenant.ID, taken))
	again := f.outgoing(f.aMail(u.Email))
	again.Job.Key = "open"
	f.fails(set(map[string]bool{"a": false}, again), iam.Exists)
	read()

	for _, id := range []iam.UserID{"", "no id", iam.UserID(f.env.NewID())} {
		f.fails(f.store.SetPreferences(f.ctx(), f.tenant.ID, id, map[string]bool{"a": true}, at, nil), iam.NotFound)
		_, err := f.store.Recipient(f.ctx(), f.tenant.ID, id)
		f.fails(err, iam.NotFound)
	}
	f.settleAll()
}

// placeJob is the kind of the jobs of testKnownPlaces.
const placeJob = "test.place"

// aPlacedSession answers a session that is begun from a place.
func (f *fixture) aPlacedSession(u iam.User, place string) authn.NewSession {
	s := f.aSession(u)
	s.Place, s.PlaceJob = place, iam.Job{ID: iam.JobID(f.env.NewID()), Kind: placeJob, Status: iam.JobPending, RunAt: s.Created,
		Created: s.Created, Updated: s.Created, Payload: []byte("{}")}
	return s
}

// testKnownPlaces: a job is written for a place that is new, unless it is the
// first of all, and for no sign-in that has steps left.
func testKnownPlaces(f *fixture) {
	u := f.newUser("rob")
	written := func() (n int) {
		f.Helper()
		cs, err := f.store.ClaimJobs(f.ctx(), "n1", job.Lane{Only: placeJob}, f.env.Time().Add(time.Hour), time.Minute, 10)
		f.ok(err)
		for _, c := range cs {
			c.Job.Status = iam.JobSuccessful
			f.ok(f.store.SettleJob(f.ctx(), c))
		}
		return len(cs)
	}
	signIn := func(place string, pending ...iam.Step) int {
		f.Helper()
		s := f.aPlacedSession(u, place)
		s.Pending = pending
		f.ok(f.store.RecordLogin(f.ctx(), f.tenant.ID, f.aLogin(u), &s))
		return written()
	}
	for _, c := range []struct {
		place   string
		pending []iam.Step
		want    int
	}{
		{"home", nil, 0}, // the first of all
		{"home", nil, 0},
		{"away", []iam.Step{iam.StepFactor}, 0},
		{"away", nil, 1},
		{"away", nil, 0},
		{"home", nil, 0},
		{"", nil, 0},
	} {
		if got := signIn(c.place, c.pending...); got != c.want {
			f.Errorf("at %q with %v left: %d jobs, want %d", c.place, c.pending, got, c.want)
		}
	}
	for i := range 2 * authn.MaxPlaces {
		signIn(string(rune(0x4e00 + i)))
	}
	if n := len(f.rowsOf(f.tenant.ID)["known_places"]); n > authn.MaxPlaces {
		f.Errorf("%d places are kept, want at most %d", n, authn.MaxPlaces)
	}
	if got := signIn("home"); got != 1 {
		f.Errorf("the place that was known longest is remembered after %d others", 2*authn.MaxPlaces)
	}
}
