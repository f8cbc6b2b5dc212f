package tenancy_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func TestTenantImages(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"three": testThreeImages})
}

// testThreeImages: each is one of its own, remembered until it changes.
func testThreeImages(t *testing.T, w world) {
	ctx := t.Context()
	set := map[string]func([]byte) error{
		"logo":    func(c []byte) error { _, err := w.Tenancy.SetLogo(ctx, w.by, c); return err },
		"favicon": func(c []byte) error { return w.Tenancy.SetFavicon(ctx, w.by, c) },
		"image":   func(c []byte) error { return w.Tenancy.SetImage(ctx, w.by, c) },
	}
	get := map[string]func() (iam.Image, error){
		"logo":    func() (iam.Image, error) { return w.Tenancy.Logo(ctx, w.tenant.ID) },
		"favicon": func() (iam.Image, error) { return w.Tenancy.Favicon(ctx, w.tenant.ID) },
		"image":   func() (iam.Image, error) { return w.Tenancy.Image(ctx, w.tenant.ID) },
	}
	seen := map[string]string{}
	for round, names := range [][]string{{"logo", "favicon", "image"}, {"image", "favicon", "logo"}} {
		for i, name := range names {
			if _, err := get[name](); round == 0 && !iam.Is(err, iam.NotFound) {
				t.Errorf("no %s: %v, want NotFound", name, err)
			}
			if err := set[name](pngOf(t, 10+i, 10*(round+1))); err != nil {
				t.Fatal(err)
			}
			now, err := get[name]()
			if err != nil || now.Sum == "" || now.Sum == seen[name] {
				t.Errorf("round %d, %s: %q, %v", round, name, now.Sum, err)
			}
			seen[name] = now.Sum
		}
	}
	if seen["logo"] == seen["image"] || seen["logo"] == seen["favicon"] {
		t.Errorf("the same for all: %v", seen)
	}
	for name := range set {
		if err := set[name](nil); err != nil {
			t.Fatal(err)
		}
		if _, err := get[name](); !iam.Is(err, iam.NotFound) {
			t.Errorf("%s after its removal: %v, want NotFound", name, err)
		}
	}
}

func TestSupportAddress(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"of the nearest": testSupportAddress})
}

func testSupportAddress(t *testing.T, w world) {
	ctx := t.Context()
	below, err := w.Tenancy.CreateTenant(ctx, w.by, w.tenant.ID, tenancy.NewTenant{Code: w.tenant.Code + "-below"})
	if err != nil {
		t.Fatal(err)
	}
	say := func(tenant iam.TenantID, address string) {
		t.Helper()
		if _, err := w.Tenancy.ChangeSettings(ctx, iam.System(tenant, "test"), func(st *iam.Settings) { st.Branding.SupportEmail = address }); err != nil {
			t.Fatal(err)
		}
	}
	check := func(want string) {
		t.Helper()
		if got, err := w.Tenancy.SupportAddress(ctx, iam.System(below.ID, "test")); err != nil || got != want {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	check("")
	if err := w.Tenancy.SetSupportTenant(ctx, w.Operator(), w.Tenant.Code); err != nil {
		t.Fatal(err)
	}
	check("")
	say(w.Tenant.ID, "support@example.com")
	check("support@example.com")
	say(w.tenant.ID, "above@example.com")
	check("above@example.com")
	say(below.ID, "own@example.com")
	check("own@example.com")
}
