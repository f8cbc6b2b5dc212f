package audit

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// heap is a store of two tenants, of which one has old events, and nothing
// else.
type heap struct {
	HistoryStore

	old    int
	calls  int
	before time.Time
	err    error
}

// keeping is how long the tenants keep their events: "b" for ever.
const keeping = 100 * 24 * time.Hour

func (h *heap) AllTenants(_ context.Context, p iam.Page) (iam.List[iam.Tenant], error) {
	if p.After == (iam.Cursor{}) { // one on each page
		return iam.List[iam.Tenant]{Items: []iam.Tenant{{ID: "b"}}, Next: iam.Cursor{ID: "b"}}, nil
	}
	return iam.List[iam.Tenant]{Items: []iam.Tenant{{ID: "a"}}}, nil
}

func (h *heap) Settings(_ context.Context, t iam.TenantID) (s iam.Settings, err error) {
	if t == "a" {
		s.KeepAuditEvents = keeping
	}
	return s, nil
}

func (h *heap) Events(context.Context, iam.TenantID, Filter, iam.Page) (iam.List[iam.Event], error) {
	return iam.List[iam.Event]{}, errors.New("not asked for")
}

func (h *heap) PurgeEvents(_ context.Context, t iam.TenantID, before time.Time, n int) (int, error) {
	if t != "a" {
		return 0, errors.New("not asked for")
	}
	h.calls, h.before = h.calls+1, before
	if h.err != nil {
		return 0, h.err
	}
	n = min(n, h.old)
	h.old -= n
	return n, nil
}

// run runs the service on a heap for some time.
func run(t *testing.T, h *heap, d time.Duration) (log string) {
	t.Helper()
	var text bytes.Buffer
	s := New(h, h, iam.Env{Now: time.Now}, slog.New(slog.NewTextHandler(&text, nil)))
	ctx, stop := context.WithTimeout(t.Context(), d)
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { s.Run(ctx) })
	running.Wait()
	return text.String()
}

// TestRetentionKeepsUp: however many are old, none is left after a turn.
func TestRetentionKeepsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &heap{old: 123_456}
		began := time.Now()
		if log := run(t, h, 61*time.Minute); log != "" {
			t.Errorf("logged %s", log)
		}
		if h.old != 0 || h.calls != 13 {
			t.Errorf("%d old ones are left after %d batches", h.old, h.calls)
		}
		if want := began.Add(time.Hour).Add(-keeping).UTC(); !h.before.Equal(want) {
			t.Errorf("removed what was before %v, want %v", h.before, want)
		}
	})
}

func TestRetentionOutlivesTheDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &heap{old: 1, err: errors.New("down")}
		if log := run(t, h, 181*time.Minute); strings.Count(log, "cannot retire events") != 3 || h.calls != 3 {
			t.Errorf("%d calls, logged %s", h.calls, log)
		}
		h.err = nil
		run(t, h, 61*time.Minute)
		if h.old != 0 {
			t.Error("gave up")
		}
	})
}
