package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
)

// logged is a log of one JSON object a line.
type logged struct{ bytes.Buffer }

func (l *logged) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// lines answers the lines with a message.
func (l *logged) lines(t *testing.T, message string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for line := range strings.Lines(l.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		if m["msg"] == message {
			found = append(found, m)
		}
	}
	return found
}

// through sends a request through the middleware to a handler.
func through(r *http.Request, h http.HandlerFunc) (*httptest.ResponseRecorder, *logged) {
	log := &logged{}
	w := httptest.NewRecorder()
	e := &entry{next: h, log: log.logger(), trusted: proxies, publicHost: "id.example.com", ids: newRequestIDs()}
	e.ServeHTTP(w, r)
	return w, log
}

func TestRequestInfo(t *testing.T) {
	r := httptest.NewRequest("GET", "http://acme.id.example.com/x?token=hunter2", nil)
	r.RemoteAddr = "10.0.0.1:1"
	r.Header.Set("X-Forwarded-For", "198.51.100.7")
	r.Header.Set("X-Request-Id", "chosen by the client")
	r.Header.Set("User-Agent", strings.Repeat("한", 200))
	var info api.RequestInfo
	var tenant string
	w, log := through(r, func(w http.ResponseWriter, r *http.Request) {
		info, tenant = api.RequestOf(r.Context()), api.TenantOf(r.Context())
		w.WriteHeader(http.StatusTeapot)
	})
	if info.ID == "" || info.ID == "chosen by the client" || info.ID != w.Header().Get("X-Request-Id") {
		t.Errorf("request id %q, answered %q", info.ID, w.Header().Get("X-Request-Id"))
	}
	if info.Address != "198.51.100.7" || tenant != "acme" || len(info.Client) != 255 {
		t.Errorf("info %+v, tenant %q", info, tenant)
	}
	lines := log.lines(t, "request")
	if len(lines) != 1 || lines[0]["status"] != 418.0 || lines[0]["request_id"] != info.ID || lines[0]["path"] != "/x" ||
		lines[0]["method"] != "GET" || lines[0]["address"] != "198.51.100.7" || lines[0]["level"] != "DEBUG" {
		t.Errorf("logged %v", lines)
	}
	if strings.Contains(log.String(), "hunter2") {
		t.Errorf("the query is in the log: %s", log)
	}
}

func TestRequestIDsAreUnique(t *testing.T) {
	a, b := newRequestIDs(), newRequestIDs() // two nodes
	seen := map[string]bool{}
	for range 1000 {
		for _, id := range []string{a.next(), b.next()} {
			if seen[id] {
				t.Fatalf("%q again", id)
			}
			seen[id] = true
		}
	}
}

func TestStatusIsLogged(t *testing.T) {
	for _, tt := range []struct {
		name   string
		h      http.HandlerFunc
		status float64
		level  string
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, 200, "DEBUG"},
		{"a body only", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("x")) }, 200, "DEBUG"},
		{"refused", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, 403, "DEBUG"},
		{"unavailable", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, 503, "WARN"},
		{"twice", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201); w.WriteHeader(500) }, 201, "DEBUG"},
	} {
		_, log := through(httptest.NewRequest("GET", "/", nil), tt.h)
		lines := log.lines(t, "request")
		if len(lines) != 1 || lines[0]["status"] != tt.status || lines[0]["level"] != tt.level {
			t.Errorf("%s: logged %v", tt.name, lines)
		}
	}
}

func TestPanicIsOurFault(t *testing.T) {
	w, log := through(httptest.NewRequest("GET", "/x", nil), func(http.ResponseWriter, *http.Request) {
		panic(errors.New("hunter2"))
	})
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "hunter2") {
		t.Errorf("answered %d %q", w.Code, w.Body)
	}
	panics := log.lines(t, "panic")
	if len(panics) != 1 || panics[0]["request_id"] != w.Header().Get("X-Request-Id") ||
		!strings.Contains(panics[0]["stack"].(string), "middleware_test.go") {
		t.Errorf("panics logged: %v", panics)
	}
	if lines := log.lines(t, "request"); len(lines) != 1 || lines[0]["status"] != 500.0 {
		t.Errorf("logged %v", lines)
	}
}

// TestHalfAnAnswerIsNoAnswer: a client must see that what it got is not all.
func TestHalfAnAnswerIsNoAnswer(t *testing.T) {
	for name, cause := range map[string]any{"panic": "broken", "abort": http.ErrAbortHandler} {
		t.Run(name, func(t *testing.T) {
			log := &logged{}
			e := &entry{log: log.logger(), ids: newRequestIDs(), next: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, "[1,2,")
				_ = http.NewResponseController(w).Flush()
				panic(cause)
			})}
			web := httptest.NewServer(e)
			web.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
			resp, err := web.Client().Get(web.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if body, err := io.ReadAll(resp.Body); err == nil {
				t.Errorf("the client takes %q for the whole answer", body)
			}
			web.Close()
			if n := len(log.lines(t, "panic")); (n == 1) != (name == "panic") {
				t.Errorf("%d panics logged", n)
			}
			if n := len(log.lines(t, "request")); n != 1 {
				t.Errorf("%d requests logged", n)
			}
		})
	}
}

// TestQuietWhereAllIsWell: with the default level a request that went well
// leaves no line.
func TestQuietWhereAllIsWell(t *testing.T) {
	log := &bytes.Buffer{}
	e := &entry{next: http.NotFoundHandler(), log: slog.New(slog.NewTextHandler(log, nil)), ids: newRequestIDs()}
	e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
	if log.Len() > 0 {
		t.Errorf("logged %s", log)
	}
}
