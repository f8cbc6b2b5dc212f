package fess

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// answer is how an error is told.
type answer struct {
	code    int // HTTP
	status  int
	message func(w words, e *iam.Error) string
}

// answers has one for each kind of error, as the real server gives it. That a
// caller without the right is answered 200, and an unknown id 400, is Fess's
// own way.
var answers = map[iam.Kind]answer{
	iam.Internal:        {http.StatusInternalServerError, statusSystemError, words.errorCode},
	iam.Invalid:         {http.StatusBadRequest, statusBadRequest, words.invalid},
	iam.Unauthenticated: {http.StatusOK, statusUnauthorized, words.unauthorized},
	iam.Denied:          {http.StatusOK, statusUnauthorized, words.unauthorized},
	iam.NotFound:        {http.StatusBadRequest, statusBadRequest, words.notFound},
	iam.Exists:          {http.StatusBadRequest, statusBadRequest, words.notStored},
	iam.Conflict:        {http.StatusBadRequest, statusBadRequest, words.notStored},
	iam.Precondition:    {http.StatusBadRequest, statusBadRequest, words.notStored},
	iam.RateLimited:     {http.StatusTooManyRequests, statusFailed, words.tooMany},
	iam.Unavailable:     {http.StatusServiceUnavailable, statusSystemError, words.unavailable},
}

// rule is a rule that was broken.
type rule struct {
	kind   iam.Kind
	reason iam.Reason
}

// exceptions are errors that are told otherwise than others of their kind.
var exceptions = map[rule]answer{
	{iam.NotFound, iam.ReasonNoPath}:   {http.StatusNotFound, statusBadRequest, words.errorCode},
	{iam.Invalid, iam.ReasonNoMethod}:  {http.StatusMethodNotAllowed, statusBadRequest, words.errorCode},
	{iam.Invalid, iam.ReasonMalformed}: {http.StatusBadRequest, statusBadRequest, words.errorCode},
	{iam.Invalid, iam.ReasonTooLarge}:  {http.StatusRequestEntityTooLarge, statusBadRequest, words.invalid},
	{iam.Denied, iam.ReasonGrant}:      {http.StatusBadRequest, statusBadRequest, words.notStored},
	{iam.Precondition, iam.ReasonSelf}: {http.StatusBadRequest, statusBadRequest, words.self},
}

func fail(r *http.Request, e *iam.Error) (int, any) {
	a, ok := exceptions[rule{e.Kind, e.Code}]
	if !ok {
		a = answers[e.Kind]
	}
	return a.code, envelope[failed]{failed{a.status, a.message(wordsFor(r), e), version}}
}
