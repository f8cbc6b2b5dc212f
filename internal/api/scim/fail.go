package scim

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// statuses has the status of each kind of error (RFC 7644 section 3.12).
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

// Words that an error may have as its scimType besides those that reasons of
// package scim are.
const (
	wordUniqueness = "uniqueness"
	wordSyntax     = string(scim.ReasonSyntax)
	wordValue      = string(scim.ReasonValue)
)

// words has those of reasons.
var words = map[iam.Reason]string{
	scim.ReasonFilter: string(scim.ReasonFilter), scim.ReasonTooMany: string(scim.ReasonTooMany), scim.ReasonMutability: string(scim.ReasonMutability),
	scim.ReasonSyntax: wordSyntax, scim.ReasonPath: string(scim.ReasonPath), scim.ReasonNoTarget: string(scim.ReasonNoTarget), scim.ReasonValue: wordValue,
	scim.ReasonCursor: string(scim.ReasonCursor), scim.ReasonCount: string(scim.ReasonCount),
	iam.ReasonMalformed: wordSyntax, iam.ReasonTooDeep: wordSyntax, iam.ReasonDuplicate: wordSyntax, iam.ReasonTooLarge: "", iam.ReasonNoMethod: "",
}

// failure is the body of an error.
type failure struct {
	Schemas  []string `json:"schemas"`
	Status   string   `json:"status"`
	SCIMType string   `json:"scimType,omitzero" doc:"The rule that was broken, in a word of the standard."`
	Detail   string   `json:"detail,omitzero"`

	retryAfter time.Duration
}

// Headers tell a caller who is not known how to become so (RFC 9110 section
// 11.6.1), and one who has to wait how long (section 10.2.3).
func (f failure) Headers(h http.Header) {
	if f.Status == strconv.Itoa(http.StatusUnauthorized) {
		h.Set("WWW-Authenticate", `Bearer realm="Gatehouse"`)
	}
	if f.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(f.retryAfter.Seconds())))
	}
}

// fail tells of an error.
func fail(r *http.Request, e *iam.Error) (int, any) {
	status := statusOf(e, conditional(r))
	return status, failureOf(status, e)
}

// statusOf is the status of an error. conditional says that what was asked for was
// to be done to one version only.
func statusOf(e *iam.Error, conditional bool) int {
	switch {
	case e.Code == iam.ReasonNoMethod:
		return http.StatusMethodNotAllowed
	case e.Code == iam.ReasonTooLarge:
		return http.StatusRequestEntityTooLarge
	case e.Kind == iam.Conflict && conditional:
		return http.StatusPreconditionFailed
	}
	return statuses[e.Kind]
}

// failureOf is the body of an error that is told with a status.
func failureOf(status int, e *iam.Error) failure {
	return failure{Schemas: []string{urnError}, Status: strconv.Itoa(status), SCIMType: word(e), Detail: e.Message, retryAfter: e.RetryAfter}
}

// word is the scimType of an error, "" where the standard has no word for it.
func word(e *iam.Error) string {
	switch e.Kind {
	case iam.Exists:
		return wordUniqueness
	case iam.Invalid:
		if w, ok := words[e.Code]; ok {
			return w
		}
		if len(e.Fields) == 0 && (e.Code == iam.ReasonRequired || e.Code == iam.ReasonType || e.Code == iam.ReasonFormat) {
			return wordSyntax // of the body as a whole
		}
		return wordValue
	}
	return ""
}
