package bench

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// few and many are which one is made, counted from 1, of what there is at most
// 10,000 of in a tenant.
const few, many = 10, 10_000

// BenchmarkGrowth makes namespace number 10,000 of a tenant and number 10 of
// another, and tenant number 10,000 and number 10 of an installation, in turns:
// at most 1.1 times as long. What is made is removed again, in its own time.
func BenchmarkGrowth(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		for what, makes := range map[string]func(testing.TB, inside) growing{"namespaces": namespaces, "tenants": tenants} {
			b.Run(name+"/"+what, func(b *testing.B) {
				sides := make([]growing, 2)
				for i, n := range []int{few, many} {
					sides[i] = makes(b, start(b, engine(b, name)))
					for j := sides[i].present + 1; j < n; j++ {
						sides[i].make(j)
					}
				}
				var times [2][]time.Duration
				for turn := 0; b.Loop(); turn++ {
					for i := range sides {
						i = (i + turn) % 2 // neither always follows the other
						took := sides[i].make(many)
						times[i] = append(times[i], took)
						sides[i].remove()
					}
				}
				small, large := median(times[0]), median(times[1])
				b.ReportMetric(float64(large)/float64(small), "ratio")
				b.ReportMetric(float64(small.Microseconds()), "µs-number-10")
				b.ReportMetric(float64(large.Microseconds()), "µs-number-10000")
				b.ReportMetric(0, "ns/op") // of both, with the removals
			})
		}
	}
}

// growing is what there can be many of.
type growing struct {
	present int                       // in the beginning
	make    func(i int) time.Duration // makes one, and answers how long it took
	remove  func()                    // removes the last one
}

func namespaces(t testing.TB, s inside) growing {
	t.Helper()
	var last string
	return growing{
		present: len(iam.BuiltinNamespaces()),
		make: func(i int) time.Duration {
			last = fmt.Sprintf("shop-%05d", i)
			_, took := s.must(t, http.MethodPost, "/api/web/namespaces", fmt.Sprintf(`{"metadata":{"name":%q,"labels":{"stage":"test"}},"spec":{}}`, last))
			return took
		},
		remove: func() {
			s.must(t, http.MethodPost, "/api/web/namespaces/"+last+"/cascade_delete", fmt.Sprintf(`{"name":%q}`, last))
		},
	}
}

func tenants(t testing.TB, s inside) growing {
	t.Helper()
	home, err := s.Tenancy.ByCode(t.Context(), iam.DefaultTenant)
	if err != nil {
		t.Fatal(err)
	}
	var last iam.Tenant
	return growing{
		present: 1,
		make: func(i int) time.Duration {
			began := time.Now()
			if last, err = s.Tenancy.CreateTenant(t.Context(), iam.System(home.ID, "bench"), home.ID,
				tenancy.NewTenant{Code: fmt.Sprintf("tenant-%05d", i)}); err != nil {
				t.Fatal(err)
			}
			return time.Since(began)
		},
		remove: func() {
			status, answer, _ := s.ask(t, adminToken, http.MethodDelete, "/v2.1/tenants/"+iam.Short(last.ID), "")
			if status != http.StatusNoContent {
				t.Fatalf("removing a tenant: %d %s", status, answer)
			}
		},
	}
}
