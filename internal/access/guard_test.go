package access_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/api/cloudforet"
	"github.com/gatehouse-id/gatehouse/internal/api/f5xc"
	"github.com/gatehouse-id/gatehouse/internal/api/fess"
	"github.com/gatehouse-id/gatehouse/internal/api/gatehouse"
	"github.com/gatehouse-id/gatehouse/internal/api/ncloud"
	"github.com/gatehouse-id/gatehouse/internal/api/netapp"
	"github.com/gatehouse-id/gatehouse/internal/api/scim"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// guard notes which operation is asked for, and in which namespace, and lets
// nobody through.
type guard struct {
	asked     bool
	endpoint  int
	namespace string
}

func (g *guard) Authorize(_ context.Context, _ iam.Actor, endpoint int, namespace string) error {
	*g = guard{true, endpoint, namespace}
	return iam.E(iam.Denied, "nobody gets through")
}

// guarded is a registry of all operations of all dialects with a guard, that
// finds everybody narrowed, so that the guard is asked for all that is not
// public.
func guarded() (*api.Registry, *guard) {
	g := &guard{}
	r := api.NewRegistry(slog.New(slog.DiscardHandler), g)
	add := func(d *api.Dialect, ops []api.Operation) {
		d.Authenticate = func(context.Context, *http.Request) (iam.Actor, error) { return iam.Actor{Scope: "x"}, nil }
		r.Add(d, ops...)
	}
	here := &url.URL{Scheme: "http", Host: "gatehouse.test"}
	add(fess.New(fess.Deps{}))
	add(netapp.New(netapp.Deps{}))
	add(ncloud.New(ncloud.Deps{}))
	add(cloudforet.New(cloudforet.Deps{PublicURL: here}))
	add(f5xc.New(f5xc.Deps{}))
	add(scim.New(scim.Deps{}))
	add(gatehouse.New(gatehouse.Deps{}))
	return r, g
}

var pathParameter = regexp.MustCompile(`\{[^}]*\}`)

// TestWhatIsEvaluatedIsWhatIsServed: the operation and the namespace about
// which a call is decided are those about which the guard is asked when the
// call is made: for every spelling of every operation, with odd segments, and
// with those that are escaped although they need not be.
func TestWhatIsEvaluatedIsWhatIsServed(t *testing.T) {
	s := apptest.SQLite(t)
	registry, guard := guarded()
	operations := registry.Operations()
	if len(operations) != len(s.Registry.Operations()) {
		t.Fatalf("%d operations are guarded, the program has %d", len(operations), len(s.Registry.Operations()))
	}
	const given = "the-one-that-is-given"
	segment := rapid.SampledFrom([]string{"system", "shared", "x", "a%2Fb", "%2F", "%2e%2e", "..", ".", "", "{name}", "*", ":name", "é", "%", "a%20b", "x;y", "users", "count"})
	// agree makes a call and asks about it.
	agree := func(method, path string) string {
		guard.asked = false
		answer := httptest.NewRecorder()
		if u, err := url.ParseRequestURI(path); err == nil {
			r := httptest.NewRequestWithContext(t.Context(), method, "/", http.NoBody)
			r.URL = u
			registry.ServeHTTP(answer, r)
		}
		x, err := s.Access.ExplainCall(t.Context(), s.Operator(), s.Admin, given, access.Call{Method: method, Path: path})
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case x.Operation == nil:
			if guard.asked {
				return "is served by " + operations[guard.endpoint].Op.ID + ", and by none when it is asked about"
			}
		case x.Public:
			if guard.asked {
				return "is public when it is asked about, and guarded when it is called"
			}
		case !guard.asked:
			return "is " + x.Operation.ID + " when it is asked about, and is served by none"
		default:
			served := operations[guard.endpoint]
			if namespace := x.Namespace; namespace != guard.namespace && !(namespace == given && anySegment(guard.namespace)) ||
				served.Op.ID != x.Operation.ID || served.Dialect.Name != x.Operation.Dialect {
				return "is asked about as " + x.Operation.ID + " in " + namespace + ", and served as " + served.Op.ID + " in " + guard.namespace
			}
		}
		return ""
	}
	for _, op := range operations {
		for _, path := range op.Op.Paths {
			for _, method := range op.Op.Methods {
				for _, fill := range []string{"shared", "a%2Fb", "{x}", "*"} {
					call := pathParameter.ReplaceAllString(path, fill)
					if fault := agree(method, call); fault != "" {
						t.Errorf("%s %s %s", method, call, fault)
					}
				}
				if x, err := s.Access.ExplainCall(t.Context(), s.Operator(), s.Admin, "", access.Call{Method: method, Path: path}); err != nil || x.Operation == nil {
					t.Errorf("%s %s is served by none when it is asked about: %v", method, path, err)
				}
			}
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		op := rapid.SampledFrom(operations).Draw(r, "operation")
		path := pathParameter.ReplaceAllStringFunc(rapid.SampledFrom(op.Op.Paths).Draw(r, "path"), func(string) string { return segment.Draw(r, "parameter") })
		segments := strings.Split(path, "/")
		switch i := rapid.IntRange(1, len(segments)-1).Draw(r, "at"); rapid.IntRange(0, 4).Draw(r, "change") {
		case 0:
			segments[i] = segment.Draw(r, "segment")
		case 1:
			if s := segments[i]; s != "" {
				segments[i] = "%" + hexadecimal(s[0]) + s[1:]
			}
		case 2:
			segments = append(segments, segment.Draw(r, "end"))
		}
		path = strings.Join(segments, "/") + rapid.SampledFrom([]string{"", "", "?x=/../y"}).Draw(r, "query")
		method := rapid.SampledFrom(append([]string{"GET", "HEAD", "POST"}, op.Op.Methods...)).Draw(r, "method")
		if strings.HasPrefix(path, "/t/") {
			return // the tenant is taken off it, and it is another path then
		}
		if fault := agree(method, path); fault != "" {
			r.Fatalf("%s %s %s", method, path, fault)
		}
	})
}

