package bench

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/gatehouse-id/gatehouse/internal/password"
	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// hashRound is as round, for work of which one piece takes some 25 ms. It is
// shorter than the pause after which the server gives the memory of hashing
// back to the operating system.
const hashRound = time.Second

// BenchmarkSignIn signs in with a password through the NetApp API, and
// compares with the hash alone, computed by as many goroutines as there are
// processors: at least 0.9 of their rate, without an error, within a bound of
// memory.
func BenchmarkSignIn(b *testing.B) {
	s := testproc.Serve(b, admin, "--data", b.TempDir())
	conns := dial(b, s.Addr, clients)
	load(b, conns, round, always(signIn()))

	var ratios, signIns, hashes []float64
	var latencies []time.Duration
	var resident int64
	for b.Loop() {
		us := load(b, conns, hashRound, always(signIn()))
		resident = max(resident, memoryOf(b, s.Pid).now)
		alone := hashRate(hashRound)
		ratios = append(ratios, us.rate/alone)
		signIns, hashes = append(signIns, us.rate), append(hashes, alone)
		latencies = append(latencies, us.latencies...)
	}
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(median(signIns), "sign-ins/s")
	b.ReportMetric(median(hashes), "argon2id/s")
	b.ReportMetric(float64(median(latencies).Milliseconds()), "p50-ms")
	b.ReportMetric(float64(slices.Max(latencies).Milliseconds()), "max-ms")
	b.ReportMetric(float64(memoryOf(b, s.Pid).peak)/(1<<20), "peak-MiB")
	b.ReportMetric(float64(resident)/(1<<20), "MiB-under-load")
	b.ReportMetric(0, "ns/op") // the length of a round
}

func signIn() []byte {
	return request(http.MethodPost, "/v2.1/auth/signin", "", fmt.Sprintf(`{"username":"admin","password":%q}`, adminPassword))
}

// hashRate is how many passwords a second the machine hashes when it does
// nothing else.
func hashRate(d time.Duration) float64 {
	p := password.DefaultParams()
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	var done atomic.Int64
	var workers sync.WaitGroup
	began := time.Now()
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for time.Since(began) <= d {
				argon2.IDKey([]byte(adminPassword), salt, p.Time, p.Memory, p.Lanes, 32)
				if counts(time.Since(began), d) {
					done.Add(1)
				}
			}
		})
	}
	workers.Wait()
	return perSecond(int(done.Load()), d)
}
