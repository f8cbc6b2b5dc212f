package job

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const tenant iam.TenantID = "t1"

// node is a queue that runs until it is stopped, at the latest at the end of
// the test.
type node struct {
	*Queue
	log  *bytes.Buffer
	stop func() // returns when the queue has
}

type runners = map[string]func(context.Context, iam.TenantID, iam.Job) (string, error)

func start(t *testing.T, s Store, name string, r runners) node {
	t.Helper()
	log := &bytes.Buffer{}
	q := New(s, iam.Env{Now: time.Now, Rand: rand.Reader}, slog.New(slog.NewTextHandler(log, nil)), Options{Node: name})
	q.Register(r)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { q.Run(ctx) })
	stop := func() { cancel(); running.Wait() }
	t.Cleanup(stop)
	synctest.Wait()
	return node{q, log, stop}
}

// logged answers the log when the queue has come to rest.
func (n node) logged() string {
	synctest.Wait()
	return n.log.String()
}

// enqueue asks for a job with one task.
func (n node) enqueue(t *testing.T, kind string) iam.Job {
	t.Helper()
	j, err := n.Enqueue(t.Context(), tenant, iam.Job{Kind: kind, ObjectName: "seoul", Tasks: []iam.JobTask{{ID: "1", Status: iam.JobPending}}})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// wait answers a job when it is done, or as it is an hour later.
func (n node) wait(t *testing.T, id iam.JobID) iam.Job {
	t.Helper()
	j, err := n.Wait(t.Context(), tenant, id, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestJobRunsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, &table{}, "n1", runners{"region.create": func(_ context.Context, in iam.TenantID, j iam.Job) (string, error) {
			return fmt.Sprintf("%s made %s in attempt %d", in, j.ObjectName, j.Attempts), nil
		}})
		began := time.Now()
		asked := n.enqueue(t, "region.create")
		if asked.Status != iam.JobPending || asked.ID == "" || !asked.Created.Equal(began) || !asked.RunAt.Equal(began) {
			t.Errorf("enqueued as %+v", asked)
		}
		j := n.wait(t, asked.ID)
		if took := time.Since(began); took != 0 {
			t.Errorf("took %v: nobody was woken", took)
		}
		if j.Status != iam.JobSuccessful || j.Detail != "t1 made seoul in attempt 1" || j.LastError != "" {
			t.Errorf("ended as %+v", j)
		}
		want := []iam.JobTask{{ID: "1", Status: iam.JobSuccessful, Detail: "Worker completed task successfully."}}
		if diff := cmp.Diff(want, j.Tasks); diff != "" {
			t.Errorf("tasks (-want +got)\n%s", diff)
		}
		if err := Failure(j); err != nil {
			t.Errorf("Failure of success = %v", err)
		}
		if len(n.waiting) != 0 {
			t.Errorf("still waited for: %v", n.waiting)
		}
	})
}

func TestJobWaitsForItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, &table{}, "n1", runners{"k": func(context.Context, iam.TenantID, iam.Job) (string, error) { return "", nil }})
		at := time.Now().Add(time.Minute)
		j, err := n.Enqueue(t.Context(), tenant, iam.Job{Kind: "k", RunAt: at})
		if err != nil {
			t.Fatal(err)
		}
		n.wait(t, j.ID)
		if late := time.Since(at); late < 0 || late > time.Second {
			t.Errorf("ran %v after its time", late)
		}
	})
}

func TestBrokenRuleIsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		n := start(t, &table{}, "n1", runners{"region.delete": func(context.Context, iam.TenantID, iam.Job) (string, error) {
			attempts++
			return "", fmt.Errorf("DeleteRegion: %w", iam.E(iam.Precondition, "region %q has zones", "seoul").Because(iam.ReasonInUse))
		}})
		j := n.wait(t, n.enqueue(t, "region.delete").ID)
		if j.Status != iam.JobFailed || attempts != 1 || j.LastError != `region "seoul" has zones` {
			t.Errorf("ended as %+v after %d attempts", j, attempts)
		}
		if j.Tasks[0].Status != iam.JobFailed || j.Tasks[0].LastError != j.LastError {
			t.Errorf("task ended as %+v", j.Tasks[0])
		}
		want := &iam.Error{Kind: iam.Precondition, Code: iam.ReasonInUse, Message: `region "seoul" has zones`, Object: "seoul"}
		if diff := cmp.Diff(error(want), Failure(j)); diff != "" {
			t.Errorf("Failure (-want +got)\n%s", diff)
		}
	})
}

