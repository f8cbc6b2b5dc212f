package bench

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// BenchmarkList lists 20 of a million users, by keyset at random positions of
// the list: under 2 ms at the median on both engines. It is measured where the
// dialects ask, and through the Fess API as well, whose pages are numbers:
// there the database has to skip all rows in front.
func BenchmarkList(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			a := crowded(b, engine)
			by := operator(b, a)
			random := rand.New(rand.NewPCG(1, 2))
			b.Run("keyset", func(b *testing.B) {
				measure(b, func() {
					page := iam.Page{After: iam.Cursor{Key: nameOf(random.IntN(crowd)), ID: userID(0)}, Limit: 20}
					l, err := a.Directory.Users(b.Context(), by, directory.UserFilter{}, page)
					if err != nil || len(l.Items) == 0 || len(l.Items[0].Groups) != 1 || len(l.Items[0].Roles) != 1 {
						b.Fatalf("%d users, %v", len(l.Items), err)
					}
				})
			})
			c := dial(b, listen(b, a), 1)[0]
			for name, pages := range map[string]int{"fess/first-page": 1, "fess/any-page": crowd / 20} {
				b.Run(name, func(b *testing.B) {
					measure(b, func() {
						body := fmt.Sprintf(`{"size":20,"page":%d}`, 1+random.IntN(pages))
						status, answer, err := c.do(request(http.MethodGet, "/api/admin/user/settings", adminToken, body))
						if err != nil || status != http.StatusOK {
							b.Fatalf("%d %s, %v", status, answer, err)
						}
					})
				})
			}
		})
	}
}

// measure reports how long one call takes, at the median and nearly at worst.
func measure(b *testing.B, call func()) {
	b.Helper()
	var times []time.Duration
	for b.Loop() {
		began := time.Now()
		call()
		times = append(times, time.Since(began))
	}
	b.ReportMetric(float64(median(times).Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(quantile(times, 0.99).Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op") // the mean, which says less
}

// listen serves the program in this process.
func listen(b *testing.B, a *app.App) (addr string) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &http.Server{Handler: a.Handler()}
	go s.Serve(l)
	b.Cleanup(func() { s.Close() })
	return l.Addr().String()
}
