package signup_test

import (
	"context"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/signup"
)

// proved writes a sign-up down whose address has been proved, and whose job has
// not run.
func (w world) proved(t *testing.T, in signup.Request) signup.Signup {
	t.Helper()
	now := w.Env().Time()
	r := signup.Signup{Request: in, ID: signup.ID(w.Env().NewID()), Name: "signup-" + w.Env().Secret(16), State: signup.StateProved,
		Created: now, Updated: now, Expires: now.Add(time.Hour)}
	if err := w.Store.InsertSignup(t.Context(), w.Tenant.ID, signup.Record{Signup: r, KeyID: "1"}); err != nil {
		t.Fatal(err)
	}
	return r
}

// runs runs the job that asks for the tenant of a sign-up.
func (w world) runs(t *testing.T, s *signup.Service, r signup.Signup) error {
	t.Helper()
	_, err := s.Runners()["signup.make"](t.Context(), w.Tenant.ID, iam.Job{Kind: "signup.make", ObjectID: string(r.ID)})
	return err
}

// TestCutOffAfterAsking: a node that dies when it has asked for the tenant, and
// not said so, leaves a tenant that the next run takes for ours; as it does not
// that of somebody else.
func TestCutOffAfterAsking(t *testing.T) {
	w := start(t)
	for _, tt := range []struct {
		domain, owner string
		want          signup.State
	}{
		{"acme1", "Mina@Example.com", signup.StateDone},
		{"acme2", "lee@example.com", signup.StateFailed},
		{"acme3", "", signup.StateFailed},
	} {
		r := w.proved(t, mina(tt.domain))
		made, err := w.Objects.CreateChild(t.Context(), w.Operator(), iam.NewChild{Domain: tt.domain, Owner: iam.NewOwner{Email: tt.owner}})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // also a third time nothing changes
			if err := w.runs(t, w.Signup, r); err != nil {
				t.Fatal(err)
			}
		}
		got := w.ends(t, r.Name)
		if got.State != tt.want || (got.Tenant == made) != (tt.want == signup.StateDone) {
			t.Errorf("the tenant of %q: %+v", tt.owner, got)
		}
		if tt.want == signup.StateFailed && got.Reason != signup.ReasonTaken {
			t.Errorf("it failed because of %q", got.Reason)
		}
	}
	early := mina("acme4")
	if _, err := w.Objects.CreateChild(t.Context(), w.Operator(), iam.NewChild{Domain: early.Domain, Owner: iam.NewOwner{Email: early.Email}}); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(time.Second)
	r := w.proved(t, early)
	if err := w.runs(t, w.Signup, r); err != nil {
		t.Fatal(err)
	}
	if got := w.ends(t, r.Name); got.State != signup.StateFailed {
		t.Errorf("a tenant from before the sign-up is taken for its own: %+v", got)
	}
}

// TestWithoutProfile: where the operator names a profile that is not there,
// nothing is made, and the customer learns no more than that.
func TestWithoutProfile(t *testing.T) {
	w := world{apptest.Start(t, app.Options{Signup: signup.Options{Below: iam.DefaultTenant, Profile: "nobody-s"}})}
	r := w.proved(t, mina("acme1"))
	if err := w.runs(t, w.Signup, r); err != nil {
		t.Fatal(err)
	}
	if got := w.ends(t, r.Name); got.State != signup.StateFailed || got.Reason != signup.ReasonFault {
		t.Errorf("it ends as %+v", got)
	}
	if _, err := w.Tenancy.ByCode(t.Context(), "acme1"); !iam.Is(err, iam.NotFound) {
		t.Errorf("a tenant was made: %v", err)
	}
}

// down are children that cannot be made at the moment.
type down struct{ signup.Children }

func (down) CreateChild(context.Context, iam.Actor, iam.NewChild) (iam.TenantID, error) {
	return "", iam.E(iam.Unavailable, "the directory cannot be reached at the moment")
}

// TestTriedAgain: a fault that passes is for the job to try again, and a sign-up
// of which nothing comes for too long has failed.
func TestTriedAgain(t *testing.T) {
	w := start(t)
	r := w.proved(t, mina("acme1"))
	deps := w.Signup.Deps
	deps.Children = down{w.Objects}
	if err := w.runs(t, signup.New(deps), r); !iam.Is(err, iam.Unavailable) {
		t.Fatalf("the job ends with %v", err)
	}
	if got, err := w.Signup.Progress(t.Context(), r.Name); err != nil || got.State != signup.StateProved {
		t.Errorf("meanwhile it is %s, %v", got.State, err)
	}
	w.Clock.Advance(61 * time.Minute)
	if got, err := w.Signup.Progress(t.Context(), r.Name); err != nil || got.State != signup.StateFailed || got.Reason != signup.ReasonFault {
		t.Errorf("an hour later it is %s %s, %v", got.State, got.Reason, err)
	}
	if err := w.runs(t, w.Signup, r); err != nil {
		t.Fatal(err)
	}
	if got := w.ends(t, r.Name); got.State != signup.StateDone {
		t.Errorf("in the end it is %+v", got)
	}
}
