package scim

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// TestEveryKindHasAStatus: none is answered with 200, or with nothing.
func TestEveryKindHasAStatus(t *testing.T) {
	for _, k := range iam.Kinds() {
		if s := statuses[k]; s < 400 {
			t.Errorf("%v is %d", k, s)
		}
	}
}

func TestFail(t *testing.T) {
	field := func(r iam.Reason) *iam.Error {
		var c iam.Checker
		c.Add("userName", r, "userName is wrong")
		e, _ := errors.AsType[*iam.Error](c.Err())
		return e
	}
	plain := httptest.NewRequest(http.MethodPut, "/", nil)
	guarded := plain.Clone(t.Context())
	guarded.Header.Set("If-Match", `W/"1"`)
	for _, tt := range []struct {
		request *http.Request
		err     *iam.Error
		status  int
		word    string
	}{
		{plain, field(iam.ReasonRequired), 400, "invalidValue"},
		{plain, field(iam.ReasonDuplicate), 400, "invalidSyntax"},
		{plain, field(scim.ReasonNoTarget), 400, "noTarget"},
		{plain, iam.E(iam.Invalid, "no body").Because(iam.ReasonRequired), 400, "invalidSyntax"},
		{plain, iam.E(iam.Invalid, "no JSON").Because(iam.ReasonMalformed), 400, "invalidSyntax"},
		{plain, iam.E(iam.Invalid, "weak").Because(iam.ReasonWeakPassword), 400, "invalidValue"},
		{plain, iam.E(iam.Invalid, "large").Because(iam.ReasonTooLarge), 413, ""},
		{plain, iam.E(iam.Invalid, "method").Because(iam.ReasonNoMethod), 405, ""},
		{plain, iam.ErrExists("user", "ada"), 409, "uniqueness"},
		{plain, iam.ErrStale("user", "ada"), 409, ""},
		{guarded, iam.ErrStale("user", "ada"), 412, ""},
		{guarded, iam.ErrNotFound("user", "ada"), 404, ""},
		{plain, iam.E(iam.Internal, "internal error"), 500, ""},
	} {
		status, body := fail(tt.request, tt.err)
		if f, _ := body.(failure); status != tt.status || f.SCIMType != tt.word || f.Detail != tt.err.Message {
			t.Errorf("%v is %d %+v, want %d %q", tt.err, status, body, tt.status, tt.word)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	_, body := fail(httptest.NewRequest(http.MethodGet, "/", nil), &iam.Error{Kind: iam.RateLimited, RetryAfter: 90 * time.Second})
	f, _ := body.(failure)
	h := http.Header{}
	f.Headers(h)
	if h.Get("Retry-After") != "90" || h.Get("WWW-Authenticate") != "" {
		t.Errorf("%v", h)
	}
}

// TestConditions: tags are compared without regard to their being weak, and what
// is none of ours is the tag of nothing.
func TestConditions(t *testing.T) {
	for _, tt := range []struct {
		conditions
		holds bool // for version 3
	}{
		{conditions{}, true},
		{conditions{IfMatch: `W/"3"`}, true}, {conditions{IfMatch: `"3"`}, true}, {conditions{IfMatch: `W/"2" , W/"3"`}, true}, {conditions{IfMatch: "*"}, true},
		{conditions{IfMatch: `W/"2"`}, false}, {conditions{IfMatch: `"x"`}, false}, {conditions{IfMatch: `"-1"`}, false}, {conditions{IfMatch: ","}, false},
		{conditions{IfNoneMatch: `W/"2"`}, true}, {conditions{IfNoneMatch: `"x"`}, true}, {conditions{IfNoneMatch: `"2", "3"`}, false}, {conditions{IfNoneMatch: "*"}, false},
		{conditions{IfMatch: "*", IfNoneMatch: `"3"`}, false}, {conditions{IfMatch: `"3"`, IfNoneMatch: `"2"`}, true},
	} {
		if got := tt.hold(3); got != tt.holds {
			t.Errorf("%+v: %v", tt.conditions, got)
		}
	}
}
