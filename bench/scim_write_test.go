package bench

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// BenchmarkSCIMCreate makes users by 16 provisioning clients at a time, durably, on
// SQLite: at least 1,500 a second where an fsync takes 1 ms or less.
func BenchmarkSCIMCreate(b *testing.B) {
	data := dataFolder(b)
	s := testproc.Serve(b, admin, "--data", data)
	conns := dial(b, s.Addr, creators)
	next := newPeople(creators)
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
	b.ReportMetric(float64(median(latencies).Microseconds()), "p50-µs")
	b.ReportMetric(float64(quantile(latencies, 0.99).Microseconds()), "p99-µs")
	b.ReportMetric(float64((processorTime(b, s.Pid)-began).Microseconds())/float64(made), "cpu-µs/create")
	b.ReportMetric(float64(syncTime(b, data).Microseconds()), "fsync-µs")
	b.ReportMetric(0, "ns/op") // the length of a round
}

// person is what a provisioning client sends of a user.
const person = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"externalId":%q,"active":true,` +
	`"name":{"givenName":"Alice","familyName":"Kim"},"emails":[{"value":"alice@example.com","primary":true}]}`

// newPeople answers requests that each make another user, as newUsers does.
func newPeople(conns int) func(conn int) []byte {
	const digits = "000000000"
	requests, counts := make([][]byte, conns), make([]int, conns)
	for i := range conns {
		requests[i] = request(http.MethodPost, "/scim/v2/Users", adminToken,
			fmt.Sprintf(person, fmt.Sprintf("scim-%02d-%s", i, digits), fmt.Sprintf("ext-%02d-%s", i, digits)))
	}
	return func(conn int) []byte {
		counts[conn]++
		n := fmt.Appendf(nil, "%09d", counts[conn])
		for _, prefix := range []string{"scim-", "ext-"} {
			at := bytes.Index(requests[conn], []byte(prefix)) + len(prefix) + len("00-")
			copy(requests[conn][at:], n)
		}
		return requests[conn]
	}
}

// BenchmarkSCIMBulk makes a thousand users by one request: in less than a second.
func BenchmarkSCIMBulk(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			s := start(b, engine(b, name))
			var times []time.Duration
			for turn := 0; b.Loop(); turn++ {
				times = append(times, s.bulk(b, turn))
			}
			b.ReportMetric(float64(median(times).Microseconds())/1000, "ms-1000-creates")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// bulk makes a thousand users, and answers how long that took.
func (s inside) bulk(b *testing.B, turn int) time.Duration {
	b.Helper()
	operations := make([]string, 1000)
	for i := range operations {
		operations[i] = fmt.Sprintf(`{"method":"POST","path":"/Users","bulkId":"%d","data":`+person+"}", i,
			fmt.Sprintf("bulk-%d-%d", turn, i), fmt.Sprintf("%d-%d", turn, i))
	}
	answer, took := s.must(b, http.MethodPost, "/scim/v2/Bulk",
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[`+strings.Join(operations, ",")+"]}")
	if made := strings.Count(answer, `"status":"201"`); made != len(operations) {
		b.Fatalf("%d of %d were made: %.300s", made, len(operations), answer)
	}
	return took
}

