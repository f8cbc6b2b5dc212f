package authn_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// BenchmarkRecordLogin measures what it costs a sign-in, beside the hash of the
// password, to note the place: of one that is known, and of one that is new.
func BenchmarkRecordLogin(b *testing.B) {
	for engine, start := range map[string]func(testing.TB) *apptest.Server{"sqlite": apptest.SQLite, "postgres": apptest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			s := start(b)
			ann := s.NewMember(b, s.Tenant, "ann")
			n := 0
			for name, place := range map[string]func() string{"without": func() string { return "" }, "known": func() string { return "home" },
				"new": func() string { n++; return strconv.Itoa(n) }} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						now := s.Env().Time()
						e := iam.LoginEvent{ID: iam.EventID(s.Env().NewID()), At: now, User: ann.User.ID, Username: "ann", Dialect: "test",
							Method: iam.MethodPassword, Result: iam.LoginSuccess}
						ns := authn.NewSession{Generation: 1, Place: place(), Session: iam.Session{ID: iam.SessionID(s.Env().NewID()), User: ann.User.ID,
							Dialect: "test", Method: iam.MethodPassword, SignedIn: now, Created: now, Expires: now.Add(time.Hour)},
							PlaceJob: s.Jobs.Prepare(iam.Job{Kind: "test.place", Payload: []byte("{}"), RunAt: now.AddDate(1, 0, 0)})}
						if err := s.Store.RecordLogin(b.Context(), s.Tenant.ID, e, &ns); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}
