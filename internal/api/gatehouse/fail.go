package gatehouse

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// statuses has the status of each kind of error.
var statuses = map[iam.Kind]int{
	iam.Internal:        http.StatusInternalServerError,
	iam.Invalid:         http.StatusBadRequest,
	iam.Unauthenticated: http.StatusUnauthorized,
	iam.Denied:          http.StatusForbidden,
	iam.NotFound:        http.StatusNotFound,
	iam.Exists:          http.StatusConflict,
	iam.Conflict:        http.StatusConflict,
	iam.Precondition:    http.StatusConflict,
	iam.RateLimited:     http.StatusTooManyRequests,
	iam.Unavailable:     http.StatusServiceUnavailable,
}

// problem is an error (RFC 9457).
type problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitzero"`
	Code   string       `json:"code,omitzero" doc:"The rule that was broken, in one word that does not change."`
	Errors []fieldError `json:"errors,omitzero" doc:"Each member of the request that broke a rule."`

	retryAfter time.Duration
}

type fieldError struct {
	Field  string `json:"field"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Headers says what the body is, and tells a caller who is not known how to
// become so (RFC 9110 section 11.6.1).
func (p problem) Headers(h http.Header) {
	h.Set("Content-Type", "application/problem+json")
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="Gatehouse"`)
	}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(p.retryAfter.Seconds())))
	}
}

// fail tells of an error.
func fail(_ *http.Request, e *iam.Error) (int, any) {
	status := statuses[e.Kind]
	switch e.Code {
	case iam.ReasonNoMethod:
		status = http.StatusMethodNotAllowed
	case iam.ReasonTooLarge:
		status = http.StatusRequestEntityTooLarge
	}
	p := problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: e.Message, Code: string(e.Code),
		retryAfter: e.RetryAfter}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, fieldError{Field: f.Path, Code: string(f.Reason), Detail: f.Message})
	}
	return status, p
}
