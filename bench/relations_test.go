package bench

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

const systemPath = "/api/web/namespaces/system/"

// BenchmarkProvision makes child number 10,000 of a tenant and child number 10
// of another, in turns, from the request until the job has made all of it:
// under 50 ms on SQLite, and at most 1.1 times as long. Each is removed again,
// in its own time.
func BenchmarkProvision(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			sides := make([]growing, 2)
			for i, n := range []int{few, many} {
				s := start(b, engine(b, name))
				sides[i] = children(b, s)
				others(b, s, "default", n-1)
			}
			var times [2][]time.Duration
			for turn := 0; b.Loop(); turn++ {
				for i := range sides {
					i = (i + turn) % 2 // neither always follows the other
					times[i] = append(times[i], sides[i].make(turn))
					sides[i].remove()
				}
			}
			small, large := median(times[0]), median(times[1])
			b.ReportMetric(float64(large)/float64(small), "ratio")
			b.ReportMetric(float64(small.Microseconds())/1000, "ms-number-10")
			b.ReportMetric(float64(large.Microseconds())/1000, "ms-number-10000")
			b.ReportMetric(0, "ns/op") // of both, with the removals
		})
	}
}

// children makes whole working tenants, each with a group, roles and an owner
// who is invited.
func children(t testing.TB, s inside) growing {
	t.Helper()
	managed(t, s)
	s.must(t, http.MethodPost, systemPath+"tenant_profiles", `{"metadata":{"name":"standard"},"spec":{"ct_groups":[
		{"name":"operators","namespace_roles":[{"namespace":"system","role":"ves-io-admin-role"},{"namespace":"*","role":"ves-io-admin-role"}]}]}}`)
	var last string
	return growing{
		make: func(i int) time.Duration {
			last = fmt.Sprintf("child-%05d", i)
			began := time.Now()
			s.must(t, http.MethodPost, systemPath+"child_tenants", fmt.Sprintf(`{"metadata":{"name":%q},"spec":{"domain":%q,"company_name":"Hanbit",
				"child_tenant_manager":{"name":"first"},"tenant_profile":{"name":"standard"},"customer_info":{"email":"owner@example.com"}}}`, last, last))
			s.await(t, systemPath+"child_tenants/"+last, http.StatusOK, `"status":"StateActive"`)
			return time.Since(began)
		},
		remove: func() {
			s.must(t, http.MethodDelete, systemPath+"child_tenants/"+last, "")
			s.await(t, systemPath+"child_tenants/"+last, http.StatusNotFound, "")
		},
	}
}

// managed makes a group of operators, with the administrator in it, and two
// managers of children that let it in.
func managed(t testing.TB, s inside) {
	t.Helper()
	s.must(t, http.MethodPost, "/api/web/custom/namespaces/system/user_groups", fmt.Sprintf(`{"name":"operators","usernames":[%q]}`, app.AdminName))
	for _, name := range []string{"first", "second"} {
		s.must(t, http.MethodPost, systemPath+"child_tenant_managers", fmt.Sprintf(
			`{"metadata":{"name":%q},"spec":{"group_assignments":[{"group":{"name":"operators"},"child_tenant_groups":["operators"]}]}}`, name))
	}
}

// others makes tenants with nothing in them, below the one of a code or at the
// top, and answers their codes.
func others(t testing.TB, s inside, below string, n int) (codes []string) {
	t.Helper()
	var parent iam.Tenant
	if below != "" {
		var err error
		if parent, err = s.Tenancy.ByCode(t.Context(), below); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		codes = append(codes, fmt.Sprintf("other-%05d", i))
		if _, err := s.Tenancy.CreateTenant(t.Context(), iam.System(parent.ID, "bench"), parent.ID, tenancy.NewTenant{Code: codes[i]}); err != nil {
			t.Fatal(err)
		}
	}
	return codes
}

// await asks until the answer has a status and a text, which a job sees to.
func (s inside) await(t testing.TB, target string, status int, text string) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(500 * time.Microsecond) {
		got, answer, _ := s.ask(t, adminToken, http.MethodGet, target, "")
		if got == status && strings.Contains(answer, text) {
			return
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("after a minute GET %s answers %d %.300s, want %d %s", target, got, answer, status, text)
		}
	}
}

// The list of a user's tenants: its first page, and what a search finds.
const (
	reachedPath  = systemPath + "managed_tenants_by_user?page_limit=100"
	searchedPath = systemPath + "managed_tenants_by_user?search_keyword=ER-00077&page_limit=100"
)

