package netapp

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// statuses are the HTTP statuses of errors. The vendor lists 400, 401, 403,
// 404, 405, 412 and 500; the others say what none of these does.
var statuses = map[iam.Kind]int{
	iam.Internal:        http.StatusInternalServerError,
	iam.Invalid:         http.StatusBadRequest,
	iam.Unauthenticated: http.StatusUnauthorized,
	iam.Denied:          http.StatusForbidden,
	iam.NotFound:        http.StatusNotFound,
	iam.Exists:          http.StatusConflict,
	iam.Conflict:        http.StatusConflict,
	iam.Precondition:    http.StatusPreconditionFailed,
	iam.RateLimited:     http.StatusTooManyRequests,
	iam.Unavailable:     http.StatusServiceUnavailable,
}

// failure is the envelope of an error. The vendor shows none; its result is an
// empty object, so that a client that looks into it finds nothing.
type failure struct {
	Status status   `json:"status"`
	Result struct{} `json:"result"`
}

// Headers tells a caller who is not known how to become so (RFC 9110 section
// 11.6.1).
func (f failure) Headers(h http.Header) {
	if f.Status.Code == http.StatusUnauthorized {
		h.Add("WWW-Authenticate", `Bearer realm="Gatehouse"`)
		h.Add("WWW-Authenticate", `Basic realm="Gatehouse", charset="UTF-8"`)
	}
}

// fail puts an error into the envelope.
func fail(_ *http.Request, e *iam.Error) (int, any) {
	code := statuses[e.Kind]
	if e.Code == iam.ReasonNoMethod {
		code = http.StatusMethodNotAllowed
	}
	return code, failure{Status: status{UserMessage: e.Message, Code: code}}
}

// inWords tells an error about input in the words of the wire: names are those
// of the members by the core's. Any other error it answers as it is.
func inWords(err error, names map[string]string) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	told := *e
	told.Fields = make([]iam.Field, len(e.Fields))
	messages := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		if wire, ok := names[f.Path]; ok {
			// Messages begin with the path that they are about.
			if rest, ok := strings.CutPrefix(f.Message, f.Path); ok {
				f.Message = wire + rest
			}
			f.Path = wire
		}
		told.Fields[i], messages[i] = f, f.Message
	}
	told.Message = strings.Join(messages, "; ")
	return &told
}
