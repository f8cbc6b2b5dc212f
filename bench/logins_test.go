package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// attempts is how many attempts to sign in there are, one a second.
const attempts = 1_000_000

const loginsPath = "/api/web/namespaces/system/tenant/idm/events/"

// BenchmarkLoginEvents lists 100 of a million attempts to sign in: of all, and of
// random windows of time. The first page takes under 10 ms in the server.
func BenchmarkLoginEvents(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			s := start(b, engine(b, name))
			home, err := s.Tenancy.ByCode(b.Context(), iam.DefaultTenant)
			if err != nil {
				b.Fatal(err)
			}
			began := time.Now().Add(-attempts * time.Second)
			if err := makeAttempts(b.Context(), s, home.ID, name, began); err != nil {
				b.Fatal(err)
			}
			random := rand.New(rand.NewPCG(1, 2))
			at := func(second int) string {
				return began.Add(time.Duration(second) * time.Second).UTC().Format(time.RFC3339)
			}
			windows := map[string]func() (method, path, body string){
				"all": func() (string, string, string) { return http.MethodGet, "login", "" },
				"hour": func() (string, string, string) {
					from := random.IntN(attempts - 3600)
					return http.MethodPost, "login_in_time", fmt.Sprintf(`{"start":%q,"end":%q}`, at(from), at(from+3600))
				},
				"until": func() (string, string, string) {
					return http.MethodPost, "login_in_time", fmt.Sprintf(`{"end":%q}`, at(1000+random.IntN(attempts-1000)))
				},
				"since": func() (string, string, string) {
					return http.MethodPost, "login_in_time", fmt.Sprintf(`{"start":%q}`, at(random.IntN(attempts-1000)))
				},
			}
			for window, request := range windows {
				b.Run(window, func(b *testing.B) {
					var times []time.Duration
					for b.Loop() {
						method, path, body := request()
						answer, took := s.must(b, method, loginsPath+path, body)
						if n := strings.Count(answer, `"ip_address":`); n != 100 {
							b.Fatalf("%d attempts: %.300s", n, answer)
						}
						times = append(times, took)
					}
					b.ReportMetric(float64(median(times).Microseconds())/1000, "p50-ms")
					b.ReportMetric(float64(quantile(times, 0.99).Microseconds())/1000, "p99-ms")
					b.ReportMetric(0, "ns/op") // with the reading of the answer
				})
			}
		})
	}
}

// makeAttempts writes them with plain SQL: a first thousand, each of another user,
// and the same again and again, later.
func makeAttempts(ctx context.Context, s inside, t iam.TenantID, engine string, began time.Time) error {
	const users = 1000
	const into = `INSERT INTO login_events (tenant_id, event_id, at, user_id, username, dialect, method, address, client, result, reason, session_id) `
	var first insert
	for i := range users {
		first.row(t, userID(i), began.Add(time.Duration(i)*time.Second).UnixMicro(), userID(i), nameOf(i)+"@example.com", "f5xc", "pwd",
			"203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "success", "", userID(i))
	}
	id := `CAST(10000000 + n AS TEXT) || substr(CAST(event_id AS TEXT), 9)`
	if engine == "postgres" {
		id = `CAST(` + id + ` AS UUID)`
	}
	again := fmt.Sprintf(`WITH RECURSIVE turns(n) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT n + 1 FROM turns WHERE n + 1 < $2) `+into+
		`SELECT tenant_id, %s, at + n * %d, user_id, username, dialect, method, address, client, result, reason, session_id
		FROM login_events CROSS JOIN turns WHERE at < $3`, id, users*time.Second.Microseconds())
	write := func(query string, args ...any) error {
		return s.Engine.Write(ctx, t, func(ctx context.Context, tx storage.Tx) error {
			_, err := tx.ExecContext(ctx, query, args...)
			return err
		})
	}
	err := write(into+"VALUES "+first.rows.String(), first.args...)
	const part = 50 // a transaction has its time
	for turn := 1; turn < attempts/users && err == nil; turn += part {
		err = write(again, turn, min(turn+part, attempts/users), began.Add(users*time.Second).UnixMicro())
	}
	return err
}
