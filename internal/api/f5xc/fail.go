package f5xc

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// outcome is an HTTP status and the code of gRPC that goes with it
// (google.rpc.Code).
type outcome struct{ status, code int }

var outcomes = map[iam.Kind]outcome{
	iam.Internal:        {http.StatusInternalServerError, 13},
	iam.Invalid:         {http.StatusBadRequest, 3},
	iam.Unauthenticated: {http.StatusUnauthorized, 16},
	iam.Denied:          {http.StatusForbidden, 7},
	iam.NotFound:        {http.StatusNotFound, 5},
	iam.Exists:          {http.StatusConflict, 6},
	iam.Conflict:        {http.StatusConflict, 10},
	iam.Precondition:    {http.StatusConflict, 9},
	iam.RateLimited:     {http.StatusTooManyRequests, 8},
	iam.Unavailable:     {http.StatusServiceUnavailable, 14},
}

// Outcomes that no kind of error has of itself.
var (
	noMethod = outcome{http.StatusNotImplemented, 12} // as the gRPC gateway answers it
	tooLate  = outcome{http.StatusGatewayTimeout, 4}
)

// failure is the envelope of an error, that of the gRPC gateway.
type failure struct {
	Code    int      `json:"code"`
	Details []detail `json:"details"`
	Message string   `json:"message"`
	// Err is the word for it that operations on tickets have besides.
	Err ticketResult `json:"err,omitzero"`

	retryAfter time.Duration
}

// detail is a protobuf Any.
type detail struct {
	TypeURL string `json:"type_url"`
	Value   []byte `json:"value"`
}

// Headers tells a caller who is not known how to become so (RFC 9110 section
// 11.6.1), and one who has to wait how long (section 10.2.3).
func (f failure) Headers(h http.Header) {
	if f.Code == outcomes[iam.Unauthenticated].code {
		h.Set("WWW-Authenticate", `APIToken realm="Gatehouse"`)
	}
	if f.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(f.retryAfter.Seconds())))
	}
}

// fail puts an error into the envelope.
func fail(r *http.Request, e *iam.Error) (int, any) {
	o := outcomes[e.Kind]
	message := e.Message
	switch {
	case e.Code == iam.ReasonNoMethod:
		o = noMethod
	case e.Kind == iam.Unavailable && errors.Is(r.Context().Err(), context.DeadlineExceeded):
		o = tooLate
	case e.Kind == iam.Exists:
		message = "Object already exists" // the vendor's own words, which clients look for
	case e.Kind == iam.Invalid:
		if told, ok := errors.AsType[*iam.Error](inWords(e, nil)); ok {
			message = told.Message
		}
	}
	f := failure{Code: o.code, Details: []detail{}, Message: message, retryAfter: e.RetryAfter}
	if e.Code == iam.ReasonNoTicket {
		f.Err = ticketUnknown
	}
	return o.status, f
}