// BenchmarkSCIMJoin adds one member to a group of ten and to one of 100,000, in turns:
// in less than 10 ms, and with the same memory.
func BenchmarkSCIMJoin(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			s := start(b, engine(b, name))
			users := s.people(b, 110_000)
			groups := []joined{s.joined(b, "few", users[:10]), s.joined(b, "all", users[:100_000])}
			rest := users[100_000:]
			s.ask(b, adminToken, http.MethodGet, "/scim/v2/Groups?count=1", "")
			for turn := 0; b.Loop(); turn++ {
				for i := range groups {
					groups[(i+turn)%2].add(b, s, rest[turn%len(rest)])
				}
			}
			for i, size := range []string{"10", "100000"} {
				b.ReportMetric(float64(median(groups[i].times).Microseconds())/1000, "ms-of-"+size)
				b.ReportMetric(float64(median(groups[i].bytes)), "B-of-"+size)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkSCIMFill empties a group of 100,000, and adds as many at once as one
// request may name.
func BenchmarkSCIMFill(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			s := start(b, engine(b, name))
			users := s.people(b, 100_000)
			all := make([]string, 10_000)
			for i := range all {
				all[i] = `{"value":"` + string(users[i]) + `"}`
			}
			var empty, fill []time.Duration
			for turn := 0; b.Loop(); turn++ {
				g := s.joined(b, fmt.Sprint("all", turn), users)
				empty = append(empty, s.patch(b, g.id, "remove", "members", ""))
				fill = append(fill, s.patch(b, g.id, "add", "members", `,"value":[`+strings.Join(all, ",")+`]`))
			}
			b.ReportMetric(float64(median(empty).Microseconds())/1000, "ms-empty-100000")
			b.ReportMetric(float64(median(fill).Microseconds())/1000, "ms-add-10000")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// joined is a group that others join.
type joined struct {
	id    iam.GroupID
	times []time.Duration
	bytes []uint64
}

// peopleBatch is how many rows one statement writes: more of them gain no more.
const peopleBatch = 50

// people writes users with plain SQL and answers their ids.
func (s inside) people(b *testing.B, n int) []iam.UserID {
	b.Helper()
	by := operator(b, s.App)
	var ids []iam.UserID
	for first := 0; first < n; first += peopleBatch {
		var users insert
		for i := first; i < first+peopleBatch; i++ {
			name := nameOf(i)
			ids = append(ids, iam.UserID(userID(i)))
			users.row(by.Tenant, userID(i), name, name, name, "", name, "", "", false, "", "", "", "", "enabled", "{}", "", false, 1, 0, 1, 1, 1, i+1)
		}
		s.write(b, by.Tenant, `users (tenant_id, user_id, handle, username, username_key, label, listed_key, email, email_key, email_verified,
			given_name, family_name, display_name, phone, state, attributes, password_hash, must_change_password, generation,
			last_login_at, created_at, updated_at, version, number)`, users)
	}
	return ids
}

func (s inside) write(b *testing.B, t iam.TenantID, into string, in insert) {
	b.Helper()
	err := s.Engine.Write(b.Context(), t, func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO "+into+" VALUES "+in.rows.String(), in.args...)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// joined makes a group of users.
func (s inside) joined(b *testing.B, name string, users []iam.UserID) joined {
	b.Helper()
	by := operator(b, s.App)
	g, err := s.Directory.CreateGroup(b.Context(), by, directory.NewGroup{Name: name})
	if err != nil {
		b.Fatal(err)
	}
	for len(users) > 0 {
		n := min(len(users), peopleBatch)
		var members insert
		for _, u := range users[:n] {
			members.row(by.Tenant, g.ID, u, 1)
		}
		s.write(b, by.Tenant, `memberships (tenant_id, group_id, user_id, created_at)`, members)
		users = users[n:]
	}
	return joined{id: g.ID}
}

// add lets a user join, measured, and leave again.
func (g *joined) add(b *testing.B, s inside, u iam.UserID) {
	b.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	took := s.patch(b, g.id, "add", "members", `,"value":[{"value":"`+string(u)+`"}]`)
	runtime.ReadMemStats(&after)
	g.times, g.bytes = append(g.times, took), append(g.bytes, after.TotalAlloc-before.TotalAlloc)
	s.patch(b, g.id, "remove", `members[value eq "`+string(u)+`"]`, "")
}

// patch does one operation to a group, and answers how long that took. value is
// empty, or the member of that name behind a comma.
func (s inside) patch(b *testing.B, g iam.GroupID, op, path, value string) time.Duration {
	b.Helper()
	status, answer, took := s.ask(b, adminToken, http.MethodPatch, "/scim/v2/Groups/"+string(g),
		`{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"`+op+`","path":`+strconv.Quote(path)+value+`}]}`)
	if status != http.StatusNoContent {
		b.Fatalf("%s: %d %s", op, status, answer)
	}
	return took
}
