package bench

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

// inside is the program in this process, asked without a network between: what
// is measured is the server's own time.
type inside struct {
	*app.App
	handler http.Handler
}

// engine answers options for a new storage on an engine: "sqlite" or "postgres".
func engine(t testing.TB, name string) app.Options {
	t.Helper()
	o := app.Options{Data: t.TempDir(), PublicURL: &url.URL{Scheme: "http", Host: "gatehouse.test"}} // links of mails begin with it
	if name == "postgres" {
		o.Database, o.Migrate = testpg.URL(t), true
	}
	return o
}

// start opens the program on a storage; twice on the same makes two nodes.
func start(t testing.TB, o app.Options) inside {
	t.Helper()
	o.Log = slog.New(slog.DiscardHandler)
	a, err := app.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { a.Run(ctx); close(done) }()
	t.Cleanup(func() {
		stop()
		<-done
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := a.FirstStart(ctx, app.Admin{Password: adminPassword, Token: adminToken}); err != nil {
		t.Fatal(err)
	}
	return inside{a, a.Handler()}
}

// ask sends one request with a token, and answers status and body, and how long
// the server took.
func (s inside) ask(t testing.TB, token, method, target, body string) (status int, answer string, took time.Duration) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token) // as all dialects take it
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	began := time.Now()
	s.handler.ServeHTTP(w, r)
	took = time.Since(began)
	out, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, string(out), took
}

// must asks as the administrator for what has to succeed.
func (s inside) must(t testing.TB, method, target, body string) (answer string, took time.Duration) {
	t.Helper()
	status, answer, took := s.ask(t, adminToken, method, target, body)
	if status != http.StatusOK {
		t.Fatalf("%s %s: %d %.300s", method, target, status, answer)
	}
	return answer, took
}
