package cloudforet

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// failure is the body of an error.
type failure struct {
	Detail detail `json:"detail"`

	retryAfter time.Duration
}

type detail struct {
	Code    iam.Reason `json:"code"`
	Message string     `json:"message"`
}

// Headers tells who is blocked how long to wait (RFC 9110 section 10.2.3).
func (f failure) Headers(h http.Header) {
	if f.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(f.retryAfter.Seconds())))
	}
}

// fail puts an error into the envelope.
func fail(r *http.Request, e *iam.Error) (int, any) {
	code, message := tell(r, e)
	status := statuses[vendorErrors[code].status]
	if e.Code == iam.ReasonNoMethod {
		status = http.StatusMethodNotAllowed
	}
	return status, failure{Detail: detail{code, message}, retryAfter: e.RetryAfter}
}

// tell finds the vendor's code and text for an error.
func tell(r *http.Request, e *iam.Error) (iam.Reason, string) {
	if _, ok := vendorErrors[e.Code]; ok {
		return e.Code, e.Message
	}
	code, about := errUnknown, []string{e.Message}
	switch e.Kind {
	case iam.Internal:
		about = []string{"internal error"}
	case iam.Invalid:
		code, about = invalid(r, e)
	case iam.Unauthenticated:
		code = errAuthenticate
	case iam.Denied:
		code, about = errDenied, nil
	case iam.NotFound:
		code, about = errNotFound, []string{"id", iam.Cut(e.Object, maxTold)}
		if e.Code == iam.ReasonNoPath {
			code, about = unsupported(r)
		}
	case iam.Exists:
		code, about = errNotUnique, []string{"name", iam.Cut(e.Object, maxTold)}
	case iam.Conflict:
		code = errConflict
	case iam.Precondition:
		code = errArgument
		if e.Code == iam.ReasonReauth { // what helps is to sign in again
			code = errAuthenticate
		}
	case iam.RateLimited:
		code = errTooMany
	case iam.Unavailable:
		code = errUnavailable
	}
	return code, text(code, about...)
}

func unsupported(r *http.Request) (iam.Reason, []string) {
	return errUnsupported, []string{"method: " + r.Method + ", path: " + iam.Cut(r.URL.Path, maxTold)}
}

// Names of the wire for those of the core, and of Python for types.
var (
	keys  = map[string]string{"display_name": "name", "time_zone": "timezone", "attributes." + attrTags: "tags", "attributes": "tags"}
	types = map[string]string{"a string": "str", "an integer": "int", "true or false": "bool", "an object": "dict", "an array": "list"}
)

// invalid tells the first rule that an input broke.
func invalid(r *http.Request, e *iam.Error) (iam.Reason, []string) {
	if len(e.Fields) == 0 {
		switch e.Code {
		case iam.ReasonNoMethod:
			return unsupported(r)
		case iam.ReasonMalformed, iam.ReasonRequired:
			return errUnknown, []string{"JSON Parsing Error: Request body requires JSON format."}
		case iam.ReasonType:
			return errType, []string{"body", "dict"}
		default:
			return errParameter, []string{"body", e.Message}
		}
	}
	f := e.Fields[0]
	key := f.Path
	if wire, ok := keys[key]; ok {
		key = wire
	}
	reason := f.Message
	if rest, ok := strings.CutPrefix(reason, f.Path); ok { // messages begin with the path that they are about
		reason = key + rest
	}
	switch f.Reason {
	case iam.ReasonRequired:
		return errRequired, []string{key}
	case iam.ReasonType:
		_, want, _ := strings.Cut(f.Message, " must be ")
		return errType, []string{key, types[want]}
	}
	if key == "email" {
		return errEmailFormat, []string{"Email format required."}
	}
	return errParameter, []string{key, reason}
}
