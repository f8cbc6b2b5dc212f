package bench

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// BenchmarkGrant issues access tokens of the Cloudforet API, signed with RS256,
// from a refresh token: at least 3,000 a second on two cores.
func BenchmarkGrant(b *testing.B) {
	s := testproc.Serve(b, admin, "--data", b.TempDir())
	issueAtRate(b, dial(b, s.Addr, clients), always(request(http.MethodPost, "/identity/token/grant", "",
		fmt.Sprintf(`{"grant_type":"REFRESH_TOKEN","scope":"DOMAIN","token":%q}`, cloudforetTokens(b, s).Refresh))))
}

type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// cloudforetTokens signs the administrator in.
func cloudforetTokens(t testing.TB, s *testproc.Server) (issued tokens) {
	t.Helper()
	var domain struct {
		ID string `json:"domain_id"`
	}
	answer(t, s, request(http.MethodPost, "/identity/domain/get-auth-info", "", `{"name":"default"}`), &domain)
	answer(t, s, request(http.MethodPost, "/identity/token/issue", "", fmt.Sprintf(
		`{"auth_type":"LOCAL","domain_id":%q,"credentials":{"user_id":"admin","password":%q}}`, domain.ID, adminPassword)), &issued)
	return issued
}

// BenchmarkRefresh issues session tokens of the NetApp API, signed with HS256,
// each of which is good for one more: at least 3,000 a second on two cores.
func BenchmarkRefresh(b *testing.B) {
	s := testproc.Serve(b, admin, "--data", b.TempDir())
	conns := dial(b, s.Addr, clients)
	for _, c := range conns {
		if status, body, err := c.do(signIn()); err != nil || status != http.StatusOK {
			b.Fatalf("the server answers %d %s, %v", status, body, err)
		}
	}
	issueAtRate(b, conns, func(i int) []byte {
		return request(http.MethodPost, "/v2.1/auth/refresh", tokenIn(conns[i].last), "")
	})
}

// tokenIn finds the token in an answer of the NetApp API.
func tokenIn(body []byte) string {
	_, rest, _ := strings.Cut(string(body), `"token":"`)
	token, _, _ := strings.Cut(rest, `"`)
	return token
}

// issueAtRate reports how many tokens a second a server issues.
func issueAtRate(b *testing.B, conns []*conn, next func(int) []byte) {
	b.Helper()
	load(b, conns, round, next)
	var rates []float64
	var latencies []time.Duration
	for b.Loop() {
		us := load(b, conns, round, next)
		rates, latencies = append(rates, us.rate), append(latencies, us.latencies...)
	}
	b.ReportMetric(median(rates), "tokens/s")
	b.ReportMetric(float64(median(latencies).Microseconds()), "p50-µs")
	b.ReportMetric(float64(quantile(latencies, 0.99).Microseconds()), "p99-µs")
	b.ReportMetric(0, "ns/op") // the length of a round
}
