package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestAnswer(t *testing.T) {
	z := openZoo(t)
	r := httptest.NewRequest("GET", "/zoo/hours", nil)
	r = r.WithContext(api.WithRequest(r.Context(), api.RequestInfo{ID: "r1", Address: "192.0.2.1"}))
	w := z.serve(r)
	const want = "{\"at\":\"192.0.2.1\",\"bad\":\"\ufffd\",\"by\":\"r1\",\"open\":\"<9>\"}"
	if w.Code != http.StatusOK || w.Body.String() != want {
		t.Errorf("got %d %s, want 200 %s", w.Code, w.Body, want)
	}
	wantHeader := http.Header{
		"Content-Type": {"application/json"}, "Content-Length": {fmt.Sprint(len(want))},
		"Cache-Control": {"no-store"}, "X-Content-Type-Options": {"nosniff"},
	}
	if diff := cmp.Diff(wantHeader, w.Header()); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestAnswerChoosesStatusAndHeaders(t *testing.T) {
	w := openZoo(t).do(t, "POST", "/zoo/animals/hatch", `{"kind":"emu"}`)
	if w.Code != http.StatusAccepted || w.Header().Get("Location") != "/zoo/animals/emu" {
		t.Errorf("got %d, Location %q", w.Code, w.Header().Get("Location"))
	}
}

func TestNoContent(t *testing.T) {
	w := openZoo(t).do(t, "POST", "/zoo/ns/open/clean", "")
	if w.Code != http.StatusNoContent || w.Body.Len() != 0 || w.Header().Get("Content-Type") != "" || w.Header().Get("Content-Length") != "" {
		t.Errorf("got %d %q %v", w.Code, w.Body, w.Header())
	}
}

func TestAccess(t *testing.T) {
	tests := map[string]struct {
		method, target, caller string
		status                 int
		asked                  []int // the Authorizer
	}{
		"public, nobody":           {"GET", "/zoo/hours", "", 200, nil},
		"signed in, nobody":        {"POST", "/zoo/animals/hatch", "", 401, nil},
		"signed in, visitor":       {"POST", "/zoo/animals/hatch", "visitor", 202, nil},
		"permission, nobody":       {"GET", "/zoo/animals/7", "", 401, nil},
		"permission, visitor":      {"GET", "/zoo/animals/7", "visitor", 403, []int{0}},
		"permission, keeper":       {"GET", "/zoo/animals/7", "keeper", 200, []int{0}},
		"namespace, keeper":        {"POST", "/zoo/ns/open/clean", "keeper", 204, []int{2}},
		"closed namespace, keeper": {"POST", "/zoo/ns/closed/clean", "keeper", 403, []int{2}},
		"escaped namespace":        {"POST", "/zoo/ns/c%6Cosed/clean", "keeper", 403, []int{2}},
		"refused before the body":  {"GET", "/zoo/animals/7?page=x", "visitor", 403, []int{0}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			z := openZoo(t)
			w := z.do(t, tt.method, tt.target, `{"kind":"emu"}`, "Authorization: Bearer "+tt.caller)
			if w.Code != tt.status {
				t.Errorf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if diff := cmp.Diff(tt.asked, z.gate.seen); diff != "" {
				t.Errorf("endpoints authorized (-want +got):\n%s", diff)
			}
			if got := w.Header().Get("WWW-Authenticate") != ""; got != (tt.status == 401) {
				t.Errorf("WWW-Authenticate %v", w.Header())
			}
		})
	}
}

// What is our fault is logged with the request's id and never shown.
func TestFaults(t *testing.T) {
	tests := map[string]struct {
		status int
		kind   iam.Kind
		text   string
		log    string
	}{
		"/zoo/fail/foreign":     {500, iam.Internal, "internal error", "disk on fire"},
		"/zoo/fail/internal":    {500, iam.Internal, "internal error", "disk on fire"},
		"/zoo/fail/unavailable": {503, iam.Unavailable, "try later", "disk on fire"},
		"/zoo/fail/wrapped":     {404, iam.NotFound, `animal "7" not found`, ""},
		"/zoo/panic":            {500, iam.Internal, "internal error", "lion at large"},
		"/zoo/broken":           {500, iam.Internal, "internal error", "func()"},
	}
	for target, tt := range tests {
		t.Run(target, func(t *testing.T) {
			z := openZoo(t)
			r := httptest.NewRequest("GET", target, nil)
			p := wantProblem(t, z.serve(r.WithContext(api.WithRequest(r.Context(), api.RequestInfo{ID: "r42"}))), tt.status, tt.kind, "")
			if p.Text != tt.text {
				t.Errorf("message %q, want %q", p.Text, tt.text)
			}
			log := z.log.String()
			switch {
			case tt.log == "" && log != "":
				t.Errorf("logged: %s", log)
			case tt.log != "" && (!strings.Contains(log, tt.log) || !strings.Contains(log, "request_id=r42") || strings.Count(log, "\n") != 1):
				t.Errorf("log must name %q and the request once: %s", tt.log, log)
			}
		})
	}
}

func TestPanicIsLoggedWithItsStack(t *testing.T) {
	z := openZoo(t)
	z.do(t, "GET", "/zoo/panic", "")
	if !strings.Contains(z.log.String(), "zoo_test.go") {
		t.Errorf("no stack in: %s", z.log)
	}
}

func TestAbortIsLeftToTheServer(t *testing.T) {
	defer func() {
		if err, ok := recover().(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("recovered %v", err)
		}
	}()
	openZoo(t).do(t, "GET", "/zoo/abort", "")
}

// A client that goes away is nobody's fault.
func TestClientGone(t *testing.T) {
	z := openZoo(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := z.serve(httptest.NewRequestWithContext(ctx, "GET", "/zoo/wait", nil))
	wantProblem(t, w, 503, iam.Unavailable, "")
	if z.log.Len() > 0 {
		t.Errorf("logged: %s", z.log)
	}
}

func TestErrorThatCannotBeEncoded(t *testing.T) {
	z := openZoo(t)
	d := newZoo()
	d.Name, d.Prefixes = "mute", []string{"/mute/"}
	d.Fail = func(*http.Request, *iam.Error) (int, any) { return 404, broken{} }
	z.Add(d)
	w := z.do(t, "GET", "/mute/x", "")
	if w.Code != 500 || !strings.Contains(z.log.String(), "cannot be encoded") {
		t.Errorf("got %d %s, log %s", w.Code, w.Body, z.log)
	}
}

func TestObserve(t *testing.T) {
	z := openZoo(t)
	z.Observe = func(op api.Registered, status int, took time.Duration) {
		if took < 0 {
			t.Errorf("took %v", took)
		}
		z.observed = append(z.observed, fmt.Sprint(op.Dialect.Name, " ", op.Op.ID, " ", op.Endpoint, " ", status))
	}
	z.do(t, "GET", "/zoo/hours", "")
	z.do(t, "POST", "/zoo/animals/hatch", `{"kind":"emu"}`)
	z.do(t, "GET", "/zoo/animals/7", "", "Authorization: none")
	z.do(t, "GET", "/zoo/panic", "")
	z.do(t, "GET", "/zoo/nowhere", "")
	want := []string{"zoo hours 3 200", "zoo egg.hatch 1 202", "zoo animal.feed 0 401", "zoo panic 5 500"}
	if diff := cmp.Diff(want, z.observed); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
}
