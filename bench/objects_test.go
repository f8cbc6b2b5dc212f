package bench

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// listed is how many objects the long list has.
const listed = 500

const listPath = "/api/config/namespaces/shop/http_loadbalancers?report_fields=true"

// BenchmarkListObjects lists 500 configuration objects of a namespace with all
// that they are, out of as many of another kind: under 10 ms in the server.
func BenchmarkListObjects(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			s := start(b, engine(b, name))
			fill(b, func(path, body string) { s.must(b, http.MethodPost, path, body) })
			var times []time.Duration
			for b.Loop() {
				answer, took := s.must(b, http.MethodGet, listPath, "")
				if n := strings.Count(answer, `"get_spec":`); n != listed {
					b.Fatalf("%d objects: %.300s", n, answer)
				}
				times = append(times, took)
			}
			b.ReportMetric(float64(median(times).Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(quantile(times, 0.99).Microseconds())/1000, "p99-ms")
			b.ReportMetric(0, "ns/op") // with the reading of the answer
		})
	}
}

// fill makes the objects of the long list, and others beside them.
func fill(t testing.TB, post func(path, body string)) {
	t.Helper()
	post("/api/web/namespaces", `{"metadata":{"name":"shop"}}`)
	for i := range listed {
		post("/api/config/namespaces/shop/http_loadbalancers", fmt.Sprintf(`{"metadata":{"name":"lb-%03d","labels":{"stage":"live","tier":"web"},
			"annotations":{"owner":"sales"},"description":"Where the shop is"},"spec":{"domains":["shop-%03d.example.com"],"http":{"port":80},
			"default_route_pools":[{"pool":{"name":"pool-%03d","namespace":"shop"},"weight":1,"priority":1}],
			"app_firewall":{"name":"shield"},"advertise_on_public_default_vip":{}}}`, i, i, i))
		post("/api/config/namespaces/shop/origin_pools", fmt.Sprintf(`{"metadata":{"name":"pool-%03d"},"spec":{"port":8080,
			"origin_servers":[{"public_name":{"dns_name":"origin-%03d.example.com"}}]}}`, i, i))
	}
}
