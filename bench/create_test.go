package bench

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// creators is how many clients create users at a time.
const creators = 16

// BenchmarkCreate makes users through the NetApp API, durably, on SQLite: at
// least 1,500 a second where an fsync takes 1 ms or less. The body has no
// password, whose hash is another row's subject; the Fess API would demand one.
func BenchmarkCreate(b *testing.B) {
	data := dataFolder(b)
	s := testproc.Serve(b, admin, "--data", data)
	conns := dial(b, s.Addr, creators)
	next := newUsers(creators)
	load(b, conns, round, next)

	began := processorTime(b, s.Pid)
	var rates []float64
	var latencies []time.Duration
	made := 0
	for b.Loop() {
		r := load(b, conns, round, next)
		made += r.answers
		rates = append(rates, r.rate)
		latencies = append(latencies, r.latencies...)
	}
	b.ReportMetric(median(rates), "creates/s")
	b.ReportMetric(slices.Min(rates), "min-creates/s")
	b.ReportMetric(float64(median(latencies).Microseconds()), "p50-µs")
	b.ReportMetric(float64(quantile(latencies, 0.99).Microseconds()), "p99-µs")
	b.ReportMetric(float64((processorTime(b, s.Pid)-began).Microseconds())/float64(made), "cpu-µs/create")
	b.ReportMetric(float64(syncTime(b, data).Microseconds()), "fsync-µs")
	b.ReportMetric(0, "ns/op") // the length of a round
}

// newUsers answers requests that each make another user. The requests of a
// connection are one, in which the digits of the name are counted up.
func newUsers(conns int) func(conn int) []byte {
	const digits = "000000000"
	requests, places, counts := make([][]byte, conns), make([]int, conns), make([]int, conns)
	for i := range conns {
		name := fmt.Sprintf("bench-%02d-%s", i, digits)
		requests[i] = request(http.MethodPost, "/v2.1/users", adminToken,
			fmt.Sprintf(`{"username":%q,"firstName":"Alice","lastName":"Kim","email":"alice@example.com"}`, name))
		places[i] = bytes.Index(requests[i], []byte(digits))
	}
	return func(conn int) []byte {
		counts[conn]++
		n := strconv.AppendInt(nil, int64(counts[conn]), 10)
		at := places[conn] + len(digits) - len(n)
		copy(requests[conn][at:], n)
		return requests[conn]
	}
}

// dataFolder is a folder for data on a disk that is meant: below
// GATEHOUSE_BENCH_DATA, or where temporary files are.
func dataFolder(b *testing.B) string {
	b.Helper()
	root := os.Getenv("GATEHOUSE_BENCH_DATA")
	if root == "" {
		return b.TempDir()
	}
	folder, err := os.MkdirTemp(root, "data-") //nolint:usetesting // on the disk that the operator names
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

// syncTime is how long the disk takes to make 4 KiB durable, at the median.
func syncTime(b *testing.B, folder string) time.Duration {
	b.Helper()
	f, err := os.Create(filepath.Join(folder, "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	times := make([]time.Duration, 300)
	for i := range times {
		began := time.Now()
		if _, err := f.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
		times[i] = time.Since(began)
	}
	return median(times)
}