// TestFaultIsTriedAgain checks that attempts are spread out, that they end,
// and that the cause of a fault is for the log only.
func TestFaultIsTriedAgain(t *testing.T) {
	for name, fault := range map[string]error{
		"of ours":     errors.New("dial tcp 10.1.2.3: password=hunter2"),
		"internal":    &iam.Error{Kind: iam.Internal, Message: "hunter2"},
		"unavailable": &iam.Error{Kind: iam.Unavailable, Message: "hunter2"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var pauses []time.Duration
				last := time.Now()
				n := start(t, &table{}, "n1", runners{"k": func(context.Context, iam.TenantID, iam.Job) (string, error) {
					pauses, last = append(pauses, time.Since(last)), time.Now()
					return "", fault
				}})
				j := n.wait(t, n.enqueue(t, "k").ID)
				want := []time.Duration{0, 1e9, 2e9, 4e9, 8e9, 16e9, 32e9, 64e9}
				for i, p := range pauses {
					pauses[i] = p.Truncate(time.Second)
				}
				if diff := cmp.Diff(want, pauses); diff != "" {
					t.Errorf("pauses between attempts (-want +got)\n%s", diff)
				}
				if j.Status != iam.JobFailed || iam.KindOf(Failure(j)) != iam.KindOf(fault) {
					t.Errorf("ended as %+v: %v", j, Failure(j))
				}
				if strings.Contains(fmt.Sprintf("%+v", j), "hunter2") {
					t.Errorf("the cause can be seen in %+v", j)
				}
				if !strings.Contains(n.logged(), "hunter2") {
					t.Error("the cause is not in the log")
				}
			})
		})
	}
}

func TestFaultThatPasses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, &table{}, "n1", runners{"k": func(_ context.Context, _ iam.TenantID, j iam.Job) (string, error) {
			if j.Attempts < 3 {
				return "", iam.E(iam.Unavailable, "not yet")
			}
			return "made", nil
		}})
		j := n.wait(t, n.enqueue(t, "k").ID)
		if j.Status != iam.JobSuccessful || j.Detail != "made" || j.LastError != "" || j.Attempts != 3 || Failure(j) != nil {
			t.Errorf("ended as %+v", j)
		}
	})
}

func TestPanicEndsOneAttemptOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, &table{}, "n1", runners{
			"bad":  func(context.Context, iam.TenantID, iam.Job) (string, error) { panic("hunter2") },
			"good": func(context.Context, iam.TenantID, iam.Job) (string, error) { return "made", nil },
		})
		bad, good := n.enqueue(t, "bad"), n.enqueue(t, "good")
		if j := n.wait(t, good.ID); j.Status != iam.JobSuccessful {
			t.Errorf("beside a panic a good job ended as %+v", j)
		}
		j := n.wait(t, bad.ID)
		if j.Status != iam.JobFailed || iam.KindOf(Failure(j)) != iam.Internal || strings.Contains(j.LastError, "hunter2") {
			t.Errorf("the bad one ended as %+v", j)
		}
		if !strings.Contains(n.logged(), "queue_test.go") {
			t.Errorf("the log does not tell where it panicked:\n%s", n.logged())
		}
	})
}

func TestUnknownKindFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, &table{}, "n1", nil)
		if j := n.wait(t, n.enqueue(t, "of a newer version").ID); j.Status != iam.JobFailed {
			t.Errorf("ended as %+v", j)
		}
	})
}

func TestKeyKeepsTheSecondJobOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := start(t, &table{}, "n1", runners{"k": func(ctx context.Context, _ iam.TenantID, _ iam.Job) (string, error) {
			time.Sleep(time.Second)
			return "", nil
		}})
		want := iam.Job{Kind: "k", Key: "region/seoul"}
		first, err := n.Enqueue(t.Context(), tenant, want)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Enqueue(t.Context(), tenant, want); !iam.Is(err, iam.Exists) {
			t.Errorf("a second job of the key: %v, want Exists", err)
		}
		if _, err := n.Enqueue(t.Context(), "t2", want); err != nil {
			t.Errorf("the same key of another tenant: %v", err)
		}
		n.wait(t, first.ID)
		if _, err := n.Enqueue(t.Context(), tenant, want); err != nil {
			t.Errorf("the key of a job that is done: %v", err)
		}
	})
}

func TestWorkersBoundWhatRunsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var now, most int
		n := start(t, &table{}, "n1", runners{"k": func(context.Context, iam.TenantID, iam.Job) (string, error) {
			mu.Lock()
			now++
			most = max(most, now)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			now--
			mu.Unlock()
			return "", nil
		}})
		began := time.Now()
		var last iam.Job
		for range 10 {
			last = n.enqueue(t, "k")
		}
		n.wait(t, last.ID)
		if took := time.Since(began); most != 2 || took != 5*time.Second {
			t.Errorf("%d at once, %v for ten jobs of a second; want 2 and 5s", most, took)
		}
	})
}

func TestQueueOutlivesTheDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &table{}
		n := start(t, s, "n1", runners{"k": func(context.Context, iam.TenantID, iam.Job) (string, error) { return "", nil }})
		j := n.enqueue(t, "k")
		n.wait(t, j.ID)
		s.fail(iam.E(iam.Unavailable, "the database is down"))
		time.Sleep(time.Minute)
		if got := strings.Count(n.logged(), "cannot claim"); got != 1 {
			t.Errorf("logged %d times in a minute, want once", got)
		}
		if _, err := n.Enqueue(t.Context(), tenant, iam.Job{Kind: "k"}); !iam.Is(err, iam.Unavailable) {
			t.Errorf("Enqueue without a database = %v", err)
		}
		s.fail(nil)
		if j := n.wait(t, n.enqueue(t, "k").ID); j.Status != iam.JobSuccessful {
			t.Errorf("after the database came back a job ended as %+v", j)
		}
	})
}

// TestLanes: jobs that hang in one lane keep those of the other waiting for
// nothing, and each lane runs its own only.
func TestLanes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &table{}
		env, log := iam.Env{Now: time.Now, Rand: rand.Reader}, slog.New(slog.DiscardHandler)
		slow := New(s, env, log, Options{Node: "n1", Lane: Lane{Only: "mail.send"}, Workers: 1})
		rest := New(s, env, log, Options{Node: "n1", Lane: Lane{Except: "mail.send"}})
		var ran []string
		slow.Register(runners{"mail.send": func(ctx context.Context, _ iam.TenantID, j iam.Job) (string, error) {
			ran = append(ran, j.Kind)
			<-ctx.Done()
			return "", ctx.Err()
		}})
		rest.Register(runners{"region.create": func(_ context.Context, _ iam.TenantID, j iam.Job) (string, error) {
			ran = append(ran, j.Kind)
			return "", nil
		}})
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { slow.Run(ctx) })
		running.Go(func() { rest.Run(ctx) })
		for range 10 {
			if err := s.InsertJob(t.Context(), tenant, slow.Prepare(iam.Job{Kind: "mail.send"})); err != nil {
				t.Fatal(err)
			}
		}
		slow.Wake()
		synctest.Wait()
		j, err := rest.Enqueue(t.Context(), tenant, iam.Job{Kind: "region.create"})
		if err != nil {
			t.Fatal(err)
		}
		if j, err = rest.Wait(t.Context(), tenant, j.ID, time.Second); err != nil || j.Status != iam.JobSuccessful {
			t.Errorf("the job of the other lane is %s, %v", j.Status, err)
		}
		stop()
		running.Wait()
		if diff := cmp.Diff([]string{"mail.send", "region.create"}, ran); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	})
}
