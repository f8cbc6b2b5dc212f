package job

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// sleeper runs jobs that take some time, and heeds its context.
func sleeper(d time.Duration) runners {
	return runners{"k": func(ctx context.Context, _ iam.TenantID, _ iam.Job) (string, error) {
		select {
		case <-time.After(d):
			return "slept", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}}
}

func TestWaitForAJobOfAnotherNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &table{}
		here := node{Queue: New(s, iam.Env{Now: time.Now}, nil, Options{Node: "n1"})} // which runs nothing
		there := start(t, s, "n2", sleeper(3*time.Second))
		j := there.enqueue(t, "k")
		began := time.Now()
		if got := here.wait(t, j.ID); got.Status != iam.JobSuccessful {
			t.Errorf("answered %+v", got)
		}
		if took := time.Since(began); took > 3*time.Second+here.opt.Poll {
			t.Errorf("took %v", took)
		}
	})
}

func TestWaitHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, &table{}, "n1", sleeper(time.Minute))
		j := n.enqueue(t, "k")
		synctest.Wait()
		for _, most := range []time.Duration{0, 1700 * time.Millisecond} {
			began := time.Now()
			got, err := n.Wait(t.Context(), tenant, j.ID, most)
			if err != nil || got.Status != iam.JobRunning || time.Since(began) != most {
				t.Errorf("Wait(%v) = %s, %v after %v; want the job as it is then", most, got.Status, err, time.Since(began))
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.Wait(ctx, tenant, j.ID, time.Hour); err == nil {
			t.Error("Wait goes on though its caller is gone")
		}
		if _, err := n.Wait(t.Context(), tenant, "none", time.Hour); !iam.Is(err, iam.NotFound) {
			t.Errorf("Wait for no job = %v", err)
		}
		if _, err := n.Wait(t.Context(), "t2", j.ID, time.Hour); !iam.Is(err, iam.NotFound) {
			t.Errorf("Wait for another tenant's job = %v", err)
		}
		if len(n.waiting) != 0 {
			t.Errorf("still waited for: %v", n.waiting)
		}
	})
}

func TestManyWaitForOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, &table{}, "n1", sleeper(700*time.Millisecond))
		j := n.enqueue(t, "k")
		answers := make(chan time.Time)
		for range 5 {
			go func() {
				n.wait(t, j.ID)
				answers <- time.Now()
			}()
		}
		done := time.Now().Add(700 * time.Millisecond)
		for range 5 {
			if at := <-answers; !at.Equal(done) {
				t.Errorf("one learnt of it %v late", at.Sub(done))
			}
		}
	})
}

func TestJobsOfOneTenant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, &table{}, "n1", sleeper(0))
		j := n.enqueue(t, "k")
		n.wait(t, j.ID)
		for _, tt := range []struct {
			tenant iam.TenantID
			want   int
		}{{tenant, 1}, {"t2", 0}} {
			by := iam.Actor{Tenant: tt.tenant}
			l, err := n.Jobs(t.Context(), by, Filter{Status: iam.JobSuccessful}, iam.Page{})
			if err != nil || len(l.Items) != tt.want {
				t.Errorf("%s has %d jobs, %v", tt.tenant, len(l.Items), err)
			}
			if _, err := n.Job(t.Context(), by, string(j.ID)); (err == nil) != (tt.want == 1) {
				t.Errorf("the job for %s: %v", tt.tenant, err)
			}
		}
	})
}
