package access_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// inScope is what a scope means, told without the engine. No scope has what
// needs no permission.
func inScope(scope string, p iam.Permission) bool {
	for _, word := range strings.Fields(scope) {
		if p == "" {
			return false
		}
		before, after, star := strings.Cut(word, "*")
		if !star && string(p) == word || star && len(p) >= len(before)+len(after) && strings.HasPrefix(string(p), before) && strings.HasSuffix(string(p), after) {
			return true
		}
	}
	return false
}

// asksNobody reports whether an operation does not ask who calls.
func asksNobody(op api.Registered) bool {
	return op.Op.Access == api.Public() || op.Op.Access == api.Proving()
}

// aScope draws a scope: permissions and patterns of them, also unknown ones.
func aScope(permissions []iam.Permission) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		words := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			p := string(rapid.SampledFrom(permissions).Draw(t, "permission"))
			object, verb, _ := strings.Cut(p, ".")
			return rapid.SampledFrom([]string{p, object + ".*", "*." + verb, "*", p + "x", "no.such"}).Draw(t, "word")
		}), 1, 4).Draw(t, "words")
		return strings.Join(words, " ")
	})
}

// TestScopeNarrows: with a token of whatever scope, what is allowed is what its
// user may and the scope has: of operations, of permissions, and of what may be
// given away.
func TestScopeNarrows(t *testing.T) {
	s := apptest.SQLite(t)
	admin := s.NewTenant(t, "acme")
	w := world{s, admin.Tenant, admin.Actor()}
	users := map[string]iam.Actor{"admin": admin.Actor(), "reader": w.NewMember(t, w.tenant, "reader", "read").Actor(),
		"nobody": w.NewMember(t, w.tenant, "nobody").Actor(), "mixed": w.NewMember(t, w.tenant, "mixed").Actor()}
	if _, err := w.Tenancy.CreateNamespace(t.Context(), w.by, tenancy.NewNamespace{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	for scope, permission := range map[iam.Scope]iam.Permission{iam.ScopeTenant: "users.*", iam.ScopeApplications: "*.read", "shop": "regions.*", "system": "jobs.read"} {
		role := w.NewRole(t, w.tenant, "mixed "+string(permission), permission)
		w.bind(t, iam.Binding{User: users["mixed"].User, Role: role.ID, Scope: scope})
	}
	held := map[string]map[iam.Permission]bool{} // in whatever scope
	var permissions []iam.Permission
	operations := s.Registry.Operations()
	for _, op := range operations {
		if p := op.Op.Access.Permission(); p != "" {
			permissions = append(permissions, p)
		}
	}
	permissions = append(permissions, iam.UsersPassword)
	for name, by := range users {
		held[name] = map[iam.Permission]bool{}
		for _, op := range operations {
			for _, namespace := range []string{"", "system", "shop", "bank"} {
				if p := op.Op.Access.Permission(); p != "" && w.allowed(t, by, op.Endpoint, namespace) {
					held[name][p] = true
				}
			}
		}
		held[name][iam.UsersPassword] = w.may(t, by, iam.UsersPassword)
	}
	names := []string{"admin", "reader", "nobody", "mixed"}
	rapid.Check(t, func(r *rapid.T) {
		scope := aScope(permissions).Draw(r, "scope")
		name, other := rapid.SampledFrom(names).Draw(r, "user"), rapid.SampledFrom(names).Draw(r, "other")
		by := users[name]
		narrowed := by
		narrowed.Scope = scope
		for _, op := range operations {
			namespace := rapid.SampledFrom([]string{"", "system", "shop", "bank"}).Draw(r, "namespace")
			want := w.allowed(t, by, op.Endpoint, namespace) && (inScope(scope, op.Op.Access.Permission()) || asksNobody(op))
			if got := w.allowed(t, narrowed, op.Endpoint, namespace); got != want {
				r.Fatalf("%s with scope %q: %s in %q: allowed %v, want %v", name, scope, op.Op.ID, namespace, got, want)
			}
		}
		for _, p := range permissions {
			if got, want := w.may(t, narrowed, p), w.may(t, by, p) && inScope(scope, p); got != want {
				r.Fatalf("%s with scope %q: may %s: %v, want %v", name, scope, p, got, want)
			}
		}
		// Of another user, and of oneself: all that they hold has to be in the scope.
		want := w.Access.CheckUser(t.Context(), by, users[other].User) == nil
		for p := range held[other] {
			want = want && (!held[other][p] || inScope(scope, p))
		}
		if err := w.Access.CheckUser(t.Context(), narrowed, users[other].User); (err == nil) != want {
			r.Fatalf("%s with scope %q: checked against %s: %v, want %v", name, scope, other, err, want)
		}
		// Of many at once, what of each of them.
		third := rapid.SampledFrom(names).Draw(r, "third")
		many := slices.Repeat([]iam.UserID{users[other].User, users[third].User}, 6)
		want = want && w.Access.CheckUser(t.Context(), narrowed, users[third].User) == nil
		if err := w.Access.CheckUsers(t.Context(), narrowed, many); (err == nil) != want {
			r.Fatalf("%s with scope %q: checked against %s and %s, many times: %v, want %v", name, scope, other, third, err, want)
		}
		// A scope of its own is never wider.
		inner := aScope(permissions).Draw(r, "inner")
		wider := false
		for _, p := range permissions {
			wider = wider || inScope(inner, p) && !inScope(scope, p)
		}
		if err := w.Access.CheckScope(t.Context(), narrowed, inner); wider && err == nil {
			r.Fatalf("scope %q makes one of %q", scope, inner)
		}
	})
}

// TestScopeReachesEverything: all that hands rights on asks for the scope.
func TestScopeReachesEverything(t *testing.T) {
	s := apptest.SQLite(t)
	admin := s.NewTenant(t, "acme")
	w := world{s, admin.Tenant, admin.Actor()}
	ann := w.NewMember(t, w.tenant, "ann")
	role := w.NewRole(t, w.tenant, "reader", iam.UsersRead)
	child := w.newChild(t, "child")
	narrowed := w.by
	for _, tt := range []struct {
		scope            string
		bind, child, set bool
	}{
		{"", true, true, true},
		{"*", true, true, true},
		{"users.read", true, false, false},
		{"regions.*", false, false, false},
		{"tenants.update", false, true, false},
		{"no.such", false, false, false},
	} {
		narrowed.Scope = tt.scope
		b, err := w.Access.Bind(t.Context(), narrowed, iam.Binding{User: ann.User.ID, Role: role.ID})
		if (err == nil) != tt.bind || err != nil && !iam.Is(err, iam.Denied) {
			t.Errorf("scope %q binds a role: %v", tt.scope, err)
		}
		if err == nil {
			if err := w.Access.Unbind(t.Context(), w.by, b.ID); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Access.Enter(t.Context(), narrowed, child, iam.UsersUpdate); (err == nil) != tt.child || err != nil && !iam.Is(err, iam.Denied) {
			t.Errorf("scope %q enters a tenant below: %v", tt.scope, err)
		}
		if err := w.Access.CheckUser(t.Context(), narrowed, w.by.User); (err == nil) != tt.set {
			t.Errorf("scope %q and oneself: %v", tt.scope, err)
		}
	}
}
