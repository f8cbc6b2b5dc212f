package console_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// What a page of the account may cost. Other tests run on the same machine:
// the best of several attempts counts, which they disturb least.
const (
	mostServerTime = 5 * time.Millisecond
	mostBytes      = 60_000
	mostPaint      = 300 // milliseconds until the first content
)

// slowdown is what the race detector may cost, 1 without it.
var slowdown = 1

func TestAccountPageIsQuickOnTheServer(t *testing.T) {
	s := secure(t)
	v := s.visitor(t)
	v.signIn(app.AdminName, apptest.AdminPassword)
	for _, path := range []string{"/account", "/account/security", "/account/sessions", "/account/history", "/account/keys", "/account/preferences"} {
		best := time.Hour
		for range 30 {
			start := time.Now()
			if resp := v.get(path); resp.Status != http.StatusOK {
				t.Fatalf("%s: %d", path, resp.Status)
			}
			best = min(best, time.Since(start))
		}
		t.Logf("%s: %v", path, best)
		if best > mostServerTime*time.Duration(slowdown) {
			t.Errorf("%s takes %v, want at most %v", path, best, mostServerTime)
		}
	}
}

// TestAccountPageIsLight counts what the browser loads for it the first time,
// and how long it takes to show something.
func TestAccountPageIsLight(t *testing.T) {
	b := newSite(t).open(t)
	b.signIn(app.AdminName, apptest.AdminPassword)
	b.reach("/account")
	for _, path := range []string{"/account", "/account/preferences"} {
		best := 1e9
		for range 8 {
			b.get(path)
			var paint float64
			b.until("something to be painted", func() bool {
				paint, _ = chromedp.Run(b.ctx, chromedp.Evaluate[float64](`performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0`))
				return paint > 0
			})
			best = min(best, paint)
		}
		size := ask(b, chromedp.Evaluate[float64](
			`["navigation", "resource"].flatMap((t) => performance.getEntriesByType(t)).reduce((n, e) => n + e.decodedBodySize, 0)`))
		t.Logf("%s: %.0f bytes, first content after %.0f ms", path, size, best)
		if size < 5000 || size > mostBytes {
			t.Errorf("%s has %.0f bytes in all, want at most %d", path, size, mostBytes)
		}
		if best > mostPaint*float64(slowdown) {
			t.Errorf("%s shows something after %.0f ms, want at most %d", path, best, mostPaint)
		}
	}
}

func BenchmarkAccountPage(b *testing.B) {
	s := secure(b)
	v := s.visitor(b)
	v.signIn(app.AdminName, apptest.AdminPassword)
	for b.Loop() {
		if resp := v.get("/account"); resp.Status != http.StatusOK {
			b.Fatal(resp.Status)
		}
	}
}