// BenchmarkManagedTenants lists the tenants that an operator of 10,000 reaches:
// under 5 ms in the server.
func BenchmarkManagedTenants(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			s := start(b, engine(b, name))
			reached(b, s, many)
			for what, path := range map[string]string{"first-page": reachedPath, "search": searchedPath} {
				b.Run(what, func(b *testing.B) {
					var times []time.Duration
					for b.Loop() {
						answer, took := s.must(b, http.MethodGet, path, "")
						if !strings.Contains(answer, `"link":`) || !strings.Contains(answer, fmt.Sprintf(`"total_count":%d`, many)) {
							b.Fatalf("%.300s", answer)
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

// reached makes n tenants that the default tenant manages.
func reached(t testing.TB, s inside, n int) {
	t.Helper()
	managed(t, s)
	for _, code := range others(t, s, "", n) {
		s.must(t, http.MethodPost, systemPath+"managed_tenants", fmt.Sprintf(
			`{"metadata":{"name":%q},"spec":{"tenant_id":%q,"groups":[{"group":{"name":"operators"},"managed_tenant_groups":["operators"]}]}}`, code, code))
	}
}

// BenchmarkOutsider decides about a call of an operator three tenants up the
// tree: under two microseconds, in process. Once the decision alone, and once
// with the finding out by which relation they come.
func BenchmarkOutsider(b *testing.B) {
	s := start(b, engine(b, "sqlite"))
	home, below, endpoint := dynasty(b, s)
	there, err := s.Access.Reach(b.Context(), home, below)
	if err != nil {
		b.Fatal(err)
	}
	ctx := b.Context()
	b.Run("decision", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := s.Access.Authorize(ctx, there, endpoint, iam.NamespaceSystem); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("with-reach", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			there, err := s.Access.Reach(ctx, home, below)
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Access.Authorize(ctx, there, endpoint, iam.NamespaceSystem); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// dynasty makes three tenants one below the other, and in each a group that the
// operators above are in. It answers the operator, the last tenant, and an
// operation that the group may call.
func dynasty(t testing.TB, s inside) (home iam.Actor, last iam.TenantID, endpoint int) {
	t.Helper()
	home, err := s.Authn.Token(t.Context(), adminToken, authn.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	managed(t, s)
	by := iam.System(home.Tenant, "bench")
	for _, code := range []string{"level-one", "level-two", "level-three"} {
		create(t, s, by, "child_tenants", code, fmt.Sprintf(`{"domain":%q,"child_tenant_manager":{"name":"first"}}`, code))
		for began := time.Now(); ; time.Sleep(time.Millisecond) {
			tenant, err := s.Tenancy.ByCode(t.Context(), code)
			if err == nil && tenant.State == iam.TenantActive {
				last = tenant.ID
				break
			}
			if time.Since(began) > time.Minute {
				t.Fatalf("after a minute %s is %q, %v", code, tenant.State, err)
			}
		}
		by = iam.System(last, "bench")
		if _, err := s.Directory.CreateGroup(t.Context(), by, directory.NewGroup{Name: "operators",
			Bindings: []directory.ScopedRole{{Role: "ves-io-monitor-role"}}}); err != nil {
			t.Fatal(err)
		}
		create(t, s, by, "child_tenant_managers", "first", `{"group_assignments":[{"group":{"name":"operators"},"child_tenant_groups":["operators"]}]}`)
	}
	endpoint = slices.IndexFunc(s.Registry.Operations(), func(op api.Registered) bool { return op.Op.Access.Permission() == iam.UsersRead })
	return home, last, endpoint
}

func create(t testing.TB, s inside, by iam.Actor, plural, name, spec string) {
	t.Helper()
	kind, err := object.KindOf("web", plural)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Objects.Create(t.Context(), by, kind, object.Metadata{Namespace: iam.NamespaceSystem, Name: name}, []byte(spec)); err != nil {
		t.Fatal(err)
	}
}

// BenchmarkMigrate moves 1,000 children from one manager to another: under 5 s,
// while another client writes and is answered.
func BenchmarkMigrate(b *testing.B) {
	for _, name := range []string{"sqlite", "postgres"} {
		b.Run(name, func(b *testing.B) {
			s := start(b, engine(b, name))
			managed(b, s)
			codes := others(b, s, "default", 1000)
			var times, waits []time.Duration
			for i := 0; b.Loop(); i++ {
				took, waited := migrate(b, s, codes, []string{"first", "second"}[i%2])
				times, waits = append(times, took), append(waits, waited...)
			}
			b.ReportMetric(median(times).Seconds(), "p50-s")
			b.ReportMetric(slices.Max(times).Seconds(), "max-s")
			b.ReportMetric(float64(median(waits).Microseconds())/1000, "others-p50-ms")
			b.ReportMetric(float64(slices.Max(waits).Microseconds())/1000, "others-max-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// migrate moves children to a manager, writes objects meanwhile, and answers how
// long all of them took, and each of the writes.
func migrate(t testing.TB, s inside, codes []string, to string) (took time.Duration, writes []time.Duration) {
	t.Helper()
	began := time.Now()
	s.must(t, http.MethodPost, systemPath+"partner-management/child_tenants/migrate", fmt.Sprintf(
		`{"ct_list_to_target_ctm":{"child_tenant_manager":%q,"child_tenants":%s}}`, to, `["`+strings.Join(codes, `","`)+`"]`))
	count := fmt.Sprintf(`"total_filtered_count":%d`, len(codes))
	for i := 0; ; i++ {
		const all = "/api/web/namespaces/shared/contacts"
		name := fmt.Sprintf("c-%d", i)
		_, wrote := s.must(t, http.MethodPost, all, fmt.Sprintf(`{"metadata":{"name":%q},"spec":{"city":"Seoul"}}`, name))
		writes = append(writes, wrote)
		s.must(t, http.MethodDelete, all+"/"+name, "")
		if answer, _ := s.must(t, http.MethodGet, systemPath+"partner-management/child_tenants?page_limit=1&ctm="+to, ""); strings.Contains(answer, count) {
			return time.Since(began), writes
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("after a minute not all of %d children are moved", len(codes))
		}
		time.Sleep(10 * time.Millisecond)
	}
}
