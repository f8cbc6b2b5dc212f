package f5xc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestFail: every kind of error has its status and code, and the vendor's
// envelope.
func TestFail(t *testing.T) {
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	var c iam.Checker
	c.Add("name", iam.ReasonRequired, "name is required")
	c.Add("metadata.name", iam.ReasonType, "metadata.name must be a string")
	c.Add("spec.rules", iam.ReasonLimit, "Field spec.rules should have at most 4 items, got 5 in request.")
	slow := iam.E(iam.RateLimited, "too many attempts")
	slow.RetryAfter = 90 * time.Second

	kinds := map[iam.Kind]string{
		iam.Internal:        `500 {"code":13,"details":[],"message":"about it"}`,
		iam.Invalid:         `400 {"code":3,"details":[],"message":"about it"}`,
		iam.Unauthenticated: `401 {"code":16,"details":[],"message":"about it"}`,
		iam.Denied:          `403 {"code":7,"details":[],"message":"about it"}`,
		iam.NotFound:        `404 {"code":5,"details":[],"message":"about it"}`,
		iam.Exists:          `409 {"code":6,"details":[],"message":"Object already exists"}`,
		iam.Conflict:        `409 {"code":10,"details":[],"message":"about it"}`,
		iam.Precondition:    `409 {"code":9,"details":[],"message":"about it"}`,
		iam.RateLimited:     `429 {"code":8,"details":[],"message":"about it"}`,
		iam.Unavailable:     `503 {"code":14,"details":[],"message":"about it"}`,
	}
	for _, k := range iam.Kinds() {
		if got := told(t.Context(), t, iam.E(k, "about it")); got != kinds[k] {
			t.Errorf("%v: %s, want %s", k, got, kinds[k])
		}
	}

	for name, tt := range map[string]struct {
		ctx  context.Context
		err  error
		want string
	}{
		"no such method": {t.Context(), iam.E(iam.Invalid, "not here").Because(iam.ReasonNoMethod), `501 {"code":12,"details":[],"message":"not here"}`},
		"time is over":   {late, iam.E(iam.Unavailable, "given up"), `504 {"code":4,"details":[],"message":"given up"}`},
		"fields": {t.Context(), c.Err(), `400 {"code":3,"details":[],"message":"Field name should be not nil, got nil in request. ` +
			`Field metadata.name should be a string. Field spec.rules should have at most 4 items, got 5 in request."}`},
	} {
		if got := told(tt.ctx, t, tt.err); got != tt.want {
			t.Errorf("%s: %s\nwant %s", name, got, tt.want)
		}
	}

	headers := map[string]http.Header{}
	for name, e := range map[string]*iam.Error{"slow": slow, "unknown": iam.E(iam.Unauthenticated, "who?"), "other": iam.E(iam.Denied, "no")} {
		_, body := fail(httptest.NewRequest(http.MethodGet, "/", nil), e)
		headers[name] = http.Header{}
		body.(failure).Headers(headers[name])
	}
	if diff := cmp.Diff(map[string]http.Header{"slow": {"Retry-After": {"90"}}, "unknown": {"Www-Authenticate": {`APIToken realm="Gatehouse"`}},
		"other": {}}, headers); diff != "" {
		t.Error(diff)
	}
}

// told is the answer to an error, on one line.
func told(ctx context.Context, t *testing.T, e error) string {
	t.Helper()
	known, ok := errors.AsType[*iam.Error](e)
	if !ok {
		t.Fatal(e)
	}
	status, body := fail(httptest.NewRequestWithContext(ctx, http.MethodGet, "/", nil), known)
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%d %s", status, text)
}
