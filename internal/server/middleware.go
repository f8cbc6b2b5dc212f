package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// requestIDs makes ids that are unique among nodes and starts, without a
// system call for each. They are names, not secrets.
type requestIDs struct {
	prefix string
	n      atomic.Uint64
}

func newRequestIDs() *requestIDs {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return &requestIDs{prefix: hex.EncodeToString(b[:]) + "-"}
}

func (q *requestIDs) next() string { return q.prefix + strconv.FormatUint(q.n.Add(1), 36) }

// maxClient is how much of the User-Agent is kept, in bytes.
const maxClient = 256

// entry is the middleware in front of every route.
type entry struct {
	next       http.Handler
	log        *slog.Logger
	trusted    []netip.Prefix
	publicHost string
	ids        *requestIDs
}

// ServeHTTP gives the request an id, finds out where it comes from and which
// tenant its host means, and logs it.
func (e *entry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	info := api.RequestInfo{ID: e.ids.next(), Address: clientAddress(r, e.trusted), Client: iam.Cut(r.UserAgent(), maxClient)}
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		info.Certificate = r.TLS.PeerCertificates[0]
	}
	w.Header().Set("X-Request-Id", info.ID)
	ctx := api.WithRequest(r.Context(), info)
	if code := tenantOfHost(r.Host, e.publicHost); code != "" {
		ctx = api.WithTenant(ctx, code)
	}
	rec := &recorder{ResponseWriter: w}
	defer func() {
		p := recover()
		abort := p == any(http.ErrAbortHandler)
		if p != nil && !abort {
			e.log.ErrorContext(ctx, "panic", "request_id", info.ID, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			if abort = rec.status != 0; !abort {
				http.Error(rec, "internal error", http.StatusInternalServerError)
			}
		}
		if p == nil && rec.status == 0 {
			rec.status = http.StatusOK // what net/http answers for a handler that says nothing
		}
		e.logRequest(ctx, r, info, rec.status, time.Since(start))
		if abort {
			panic(http.ErrAbortHandler) // half an answer must not look like a whole one: net/http drops the connection
		}
	}()
	e.next.ServeHTTP(rec, r.WithContext(ctx))
}

// logRequest logs a request and the status of its answer, 0 where there was
// none. The query is left out, since some clients put secrets there.
func (e *entry) logRequest(ctx context.Context, r *http.Request, info api.RequestInfo, status int, took time.Duration) {
	level := slog.LevelDebug
	if status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	if !e.log.Enabled(ctx, level) {
		return // before the attributes are made: nearly every request comes here
	}
	e.log.LogAttrs(ctx, level, "request", slog.String("request_id", info.ID), slog.String("method", r.Method),
		slog.String("path", r.URL.Path), slog.Int("status", status), slog.String("address", info.Address),
		slog.Duration("took", took))
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Flush sends what was written so far, which streams of gRPC want.
func (r *recorder) Flush() {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	_ = http.NewResponseController(r.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController reach what is beneath.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
