package bench

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

const evaluatePath = "/api/web/namespaces/system/evaluate-api-access"

// BenchmarkEvaluate asks, in one request to the F5 API, for a hundred thousand
// decisions, a thousand lists of a hundred calls: under 300 ms in the server.
func BenchmarkEvaluate(b *testing.B) {
	s := start(b, engine(b, "sqlite"))
	s.must(b, http.MethodPost, "/api/web/namespaces", `{"metadata":{"name":"shop"}}`)
	question := questions(1000, 100)
	var times []time.Duration
	for b.Loop() {
		answer, took := s.must(b, http.MethodPost, evaluatePath, question)
		if n := strings.Count(answer, `"path":`); n != 100_000 || !strings.Contains(answer, `"result":true`) || !strings.Contains(answer, `"result":false`) {
			b.Fatalf("%d decisions: %.300s", n, answer)
		}
		times = append(times, took)
	}
	b.ReportMetric(float64(median(times).Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(quantile(times, 0.99).Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op") // with the reading of the answer
}

// BenchmarkEvaluateFew asks for ten decisions at a time, and compares with the
// bare handler: at least 0.3 of its rate.
func BenchmarkEvaluateFew(b *testing.B) {
	s, body, ask := withQuestion(b)
	yardstick := bare(b, body)
	compare(b, side{dial(b, s.Addr, clients), s.Pid, ask}, side{dial(b, yardstick.addr, clients), yardstick.pid, ask})
}

// withQuestion starts a server, and answers it with a question about ten calls
// and what it answers.
func withQuestion(t testing.TB) (s *testproc.Server, body []byte, ask func(int) []byte) {
	t.Helper()
	s = testproc.Serve(t, admin, "--data", t.TempDir())
	must(t, s, http.MethodPost, "/api/web/namespaces", `{"metadata":{"name":"shop"}}`)
	question := questions(1, 10)
	body = must(t, s, http.MethodPost, evaluatePath, question)
	if !strings.Contains(string(body), `"result":true`) {
		t.Fatalf("the answer is %s", body)
	}
	return s, body, always(request(http.MethodPost, evaluatePath, adminToken, question))
}

// questions asks about calls of all dialects, some of which no operation serves.
func questions(lists, items int) string {
	calls := []string{
		`{"method":"GET","path":"/api/web/namespaces/shop/contacts"}`,
		`{"method":"POST","path":"/api/config/namespaces/shop/http_loadbalancers"}`,
		`{"method":"PUT","path":"/api/config/namespaces/shop/app_firewalls/first"}`,
		`{"method":"POST","path":"/api/web/custom/namespaces/system/user_roles"}`,
		`{"method":"GET","path":"/api/web/custom/namespaces/system/whoami"}`,
		`{"method":"DELETE","path":"/api/web/namespaces/system/roles/auditor"}`,
		`{"method":"GET","path":"/v2.1/regions/kr-central"}`,
		`{"method":"PUT","path":"/api/admin/user/setting"}`,
		`{"method":"GET","path":"/api/v1/sub-accounts/7"}`,
		`{"method":"GET","path":"/api/nothing/is/here"}`,
	}
	var all strings.Builder
	all.WriteString(`{"namespace":"shop","access_control_type":"ALL","item_lists":[`)
	for i := range lists {
		if i > 0 {
			all.WriteByte(',')
		}
		fmt.Fprintf(&all, `{"list_id":"list-%d","items":[`, i)
		for j := range items {
			if j > 0 {
				all.WriteByte(',')
			}
			all.WriteString(calls[(i+j)%len(calls)])
		}
		all.WriteString(`]}`)
	}
	all.WriteString(`]}`)
	return all.String()
}
