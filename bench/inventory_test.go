package bench

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

const inventoryPath = "/api/config/namespaces/shop/application_inventory"

// BenchmarkInventory lists and counts what the 10,000 objects of a namespace
// are, half of them load balancers: under 30 ms.
func BenchmarkInventory(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			s := start(b, engine(b, name))
			s.must(b, http.MethodPost, "/api/web/namespaces", `{"metadata":{"name":"shop"}}`)
			s.must(b, http.MethodPost, "/api/config/namespaces/shop/app_firewalls", `{"metadata":{"name":"shield"},"spec":{"blocking":{}}}`)
			stock(func(path, body string) {
				if status, answer, _ := s.ask(b, adminToken, http.MethodPost, path, body); status != http.StatusOK {
					b.Errorf("POST %s: %d %.300s", path, status, answer)
				}
			})
			for _, of := range []struct {
				what, filter string
				listed       int
			}{{"all", `{}`, stocked}, {"filtered", `{"http_load_balancer_filter":{"csrf_protection":true}}`, 0}} {
				b.Run(of.what, func(b *testing.B) {
					var times []time.Duration
					for b.Loop() {
						answer, took := s.must(b, http.MethodPost, inventoryPath, of.filter)
						if n := strings.Count(answer, `"waf_enforcement_mode":"blocking"`); n != of.listed {
							b.Fatalf("%d load balancers: %.300s", n, answer)
						}
						times = append(times, took)
					}
					b.ReportMetric(float64(median(times).Microseconds())/1000, "p50-ms")
					b.ReportMetric(0, "ns/op") // with the reading of the answer
				})
			}
		})
	}
}

// stocked is how many load balancers there are.
const stocked = 5000

// stock makes them, and a pool for each.
func stock(post func(path, body string)) {
	var clients sync.WaitGroup
	for c := range 16 {
		clients.Go(func() {
			for i := c; i < stocked; i += 16 {
				post("/api/config/namespaces/shop/http_loadbalancers", fmt.Sprintf(`{"metadata":{"name":"lb-%04d"},"spec":{
					"domains":["shop-%04d.example.com"],"http":{"port":80},"app_firewall":{"name":"shield"},"round_robin":{},"rate_limit":{},
					"default_route_pools":[{"pool":{"name":"pool-%04d"},"weight":1}],"service_policies_from_namespace":{},
					"enable_api_discovery":{},"advertise_on_public_default_vip":{}}}`, i, i, i))
				post("/api/config/namespaces/shop/origin_pools", fmt.Sprintf(`{"metadata":{"name":"pool-%04d"},"spec":{"port":8080}}`, i))
			}
		})
	}
	clients.Wait()
}
