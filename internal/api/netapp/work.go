package netapp

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
)

// patience is how long a request waits for the job that it began, before it
// answers with the job instead of the result.
const patience = 10 * time.Second

const jobHelp = "The work is a job. The answer waits for it for up to ten seconds; " +
	"after that, or at once when the request prefers respond-async, it is 202 with the job."

// preferring is what every operation that begins a job takes.
type preferring struct {
	Prefer string `header:"Prefer" doc:"respond-async (RFC 7240): answer 202 with the job, without waiting for it."`
}

// outcome is the answer to a request that began a job: the result, or the job
// where that is not over.
type outcome[R any] struct {
	result answer[R]
	job    *answer[totalOf[jobRecord]]
}

// deletion is an outcome of which there is nothing to say.
type deletion = outcome[struct{}]

var nothing = answer[struct{}]{Status: status{Code: http.StatusNoContent}}

// HTTPStatus is that of the result, or 202.
func (o outcome[R]) HTTPStatus() int {
	if o.job != nil {
		return o.job.HTTPStatus()
	}
	return o.result.HTTPStatus()
}

// MarshalJSONTo writes the one of the two that is the answer.
func (o outcome[R]) MarshalJSONTo(to *jsontext.Encoder) error {
	if o.job != nil {
		return json.MarshalEncode(to, o.job)
	}
	return json.MarshalEncode(to, o.result)
}

// DocumentedAs shows the result in the document; it has one body a status, and
// the job is a rare one.
func (o outcome[R]) DocumentedAs() any { return o.result }

// finish waits for a job, unless the client does not want to, and answers what
// came of it. done is the answer for when all went well.
func finish[R any](ctx context.Context, d *dialect, c *api.Call, j iam.Job, in preferring, done answer[R]) (outcome[R], error) {
	if _, async := preference(in.Prefer, "respond-async"); !async {
		var err error
		if j, err = d.Jobs.Wait(ctx, c.Actor.Tenant, j.ID, patience); err != nil {
			return outcome[R]{}, err
		}
	}
	switch j.Status {
	case iam.JobSuccessful:
		return outcome[R]{result: done}, nil
	case iam.JobFailed:
		return outcome[R]{}, job.Failure(j)
	default:
		accepted := totalAnswer(status{UserMessage: messageAccepted, Code: http.StatusAccepted}, jobOf(j))
		return outcome[R]{job: &accepted}, nil
	}
}

// preference looks for one preference in a Prefer header and answers its
// value (RFC 7240 section 2). What cannot be read there is passed over.
func preference(header, name string) (value string, ok bool) {
	for part := range strings.SplitSeq(header, ",") {
		part, _, _ = strings.Cut(part, ";") // parameters
		key, value, _ := strings.Cut(part, "=")
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return strings.Trim(strings.TrimSpace(value), `"`), true
		}
	}
	return "", false
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
