package console

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// failing is a Tenancy that cannot answer.
type failing struct {
	Tenancy
	err error
}

func (f failing) ByCode(context.Context, string) (iam.Tenant, error) { return iam.Tenant{}, f.err }

// TestFaultsAreTold: whatever breaks, there is a page that says so, and nothing
// of what broke is on it.
func TestFaultsAreTold(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		words  string
		logged bool
	}{
		{iam.E(iam.Unavailable, "dial 10.1.2.3: hunter2"), 503, "cannot reach our database", true},
		{errors.New("hunter2"), 500, "on our side", true},
		{&iam.Error{Kind: iam.Internal, Message: "hunter2"}, 500, "on our side", true},
		{iam.ErrNotFound("tenant", "hunter2"), 404, "not there", false},
		{&iam.Error{Kind: iam.RateLimited, Message: "x", RetryAfter: 90 * time.Second}, 429, "wait 90 seconds", false},
	} {
		var log strings.Builder
		s := New(Deps{Tenancy: failing{err: tt.err}, Log: slog.New(slog.NewTextHandler(&log, nil))})
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/sign-in", nil))
		page := w.Body.String()
		if w.Code != tt.status || !strings.Contains(page, tt.words) || strings.Contains(page, "hunter2") || w.Header().Get("Content-Security-Policy") == "" {
			t.Errorf("%v: %d %v\n%s", tt.err, w.Code, w.Header(), page)
		}
		if logged := strings.Contains(log.String(), "hunter2"); logged != tt.logged {
			t.Errorf("%v: the log has %q", tt.err, log.String())
		}
	}
}

// TestFaultsOfFields: every rule that a form can break is told next to its field.
func TestFaultsOfFields(t *testing.T) {
	v := &visit{words: english, settings: iam.DefaultSettings()}
	v.settings.Password.MinDigits = 2
	for _, tt := range []struct {
		field iam.Field
		want  string
	}{
		{iam.Field{Path: "name", Reason: iam.ReasonRequired}, "Please fill this in."},
		{iam.Field{Path: "password", Reason: iam.ReasonLength, Min: 8, Max: 256}, "Enter between 8 and 256 characters."},
		{iam.Field{Path: "phone", Reason: iam.ReasonLength, Max: 64}, "Enter at most 64 characters."},
		{iam.Field{Path: "password", Reason: iam.ReasonDigits}, "At least this many digits: 2"},
		{iam.Field{Path: "password", Reason: iam.ReasonCommon}, "Many people use this password, and attackers try it first."},
		{iam.Field{Path: "email", Reason: iam.ReasonFormat}, "Enter an address such as name@example.com."},
		{iam.Field{Path: "image", Reason: iam.ReasonTooLarge}, "The image is too large: at most 5 MB and 40 million pixels."},
		{iam.Field{Path: "anything", Reason: "new"}, "This is not in the right form."},
	} {
		if got := v.fault(tt.field); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.field.Path, tt.field.Reason, got, tt.want)
		}
	}
}
