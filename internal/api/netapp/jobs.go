package netapp

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
)

// longestPoll bounds a long poll, in seconds.
const longestPoll = 30

func (d *dialect) jobOperations() []api.Operation {
	return []api.Operation{
		api.Handle(api.Op{
			ID: "job.list", Methods: []string{http.MethodGet}, Paths: at("jobs"), Access: api.Requires(iam.JobsRead),
			Tag: "Jobs", Summary: "List jobs", Description: filterHelp, Errors: []iam.Kind{iam.NotFound}, ResponseExample: jobListExample,
		}, d.jobs),
		api.Handle(api.Op{
			ID: "job.get", Methods: []string{http.MethodGet}, Paths: at("jobs/{id}"), Access: api.Requires(iam.JobsRead),
			Tag: "Jobs", Summary: "Get a job by id",
			Description: "Answers at once, or with wait when the job is over. The final states are NORMAL and ERROR.",
			Errors:      []iam.Kind{iam.NotFound}, ResponseExample: jobGetExample,
		}, d.job),
	}
}

// State is the word of the vendor's text for what status says in its samples.
const (
	stateUnderWay   = "WARNING" // the only one of the vendor's four that is not final
	stateSuccessful = "NORMAL"
	stateFailed     = "ERROR"
)

type jobRecord struct {
	ID           string    `json:"id"`
	Action       string    `json:"action"`
	Summary      string    `json:"job_summary"`
	Created      string    `json:"created"`
	Updated      string    `json:"updated"`
	ObjectID     string    `json:"object_id"`
	ObjectType   string    `json:"object_type"`
	ObjectName   string    `json:"object_name,omitzero"`
	Status       string    `json:"status" doc:"pending, running, successful or failed."`
	StatusDetail string    `json:"status_detail"`
	LastError    string    `json:"last_error"`
	UserID       string    `json:"user_id"`
	Tasks        []jobTask `json:"job_tasks"`
	State        string    `json:"state" doc:"NORMAL when successful, ERROR when failed, WARNING until then."`
}

type jobTask struct {
	ID             string            `json:"id"`
	JobID          string            `json:"job_id"`
	Action         string            `json:"action"`
	Driver         string            `json:"driver"`
	ObjectID       string            `json:"object_id"`
	ObjectType     string            `json:"object_type"`
	ResourceType   string            `json:"resource_type"`
	Status         string            `json:"status"`
	StatusDetail   string            `json:"status_detail"`
	LastError      string            `json:"last_error"`
	UserID         string            `json:"user_id"`
	RequestPayload map[string]string `json:"request_payload" doc:"Never a secret."`
}

func jobOf(j iam.Job) jobRecord {
	r := jobRecord{
		ID: iam.Short(j.ID), Action: j.Action, Summary: j.Summary, Created: stamp(j.Created), Updated: stamp(j.Updated),
		ObjectID: iam.Short(j.ObjectID), ObjectType: j.ObjectType, ObjectName: j.ObjectName,
		Status: string(j.Status), StatusDetail: j.Detail, LastError: j.LastError, UserID: iam.Short(j.User), State: stateOf(j.Status),
	}
	r.Tasks = records(j.Tasks, func(t iam.JobTask) jobTask {
		return jobTask{
			ID: iam.Short(t.ID), JobID: r.ID, Action: t.Action, Driver: "gatehouse", ObjectID: r.ObjectID, ObjectType: r.ObjectType,
			ResourceType: t.Resource, Status: string(t.Status), StatusDetail: t.Detail, LastError: t.LastError,
			UserID: r.UserID, RequestPayload: t.Payload,
		}
	})
	return r
}

func stateOf(s iam.JobStatus) string {
	switch s {
	case iam.JobSuccessful:
		return stateSuccessful
	case iam.JobFailed:
		return stateFailed
	default:
		return stateUnderWay
	}
}

// stamp is a time as the vendor writes it: UTC, with three digits of the
// second's fraction even when they are zero.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

var jobList = list{limit: iam.DefaultPage, sorts: []string{"created", "updated"}, unfiltered: []string{
	"id", "job_summary", "created", "updated", "object_id", "status_detail", "last_error", "user_id", "job_tasks", "state"}}

func (d *dialect) jobs(ctx context.Context, c *api.Call, in struct {
	paging
	within
	Status     iam.JobStatus `query:"status" doc:"pending, running, successful or failed."`
	Action     iam.Pattern   `query:"action"`
	ObjectType iam.Pattern   `query:"object_type"`
	ObjectName iam.Pattern   `query:"object_name"`
}) (answer[pageOf[jobRecord]], error) {
	p, err := jobList.page(c, in.paging)
	if err != nil {
		return answer[pageOf[jobRecord]]{}, err
	}
	switch in.Status {
	case "", iam.JobPending, iam.JobRunning, iam.JobSuccessful, iam.JobFailed:
	default:
		var check iam.Checker
		check.Add("status", iam.ReasonFormat, "status must be pending, running, successful or failed")
		return answer[pageOf[jobRecord]]{}, check.Err()
	}
	by, err := d.enter(ctx, c, in.TenantID)
	if err != nil {
		return answer[pageOf[jobRecord]]{}, err
	}
	found, err := d.Jobs.Jobs(ctx, by, job.Filter{
		Status: in.Status, Action: in.Action, ObjectType: in.ObjectType, ObjectName: in.ObjectName}, p)
	return pageAnswer(found, p, jobOf), err
}

func (d *dialect) job(ctx context.Context, c *api.Call, in struct {
	identified
	within
	Wait   int    `query:"wait" doc:"Seconds to wait for the end of the job; more than 30 are taken for 30."`
	Prefer string `header:"Prefer" doc:"wait=N (RFC 7240) means the same."`
}) (answer[totalOf[jobRecord]], error) {
	if in.Wait < 0 {
		var check iam.Checker
		check.Add("wait", iam.ReasonFormat, "wait must not be negative")
		return answer[totalOf[jobRecord]]{}, check.Err()
	}
	if in.Wait == 0 {
		value, _ := preference(in.Prefer, "wait")
		if n, err := strconv.Atoi(value); err == nil {
			in.Wait = n
		}
	}
	by, err := d.enter(ctx, c, in.TenantID)
	if err != nil {
		return answer[totalOf[jobRecord]]{}, err
	}
	j, err := d.Jobs.Job(ctx, by, in.ID)
	if err == nil && in.Wait > 0 && !j.Status.Done() {
		j, err = d.Jobs.Wait(ctx, by.Tenant, j.ID, time.Duration(min(in.Wait, longestPoll))*time.Second)
	}
	return totalAnswer(okay(1), jobOf(j)), err
}
