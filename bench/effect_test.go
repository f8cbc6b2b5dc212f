package bench

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
)

// BenchmarkEffect gives somebody a role in a namespace, and takes it away again:
// the next request on the same node knows, and another node within a second.
func BenchmarkEffect(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			o := engine(b, name)
			here, there := start(b, o), start(b, o)
			toggle := worker(b, here)
			var times []time.Duration
			for i := 0; b.Loop(); i++ {
				may := i%2 == 0
				token, changed := toggle(may)
				want := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}[may]
				if status, answer, _ := here.ask(b, token, http.MethodGet, workPath, ""); status != want {
					b.Fatalf("the next request on the same node: %d %s, want %d", status, answer, want)
				}
				times = append(times, awaitEffect(b, there, token, want, changed))
			}
			b.ReportMetric(float64(median(times).Milliseconds()), "p50-ms")
			b.ReportMetric(float64(slices.Max(times).Milliseconds()), "max-ms")
			b.ReportMetric(0, "ns/op") // mostly waiting
		})
	}
}

const workPath = "/api/web/namespaces/shop/contacts"

// worker makes a namespace and somebody without a right in it. What it answers
// gives them one or takes it, and tells their token and when it was done.
func worker(t testing.TB, s inside) func(may bool) (token string, changed time.Time) {
	t.Helper()
	s.must(t, http.MethodPost, "/api/web/namespaces", `{"metadata":{"name":"shop"}}`)
	user := func(method, roles string) {
		s.must(t, method, "/api/web/custom/namespaces/system/user_roles", fmt.Sprintf(
			`{"email":"bob@example.com","first_name":"Bob","last_name":"Lee","namespace":"system","type":"SERVICE","namespace_roles":[%s]}`, roles))
	}
	user(http.MethodPost, "")
	by := operator(t, s.App)
	u, err := s.Directory.User(t.Context(), by, directory.UserKey{Username: "bob@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	token, _, err := s.Authn.CreateToken(t.Context(), by, "default", authn.NewToken{User: u.ID})
	if err != nil {
		t.Fatal(err)
	}
	return func(may bool) (string, time.Time) {
		roles := ""
		if may {
			roles = `{"namespace":"shop","role":"ves-io-developer-role"}`
		}
		user(http.MethodPut, roles)
		return token, time.Now()
	}
}

// awaitEffect asks a node until it answers with a status, and tells how long
// after the change that was. It asks from the first moment on, so that the node
// remembers what was.
func awaitEffect(t testing.TB, s inside, token string, want int, changed time.Time) time.Duration {
	t.Helper()
	for {
		status, answer, _ := s.ask(t, token, http.MethodGet, workPath, "")
		took := time.Since(changed)
		if status == want {
			return took
		}
		if took > 30*time.Second {
			t.Fatalf("after %v another node answers %d %s, want %d", took, status, answer, want)
		}
		time.Sleep(time.Millisecond)
	}
}
