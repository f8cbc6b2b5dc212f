package bench

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// BenchmarkAccess decides whether a user with many bindings may call an
// operation: under a microsecond, without an allocation, and the same with
// 100,000 bindings as with 10. Once by the engine alone, once as a request
// does it, through the caches that a change of rights anywhere makes stale.
func BenchmarkAccess(b *testing.B) {
	for _, bindings := range []int{10, 1_000, 100_000} {
		s, by := decider(b, bindings)
		last := fmt.Sprintf("ns-%d", bindings-1)
		b.Run(fmt.Sprintf("engine/bindings=%d", bindings), func(b *testing.B) {
			policy := rbac.NewPolicy(catalog, grants(bindings))
			b.ReportAllocs()
			for b.Loop() {
				if !policy.Allows(0, last) || policy.Allows(1, last) {
					b.Fatal("a wrong decision")
				}
			}
		})
		b.Run(fmt.Sprintf("service/bindings=%d", bindings), func(b *testing.B) {
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				if err := s.Authorize(ctx, by, 0, last); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDecide finds the operations of 100,000 calls, each of another
// object, and decides about them, as evaluate-api-access does: under 60 ms.
func BenchmarkDecide(b *testing.B) {
	s, by := decider(b, 1_000)
	s.UseCatalog(manyKinds)
	calls := manyCalls(100_000)
	b.ReportAllocs()
	for b.Loop() {
		decisions, err := s.Evaluate(b.Context(), by, access.ByAll, "ns-999", calls)
		if err != nil || !decisions[0].Allowed || decisions[1].Allowed {
			b.Fatal("a wrong decision", err)
		}
	}
}

// TestDecideAllocatesOnce: the answers, and nothing for each of them.
func TestDecideAllocatesOnce(t *testing.T) {
	s, by := decider(t, 1_000)
	s.UseCatalog(manyKinds)
	calls, ctx := manyCalls(1_000), t.Context()
	evaluate := func() {
		if _, err := s.Evaluate(ctx, by, access.ByAll, "ns-999", calls); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(100, evaluate); n != 1 {
		t.Errorf("1,000 decisions make %v allocations, want 1", n)
	}
}

// manyKinds has as many operations as all dialects together.
var manyKinds = func() *rbac.Catalog {
	var endpoints []rbac.Endpoint
	for i := range 100 {
		all := fmt.Sprintf("/api/config/namespaces/{namespace}/kind_%ds", i)
		for method, path := range map[string]string{"GET": all + "/{name}", "PUT": all + "/{name}", "DELETE": all + "/{name}", "POST": all} {
			verb := "write"
			if method == "GET" {
				verb = "read"
			}
			endpoints = append(endpoints, rbac.Endpoint{Method: method, Path: path, Namespace: "namespace", Permission: iam.Permission("things." + verb)})
		}
	}
	return rbac.NewCatalog(endpoints)
}()

// manyCalls are reading and writing ones in turn.
func manyCalls(n int) []access.Call {
	calls := make([]access.Call, n)
	for i := range calls {
		calls[i] = access.Call{Method: []string{"GET", "PUT"}[i%2],
			Path: fmt.Sprintf("/api/config/namespaces/ns-%d/kind_%ds/object-%d", i%1000, i%100, i)}
	}
	return calls
}

// TestAccessAllocatesNothing: a decision is made for every request.
func TestAccessAllocatesNothing(t *testing.T) {
	s, by := decider(t, 1_000)
	ctx := t.Context()
	decide := func() {
		if err := s.Authorize(ctx, by, 0, "ns-999"); err != nil {
			t.Fatal(err)
		}
	}
	if n := testing.AllocsPerRun(1000, decide); n != 0 {
		t.Errorf("a decision makes %v allocations, want none", n)
	}
}

var catalog = rbac.NewCatalog([]rbac.Endpoint{
	{ID: "read", Method: "GET", Path: "/things/{name}", Permission: "things.read"},
	{ID: "write", Method: "PUT", Path: "/things/{name}", Permission: "things.write"},
})

// grants are n bindings of one user, each in another namespace.
func grants(n int) []rbac.Grant {
	book := make([]rbac.Grant, n)
	for i, h := range holdings(n) {
		book[i] = rbac.Grant{Binding: h.Binding, Role: catalog.CompileRole(iam.Role{}, reading)}
	}
	return book
}

var reading = []iam.APIGroup{{ID: "reading", Rules: []iam.Rule{{Permission: "*.read"}}}}

func holdings(n int) []access.Holding {
	held := make([]access.Holding, n)
	for i := range held {
		held[i].Binding = iam.Binding{Role: "reader", Scope: iam.Scope(fmt.Sprintf("ns-%d", i))}
	}
	return held
}

// decider is the use case over a store that holds nothing but the bindings of
// one user, and that user.
func decider(t testing.TB, bindings int) (*access.Service, iam.Actor) {
	t.Helper()
	env := iam.Env{Now: time.Now, Rand: rand.Reader}
	store := rightsStore{bindings: bindings}
	epochs := cluster.NewEpochs(store, env, slog.New(slog.DiscardHandler))
	go epochs.Run(t.Context())
	s := access.New(store, epochs, env)
	s.UseCatalog(catalog)
	return s, iam.Actor{Tenant: "t", Home: "t", User: "u", Method: iam.MethodToken}
}

// rightsStore is as much of a store as deciding asks for.
type rightsStore struct {
	access.Store
	bindings int
}

func (s rightsStore) Holdings(context.Context, iam.TenantID, iam.UserID, bool) ([]access.Holding, error) {
	return holdings(s.bindings), nil
}

func (rightsStore) Rulebook(context.Context, iam.TenantID) ([]iam.Role, []iam.APIGroup, error) {
	return []iam.Role{{ID: "reader", APIGroups: []iam.APIGroupID{"reading"}}}, reading, nil
}

func (rightsStore) Plan(context.Context, iam.TenantID) (iam.Plan, error) {
	return iam.Plan{Withheld: []iam.Withheld{{Permission: "things.write"}}}, nil
}

func (rightsStore) Epoch(context.Context, iam.TenantID) (int64, error) { return 1, nil }

func (rightsStore) EpochsSince(context.Context, time.Time) (map[iam.TenantID]int64, time.Time, error) {
	return map[iam.TenantID]int64{"t": 1}, time.Now(), nil
}
