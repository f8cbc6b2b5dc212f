package job

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// cut is a database that one node can no longer reach.
type cut struct {
	Store
	off atomic.Bool
}

func (c *cut) gone() error {
	if c.off.Load() {
		return iam.E(iam.Unavailable, "cut off")
	}
	return nil
}

func (c *cut) ClaimJobs(ctx context.Context, node string, l Lane, now time.Time, lease time.Duration, n int) ([]Claim, error) {
	if err := c.gone(); err != nil {
		return nil, err
	}
	return c.Store.ClaimJobs(ctx, node, l, now, lease, n)
}

func (c *cut) RenewLease(ctx context.Context, claim Claim, until time.Time) error {
	if err := c.gone(); err != nil {
		return err
	}
	return c.Store.RenewLease(ctx, claim, until)
}

func (c *cut) SettleJob(ctx context.Context, claim Claim) error {
	if err := c.gone(); err != nil {
		return err
	}
	return c.Store.SettleJob(ctx, claim)
}

func TestLongJobKeepsItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &table{}
		var runs atomic.Int32
		r := runners{"k": func(context.Context, iam.TenantID, iam.Job) (string, error) {
			runs.Add(1)
			time.Sleep(10 * time.Minute)
			return "made", nil
		}}
		n := start(t, s, "n1", r)
		start(t, s, "n2", r)
		if j := n.wait(t, n.enqueue(t, "k").ID); j.Status != iam.JobSuccessful || runs.Load() != 1 || j.Attempts != 1 {
			t.Errorf("ran %d times and ended as %+v", runs.Load(), j)
		}
	})
}

// TestJobOfACutOffNodeMoves takes the database from the node that runs a job:
// it has to let go before another may begin, and its outcome does not count.
func TestJobOfACutOffNodeMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &table{}
		lonely := &cut{Store: s}
		var let time.Time
		first := start(t, lonely, "n1", runners{"k": func(ctx context.Context, _ iam.TenantID, _ iam.Job) (string, error) {
			<-ctx.Done()
			let = time.Now()
			return "made by the node that was cut off", nil
		}})
		j := first.enqueue(t, "k")
		time.Sleep(45 * time.Second)
		lonely.off.Store(true)

		var began time.Time
		second := start(t, s, "n2", runners{"k": func(context.Context, iam.TenantID, iam.Job) (string, error) {
			began = time.Now()
			return "made by the other", nil
		}})
		got := second.wait(t, j.ID)
		synctest.Wait()
		if got.Status != iam.JobSuccessful || got.Detail != "made by the other" || got.Attempts != 2 {
			t.Errorf("ended as %+v", got)
		}
		if let.IsZero() || let.After(began) {
			t.Errorf("the first node let go at %v, the second began at %v", let, began)
		}
	})
}

// TestStolenLease lets a node fall asleep over its job, as a laptop or a
// virtual machine does, until another has taken the job over.
func TestStolenLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &table{}
		asleep := &cut{Store: s}
		woken := make(chan struct{})
		first := start(t, asleep, "n1", runners{"k": func(context.Context, iam.TenantID, iam.Job) (string, error) {
			<-woken // without a look at the context
			return "late", nil
		}})
		j := first.enqueue(t, "k")
		synctest.Wait()
		asleep.off.Store(true)
		second := start(t, s, "n2", sleeper(20*time.Second))
		time.Sleep(35 * time.Second)
		asleep.off.Store(false)
		close(woken)
		synctest.Wait()
		if got, _ := s.Job(t.Context(), tenant, string(j.ID)); got.Status != iam.JobRunning {
			t.Errorf("who lost the lease wrote the outcome %s %q", got.Status, got.Detail)
		}
		if got := second.wait(t, j.ID); got.Status != iam.JobSuccessful || got.Detail != "slept" {
			t.Errorf("ended as %+v", got)
		}
	})
}

// TestLeaseTakenAway: a node whose clock is behind learns by the database that
// the job is in other hands, and lets go.
func TestLeaseTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &table{}
		let := make(chan time.Time, 1)
		n := start(t, s, "n1", runners{"k": func(ctx context.Context, _ iam.TenantID, _ iam.Job) (string, error) {
			<-ctx.Done()
			let <- time.Now()
			return "late", nil
		}})
		j := n.enqueue(t, "k")
		synctest.Wait()
		taken := time.Now()
		claims, err := s.ClaimJobs(t.Context(), "n2", Lane{}, taken.Add(time.Minute), time.Hour, 1)
		if err != nil || len(claims) != 1 {
			t.Fatalf("claimed %v, %v", claims, err)
		}
		if at := <-let; at.Sub(taken) > n.opt.Lease/2 {
			t.Errorf("let go %v after another had it", at.Sub(taken))
		}
		synctest.Wait()
		if got, _ := s.Job(t.Context(), tenant, string(j.ID)); got.Status != iam.JobRunning {
			t.Errorf("who lost the lease wrote the outcome %s", got.Status)
		}
	})
}

// TestShutdownGivesJobsBack stops a node: Run returns when the job is given
// back, and another node takes it without waiting for the lease.
func TestShutdownGivesJobsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &table{}
		first := start(t, s, "n1", sleeper(time.Hour))
		j := first.enqueue(t, "k")
		time.Sleep(time.Minute)
		first.stop()
		if got, _ := s.Job(t.Context(), tenant, string(j.ID)); got.Status != iam.JobPending || got.LastError != "" {
			t.Errorf("given back as %+v", got)
		}
		began := time.Now()
		second := start(t, s, "n2", sleeper(0))
		if got := second.wait(t, j.ID); got.Status != iam.JobSuccessful || time.Since(began) > time.Second {
			t.Errorf("ended as %s after %v", got.Status, time.Since(began))
		}
	})
}

// TestShutdownLetsAJobEnd: what was finished all the same is not done twice.
func TestShutdownLetsAJobEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &table{}
		n := start(t, s, "n1", runners{"k": func(context.Context, iam.TenantID, iam.Job) (string, error) {
			time.Sleep(10 * time.Second)
			return "made", nil
		}})
		j := n.enqueue(t, "k")
		time.Sleep(time.Second)
		n.stop()
		if got, _ := s.Job(t.Context(), tenant, string(j.ID)); got.Status != iam.JobSuccessful || got.Detail != "made" {
			t.Errorf("after the stop it is %+v", got)
		}
	})
}

func TestNodesShareTheWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &table{}
		var mu sync.Mutex
		runs := map[iam.JobID]int{}
		r := runners{"k": func(_ context.Context, _ iam.TenantID, j iam.Job) (string, error) {
			mu.Lock()
			defer mu.Unlock()
			runs[j.ID]++
			return "", nil
		}}
		n := start(t, s, "n1", r)
		start(t, s, "n2", r)
		var ids []iam.JobID
		for range 200 {
			ids = append(ids, n.enqueue(t, "k").ID)
		}
		for _, id := range ids {
			n.wait(t, id)
		}
		synctest.Wait()
		for _, id := range ids {
			if runs[id] != 1 {
				t.Errorf("job %s ran %d times", id, runs[id])
			}
		}
	})
}
