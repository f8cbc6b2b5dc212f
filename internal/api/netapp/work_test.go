package netapp

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type queue interface{ Jobs }

// settled is a queue in which every job has come to the same.
type settled struct {
	queue
	job    iam.Job
	err    error
	waited time.Duration
}

func (q *settled) Wait(_ context.Context, t iam.TenantID, id iam.JobID, most time.Duration) (iam.Job, error) {
	q.waited = most
	q.job.ID = id
	if t != "home" {
		return iam.Job{}, iam.ErrNotFound("job", string(id))
	}
	return q.job, q.err
}

func TestFinish(t *testing.T) {
	job := func(s iam.JobStatus, k iam.Kind) iam.Job {
		return iam.Job{Status: s, Failure: k, LastError: "because", Reason: iam.ReasonInUse}
	}
	tests := map[string]struct {
		prefer string
		job    iam.Job
		err    error
		code   int
		kind   iam.Kind // where there is no code
		waited time.Duration
	}{
		"successful":       {"", job(iam.JobSuccessful, 0), nil, 201, 0, patience},
		"failed":           {"", job(iam.JobFailed, iam.Precondition), nil, 0, iam.Precondition, patience},
		"slow":             {"", job(iam.JobRunning, 0), nil, 202, 0, patience},
		"trying again":     {"", job(iam.JobPending, iam.Unavailable), nil, 202, 0, patience},
		"not waited for":   {"respond-async", job(iam.JobSuccessful, 0), nil, 202, 0, 0},
		"storage is away":  {"", iam.Job{}, iam.E(iam.Unavailable, "x"), 0, iam.Unavailable, patience},
		"other preference": {"return=minimal", job(iam.JobSuccessful, 0), nil, 201, 0, patience},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			q := &settled{job: tt.job, err: tt.err}
			c := &api.Call{Actor: iam.Actor{Tenant: "home"}}
			got, err := finish(t.Context(), &dialect{Deps{Jobs: q}}, c, iam.Job{ID: "j", Status: iam.JobPending}, preferring{tt.prefer},
				totalAnswer(created(), zoneRecord{}))
			switch {
			case tt.code == 0 && (err == nil || iam.KindOf(err) != tt.kind):
				t.Errorf("error %v, want %v", err, tt.kind)
			case tt.code != 0 && (err != nil || got.HTTPStatus() != tt.code):
				t.Errorf("%d, %v; want %d", got.HTTPStatus(), err, tt.code)
			}
			if q.waited != tt.waited {
				t.Errorf("waited %v, want %v", q.waited, tt.waited)
			}
		})
	}
}

func TestPreference(t *testing.T) {
	tests := []struct {
		header, name, value string
		ok                  bool
	}{
		{"", "wait", "", false},
		{"respond-async", "respond-async", "", true},
		{"Respond-Async, wait=10", "respond-async", "", true},
		{"respond-async, WAIT = 10", "wait", "10", true},
		{`return=minimal; foo="a"; bar , wait="7"; x=1`, "wait", "7", true},
		{"wait=3, wait=5", "wait", "3", true}, // RFC 7240 section 2: the first counts
		{"async", "respond-async", "", false},
		{"handling=lenient;wait=1", "wait", "", false},
		{",,=,;", "wait", "", false},
	}
	for _, tt := range tests {
		if value, ok := preference(tt.header, tt.name); value != tt.value || ok != tt.ok {
			t.Errorf("preference(%q, %q) = %q, %v; want %q, %v", tt.header, tt.name, value, ok, tt.value, tt.ok)
		}
	}
}

func FuzzPreference(f *testing.F) {
	f.Add("respond-async, wait=10; x")
	f.Fuzz(func(t *testing.T, header string) {
		// What else is asked never hides a preference in front of it.
		if value, ok := preference("wait=4,"+header, "wait"); !ok || value != "4" {
			t.Errorf("wait=4,%s: %q, %v", header, value, ok)
		}
	})
}

func TestOutcome(t *testing.T) {
	job := totalAnswer(status{UserMessage: messageAccepted, Code: 202}, jobRecord{})
	zone := totalAnswer(created(), zoneRecord{Name: "z"})
	tests := map[string]struct {
		out  interface{ HTTPStatus() int }
		code int
		same any
	}{
		"over":       {outcome[totalOf[zoneRecord]]{result: zone}, 201, zone},
		"under way":  {outcome[totalOf[zoneRecord]]{result: zone, job: &job}, 202, job},
		"gone":       {deletion{result: nothing}, 204, nothing},
		"going away": {deletion{job: &job}, 202, job},
	}
	for name, tt := range tests {
		got, err := json.Marshal(tt.out)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(tt.same)
		if err != nil {
			t.Fatal(err)
		}
		if tt.out.HTTPStatus() != tt.code || !bytes.Equal(got, want) {
			t.Errorf("%s: %d %s, want %d %s", name, tt.out.HTTPStatus(), got, tt.code, want)
		}
	}
}

func TestOkay(t *testing.T) {
	for n, want := range map[int]string{0: "Okay. Returned 0 records.", 1: "Okay. Returned 1 record.", 34: "Okay. Returned 34 records."} {
		if got := okay(n); got.UserMessage != want || got.Code != 200 || got.VerboseMessage != "" {
			t.Errorf("okay(%d) = %+v", n, got)
		}
	}
	if got := pageAnswer(iam.List[iam.Zone]{}, iam.Page{Sort: "name", Limit: 5}, zoneOf); got.Result.Records == nil || got.Result.OrderBy != "asc" {
		t.Errorf("empty page %+v", got)
	}
}
