package gatehouse

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type everybody struct{}

func (everybody) Authorize(context.Context, iam.Actor, int, string) error { return nil }

func TestDocument(t *testing.T) {
	g := api.NewRegistry(slog.New(slog.DiscardHandler), everybody{})
	d, ops := New(Deps{})
	g.Add(d, ops...)
	if _, err := g.OpenAPI(name); err != nil {
		t.Fatal(err)
	}
	for _, op := range g.Operations() {
		o := op.Op
		if o.Summary == "" || o.Tag == "" {
			t.Errorf("%s has no summary or tag", o.ID)
		}
		if o.ResponseExample == nil && o.Status != http.StatusNoContent {
			t.Errorf("%s has no example of its answer", o.ID)
		}
		if o.Access.IsPublic() {
			t.Errorf("%s is public", o.ID)
		}
	}
}

func TestEveryKindHasAStatus(t *testing.T) {
	for _, k := range iam.Kinds() {
		status, body := fail(nil, iam.E(k, "x"))
		p, ok := body.(problem)
		if status < 400 || status > 599 || !ok || p.Status != status || p.Title == "" || p.Detail != "x" {
			t.Errorf("%v is told as %d %+v", k, status, body)
		}
		h := http.Header{}
		p.Headers(h)
		if h.Get("Content-Type") != "application/problem+json" || (h.Get("WWW-Authenticate") != "") != (k == iam.Unauthenticated) {
			t.Errorf("%v has the headers %v", k, h)
		}
	}
	if len(statuses) != len(iam.Kinds()) {
		t.Errorf("%d statuses for %d kinds", len(statuses), len(iam.Kinds()))
	}
}

func TestFail(t *testing.T) {
	var check iam.Checker
	check.Add("path", iam.ReasonRequired, "path is required")
	check.Add("method", iam.ReasonFormat, "method is odd")
	invalid, _ := errors.AsType[*iam.Error](check.Err())
	late := iam.E(iam.RateLimited, "slowly")
	late.RetryAfter = 90 * time.Second
	for name, tt := range map[string]struct {
		err        *iam.Error
		want       string
		retryAfter string
	}{
		"fields": {invalid, `{"type":"about:blank","title":"Bad Request","status":400,"detail":"path is required; method is odd","code":"required",` +
			`"errors":[{"field":"path","code":"required","detail":"path is required"},{"field":"method","code":"format","detail":"method is odd"}]}`, ""},
		"too large": {iam.E(iam.Invalid, "large").Because(iam.ReasonTooLarge),
			`{"type":"about:blank","title":"Request Entity Too Large","status":413,"detail":"large","code":"too_large"}`, ""},
		"too many": {late, `{"type":"about:blank","title":"Too Many Requests","status":429,"detail":"slowly"}`, "90"},
	} {
		_, body := fail(nil, tt.err)
		text, err := json.Marshal(body)
		if err != nil || string(text) != tt.want {
			t.Errorf("%s: %s, %v, want %s", name, text, err, tt.want)
		}
		h := http.Header{}
		body.(problem).Headers(h)
		if got := h.Get("Retry-After"); got != tt.retryAfter {
			t.Errorf("%s: Retry-After %q, want %q", name, got, tt.retryAfter)
		}
	}
}
