package tenancy_test

import (
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A tenant is found by its code and, when it has one, by its alias, which no
// other tenant can have.
func TestAlias(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"": func(t *testing.T, w world) {
		other := w.NewTenant(t, "other")
		alias := func(want string) {
			t.Helper()
			if got, err := w.Tenancy.Alias(t.Context(), w.by); err != nil || got != want {
				t.Errorf("alias %q, %v, want %q", got, err, want)
			}
			if found, err := w.Tenancy.ByCode(t.Context(), want); err != nil || found.ID != w.tenant.ID {
				t.Errorf("%s leads to %s, %v", want, found.Code, err)
			}
		}
		alias(w.tenant.Code)
		for _, bad := range []string{"", "Capital", "a b", "-a", "a/b", strings.Repeat("a", 64), string(w.tenant.ID)} {
			if err := w.Tenancy.SetAlias(t.Context(), w.by, bad); !iam.Is(err, iam.Invalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		for _, taken := range []string{other.Tenant.Code, iam.DefaultTenant} {
			if err := w.Tenancy.SetAlias(t.Context(), w.by, taken); !iam.Is(err, iam.Exists) {
				t.Errorf("%q: %v", taken, err)
			}
		}
		for _, good := range []string{"first", "second", "second"} {
			if err := w.Tenancy.SetAlias(t.Context(), w.by, good); err != nil {
				t.Fatal(err)
			}
			alias(good)
			found, err := w.Tenancy.ByCode(t.Context(), w.tenant.Code)
			if err != nil || found.ID != w.tenant.ID {
				t.Errorf("the code leads to %s, %v", found.Code, err)
			}
		}
		if _, err := w.Tenancy.ByCode(t.Context(), "first"); !iam.Is(err, iam.NotFound) {
			t.Errorf("the alias before leads somewhere: %v", err)
		}
		if err := w.Tenancy.SetAlias(t.Context(), other.Actor(), "second"); !iam.Is(err, iam.Exists) {
			t.Errorf("another's alias: %v", err)
		}
		if err := w.Tenancy.SetAlias(t.Context(), w.by, w.tenant.Code); err != nil {
			t.Fatal(err)
		}
		alias(w.tenant.Code)
		if got := w.trail(t, w.tenant.ID, "tenant"); !strings.Contains(got, "tenant.set-alias") {
			t.Errorf("the trail has %s", got)
		}
	}})
}