func anySegment(s string) bool { return strings.ContainsAny(s, "{*") || strings.HasPrefix(s, ":") }

func hexadecimal(b byte) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{digits[b>>4], digits[b&15]})
}

// TestEvaluateIsWhatHTTPAnswers: whoever is told that they may read something
// is let through by the running server, and nobody else.
func TestEvaluateIsWhatHTTPAnswers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin := s.NewTenant(t, "acme")
		w := world{s, admin.Tenant, admin.Actor()}
		w.newNamespaces(t, "shop")
		local := w.NewMember(t, w.tenant, "local")
		w.bind(t, iam.Binding{User: local.User.ID, Role: w.NewRole(t, w.tenant, "reader", "*.read").ID, Scope: "shop"})
		members := map[string]apptest.Member{"admin": admin, "local": local}
		for _, role := range []string{access.RoleUser, access.RoleF5UserAdmin, access.RoleF5Developer, access.RoleF5Monitor} {
			members[role] = w.NewMember(t, w.tenant, "a "+role, role)
		}
		for range 2 {
			let, refused := 0, 0
			for _, op := range s.Registry.Operations() {
				denied, ok := deniedStatus(op.Dialect)
				if !ok || op.Op.Methods[0] != http.MethodGet || op.Op.Access.Permission() == "" {
					continue
				}
				for _, namespace := range []string{"system", "shop"} {
					path := strings.Replace(op.Op.Paths[0], "{"+op.Op.Namespace+"}", namespace, 1)
					path = pathParameter.ReplaceAllString(path, "nobody")
					for name, m := range members {
						d, err := s.Access.Evaluate(t.Context(), m.Actor(), access.ByAll, "", []access.Call{{Method: http.MethodGet, Path: path}})
						if err != nil {
							t.Fatal(err)
						}
						a := s.Do(t, http.MethodGet, path, m.Token, "")
						if d[0].Allowed != (a.Status != denied) {
							t.Errorf("%s: GET %s is evaluated as %v, and answered %d %s", name, path, d[0].Allowed, a.Status, a.Body)
						}
						if d[0].Allowed {
							let++
						} else {
							refused++
						}
					}
				}
			}
			if let == 0 || refused == 0 {
				t.Errorf("%d were let through, %d refused: nothing was tried", let, refused)
			}
			w.setPlan(t, w.tenant.ID, iam.Withheld{Permission: "users.*"}, iam.Withheld{Permission: "zones.*", Addon: "x"})
		}
	})
}

// deniedStatus is the status by which a dialect says Denied, where it says
// nothing else by it.
func deniedStatus(d *api.Dialect) (int, bool) {
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}, Header: http.Header{}}
	denied, _ := d.Fail(r, iam.E(iam.Denied, "x"))
	for _, k := range iam.Kinds() {
		if status, _ := d.Fail(r, iam.E(k, "x")); k != iam.Denied && status == denied {
			return 0, false
		}
	}
	return denied, true
}
