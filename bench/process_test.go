package bench

import (
	"os"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// BenchmarkStart starts the server on a database that is there, until it says
// that it is ready: under 60 ms. It also reports the size of the binary, which
// is to stay under 40 MB.
func BenchmarkStart(b *testing.B) {
	data := existingData(b)
	info, err := os.Stat(testproc.Build(b, "cmd/gatehouse"))
	if err != nil {
		b.Fatal(err)
	}
	var times []time.Duration
	for b.Loop() {
		times = append(times, startTime(b, data))
	}
	b.ReportMetric(float64(median(times).Microseconds())/1000, "ms-to-ready")
	b.ReportMetric(float64(quantile(times, 0.9).Microseconds())/1000, "p90-ms-to-ready")
	b.ReportMetric(float64(info.Size())/1e6, "MB-binary")
	b.ReportMetric(0, "ns/op") // with the stop
}

// existingData is the folder of a server that has run before.
func existingData(t testing.TB) string {
	t.Helper()
	data := t.TempDir()
	testproc.Serve(t, admin, "--data", data).Stop(t)
	return data
}

// startTime starts a server and stops it again, and answers how long it took
// from the start of the process to the first answer that it is ready.
func startTime(t testing.TB, data string) time.Duration {
	t.Helper()
	began := time.Now()
	s := testproc.Serve(t, nil, "--data", data)
	testproc.AwaitReady(t, s.Addr)
	took := time.Since(began)
	s.Stop(t)
	return took
}

// BenchmarkIdle reports what the server has in memory when it has nothing to
// do: under 40 MB, right after the start, and a minute after its last request.
func BenchmarkIdle(b *testing.B) {
	s := testproc.Serve(b, admin, "--data", existingData(b))
	var started, after memory
	for b.Loop() {
		time.Sleep(time.Second)
		started = memoryOf(b, s.Pid)
		load(b, dial(b, s.Addr, clients), time.Second, always(request("GET", "/api/admin/user/settings", adminToken, "")))
		load(b, dial(b, s.Addr, clients), time.Second, always(signIn()))
		time.Sleep(time.Minute)
		after = memoryOf(b, s.Pid)
	}
	b.ReportMetric(float64(started.now)/1e6, "MB-started")
	b.ReportMetric(float64(after.now)/1e6, "MB-idle")
	b.ReportMetric(float64(after.peak)/1e6, "MB-peak")
	b.ReportMetric(0, "ns/op") // mostly sleep
}
