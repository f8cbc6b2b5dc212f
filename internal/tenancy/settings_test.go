package tenancy_test

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestSettings(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"life": testSettings, "bounds": testSettingsBounds, "networks": testSettingsNetworks, "logo": testLogo,
	})
}

func testSettings(t *testing.T, w world) {
	ctx := t.Context()
	st, err := w.Tenancy.Settings(ctx, w.tenant.ID)
	if diff := cmp.Diff(iam.DefaultSettings(), st, prefixes); err != nil || diff != "" {
		t.Errorf("of a new tenant %v (-want +got)\n%s", err, diff)
	}
	st.Password.MinLength, st.Language, st.Branding.DisplayName = 12, "ko", "에이크미"
	st.Branding.LogoSum = strings.Repeat("0", 64) // which is not for a caller to say
	got, err := w.Tenancy.UpdateSettings(ctx, w.by, st)
	if err != nil {
		t.Fatal(err)
	}
	want := st
	want.Version, want.Updated, want.Branding.LogoSum = 1, got.Updated, ""
	if diff := cmp.Diff(want, got, prefixes); diff != "" || got.Updated.IsZero() {
		t.Errorf("updated at %v (-want +got)\n%s", got.Updated, diff)
	}
	if now, err := w.Tenancy.Settings(ctx, w.tenant.ID); err != nil || !cmp.Equal(now, want, prefixes) {
		t.Errorf("on the next request %v (-want +got)\n%s", err, cmp.Diff(want, now, prefixes))
	}
	if other, err := w.Tenancy.Settings(ctx, w.Tenant.ID); err != nil || other.Language != "en" {
		t.Errorf("of another tenant: %q, %v", other.Language, err)
	}
	if _, err := w.Tenancy.UpdateSettings(ctx, w.by, st); !iam.Is(err, iam.Conflict) {
		t.Errorf("with the version of before: %v, want Conflict", err)
	}
	if _, err := w.Tenancy.Settings(ctx, iam.TenantID(w.by.User)); !iam.Is(err, iam.NotFound) {
		t.Errorf("of no tenant: %v", err)
	}
	l, err := w.Audit.Events(ctx, w.by, audit.Filter{Object: "settings"}, iam.Page{})
	if err != nil || len(l.Items) != 1 {
		t.Fatalf("trail %v, %v", l.Items, err)
	}
	changed := map[string]string{"password": "changed", "language": "changed", "branding": "changed"}
	if diff := cmp.Diff(changed, l.Items[0].Details); diff != "" {
		t.Errorf("what the trail tells (-want +got)\n%s", diff)
	}
}

var prefixes = cmp.Options{cmpopts.EquateComparable(netip.Prefix{})}

// testSettingsBounds breaks each bound, once below and once above, and wants
// exactly that member named; and reaches each of them.
func testSettingsBounds(t *testing.T, w world) {
	const day = 24 * time.Hour
	type change = func(*iam.Settings)
	set := func(f change) iam.Settings {
		st := iam.DefaultSettings()
		f(&st)
		return st
	}
	for _, c := range []struct {
		field     string
		good, bad []change
	}{
		{"password.min_length",
			[]change{func(s *iam.Settings) { s.Password.MinLength = 4 }, func(s *iam.Settings) { s.Password.MinLength = 128 }},
			[]change{func(s *iam.Settings) { s.Password.MinLength = 3 }, func(s *iam.Settings) { s.Password.MinLength = 129 }}},
		{"password.max_length",
			[]change{func(s *iam.Settings) { s.Password.MaxLength = 16 }, func(s *iam.Settings) { s.Password.MinLength, s.Password.MaxLength = 40, 40 }},
			[]change{func(s *iam.Settings) { s.Password.MaxLength = 15 }, func(s *iam.Settings) { s.Password.MaxLength = 257 },
				func(s *iam.Settings) { s.Password.MinLength, s.Password.MaxLength = 40, 39 },
				func(s *iam.Settings) { s.Password.MaxLength, s.Password.MinLower, s.Password.MinUpper = 16, 16, 1 }}},
		{"password.min_lower", []change{func(s *iam.Settings) { s.Password.MinLower = 16 }},
			[]change{func(s *iam.Settings) { s.Password.MinLower = -1 }, func(s *iam.Settings) { s.Password.MinLower = 17 }}},
		{"password.min_upper", nil, []change{func(s *iam.Settings) { s.Password.MinUpper = -1 }, func(s *iam.Settings) { s.Password.MinUpper = 17 }}},
		{"password.min_digits", nil, []change{func(s *iam.Settings) { s.Password.MinDigits = -1 }, func(s *iam.Settings) { s.Password.MinDigits = 17 }}},
		{"password.min_symbols", nil, []change{func(s *iam.Settings) { s.Password.MinSymbols = -1 }, func(s *iam.Settings) { s.Password.MinSymbols = 17 }}},
		{"password.min_strength", []change{func(s *iam.Settings) { s.Password.MinStrength = 4 }},
			[]change{func(s *iam.Settings) { s.Password.MinStrength = -1 }, func(s *iam.Settings) { s.Password.MinStrength = 5 }}},
		{"password.history", []change{func(s *iam.Settings) { s.Password.History = iam.MaxPasswordHistory }},
			[]change{func(s *iam.Settings) { s.Password.History = -1 }, func(s *iam.Settings) { s.Password.History = iam.MaxPasswordHistory + 1 }}},
		{"password.max_age", []change{func(s *iam.Settings) { s.Password.MaxAge = day }, func(s *iam.Settings) { s.Password.MaxAge = 3650 * day }},
			[]change{func(s *iam.Settings) { s.Password.MaxAge = -day }, func(s *iam.Settings) { s.Password.MaxAge = day - 1 },
				func(s *iam.Settings) { s.Password.MaxAge = 3651 * day }}},
		{"lockout.free_failures", []change{func(s *iam.Settings) { s.Lockout.FreeFailures = 1 }},
			[]change{func(s *iam.Settings) { s.Lockout.FreeFailures = 0 }, func(s *iam.Settings) { s.Lockout.FreeFailures = 101 }}},
		{"lockout.free_failures_of_address", []change{func(s *iam.Settings) { s.Lockout.FreeFailuresOfAddress = 10_000 }},
			[]change{func(s *iam.Settings) { s.Lockout.FreeFailuresOfAddress = 0 }, func(s *iam.Settings) { s.Lockout.FreeFailuresOfAddress = 10_001 }}},
		{"lockout.delay", nil, []change{func(s *iam.Settings) { s.Lockout.Delay = time.Second - 1 },
			func(s *iam.Settings) { s.Lockout.Delay, s.Lockout.MaxDelay = day+1, day }}},
		{"lockout.max_delay", []change{func(s *iam.Settings) { s.Lockout.MaxDelay = s.Lockout.Delay }},
			[]change{func(s *iam.Settings) { s.Lockout.MaxDelay = s.Lockout.Delay - 1 }, func(s *iam.Settings) { s.Lockout.MaxDelay = day + 1 }}},
		{"lockout.window", nil, []change{func(s *iam.Settings) { s.Lockout.Window = time.Minute - 1 }, func(s *iam.Settings) { s.Lockout.Window = day + 1 }}},
		{"session.absolute", []change{func(s *iam.Settings) { s.Session.Absolute = 30 * day }},
			[]change{func(s *iam.Settings) { s.Session.Absolute = 30*day + 1 }, func(s *iam.Settings) { s.Session.Absolute, s.Session.Idle = time.Second, time.Minute }}},
		{"session.idle", []change{func(s *iam.Settings) { s.Session.Idle = s.Session.Absolute }},
			[]change{func(s *iam.Settings) { s.Session.Idle = s.Session.Absolute + 1 }, func(s *iam.Settings) { s.Session.Idle = time.Minute - 1 }}},
		{"factor.required", []change{func(s *iam.Settings) { s.Factor = iam.FactorPolicy{Required: true, Passkey: true} }, func(s *iam.Settings) { s.Factor = iam.FactorPolicy{} }},
			[]change{func(s *iam.Settings) { s.Factor = iam.FactorPolicy{Required: true} }}},
		{"credentials.max_token_days", []change{func(s *iam.Settings) { s.Credentials.MaxTokenDays = 1 }, func(s *iam.Settings) { s.Credentials.MaxTokenDays = 3650 }},
			[]change{func(s *iam.Settings) { s.Credentials.MaxTokenDays = -1 }, func(s *iam.Settings) { s.Credentials.MaxTokenDays = 3651 }}},
		{"credentials.max_certificate_days", []change{func(s *iam.Settings) { s.Credentials.MaxCertificateDays = 3650 }},
			[]change{func(s *iam.Settings) { s.Credentials.MaxCertificateDays = -1 }, func(s *iam.Settings) { s.Credentials.MaxCertificateDays = 3651 }}},
		{"credentials.max_kube_config_days", []change{func(s *iam.Settings) { s.Credentials.MaxKubeConfigDays = 3650 }},
			[]change{func(s *iam.Settings) { s.Credentials.MaxKubeConfigDays = -1 }, func(s *iam.Settings) { s.Credentials.MaxKubeConfigDays = 3651 }}},
		{"scanner_url", []change{func(s *iam.Settings) { s.ScannerURL = "https://scan.example.com:8443/start?from=gatehouse" }},
			[]change{func(s *iam.Settings) { s.ScannerURL = "http://scan.example.com" }, func(s *iam.Settings) { s.ScannerURL = "javascript:alert(1)" },
				func(s *iam.Settings) { s.ScannerURL = "https:///path" }, func(s *iam.Settings) { s.ScannerURL = "https://kim:secret@scan.example.com" },
				func(s *iam.Settings) { s.ScannerURL = "https://scan.example.com/#token" }, func(s *iam.Settings) { s.ScannerURL = "https://scan.example.com/" + strings.Repeat("x", 2048) },
				func(s *iam.Settings) { s.ScannerURL = "//scan.example.com" }, func(s *iam.Settings) { s.ScannerURL = "https://[::1" }}},
		{"keep_login_events", []change{func(s *iam.Settings) { s.KeepLoginEvents = 0 }, func(s *iam.Settings) { s.KeepLoginEvents = day }},
			[]change{func(s *iam.Settings) { s.KeepLoginEvents = day - 1 }, func(s *iam.Settings) { s.KeepLoginEvents = 3651 * day }}},
		{"keep_audit_events", []change{func(s *iam.Settings) { s.KeepAuditEvents = 3650 * day }},
			[]change{func(s *iam.Settings) { s.KeepAuditEvents = time.Second }, func(s *iam.Settings) { s.KeepAuditEvents = 3651 * day }}},
		{"language", []change{func(s *iam.Settings) { s.Language = "ko" }},
			[]change{func(s *iam.Settings) { s.Language = "" }, func(s *iam.Settings) { s.Language = "KO" }, func(s *iam.Settings) { s.Language = "de" }}},
		{"branding.display_name", []change{func(s *iam.Settings) { s.Branding.DisplayName = strings.Repeat("가", 100) }},
			[]change{func(s *iam.Settings) { s.Branding.DisplayName = strings.Repeat("가", 101) }, func(s *iam.Settings) { s.Branding.DisplayName = "a\r\nBcc: b" }}},
		{"branding.support_email", []change{func(s *iam.Settings) { s.Branding.SupportEmail = "help@example.com" }},
			[]change{func(s *iam.Settings) { s.Branding.SupportEmail = "Help <help@example.com>" }, func(s *iam.Settings) { s.Branding.SupportEmail = "javascript:alert(1)" }}},
		{"branding.accent", []change{func(s *iam.Settings) { s.Branding.Accent = "#00aa66" }},
			[]change{func(s *iam.Settings) { s.Branding.Accent = "#0a6" }, func(s *iam.Settings) { s.Branding.Accent = "#00AA66" },
				func(s *iam.Settings) { s.Branding.Accent = "red" }, func(s *iam.Settings) { s.Branding.Accent = "#00aa66;}" }, func(s *iam.Settings) { s.Branding.Accent = "#00aa66\n" }}},
		{"networks", []change{func(s *iam.Settings) { s.Networks = manyNetworks(256) }},
			[]change{func(s *iam.Settings) { s.Networks = manyNetworks(257) }, func(s *iam.Settings) { s.Networks = []netip.Prefix{{}} },
				func(s *iam.Settings) { s.Networks = []netip.Prefix{netip.MustParsePrefix("10.1.0.0/8")} },
				func(s *iam.Settings) { s.Networks = []netip.Prefix{netip.MustParsePrefix("::ffff:10.0.0.0/104")} }}},
	} {
		for i, f := range c.bad {
			_, err := w.Tenancy.UpdateSettings(t.Context(), iam.System(w.tenant.ID, "test"), set(f))
			e, ok := errors.AsType[*iam.Error](err)
			if !ok || e.Kind != iam.Invalid || len(e.Fields) != 1 || e.Fields[0].Path != c.field {
				t.Errorf("%s, bad %d: %v, want Invalid of this member only", c.field, i, err)
			}
		}
		for i, f := range c.good {
			st := set(f)
			now, err := w.Tenancy.Settings(t.Context(), w.tenant.ID)
			if err != nil {
				t.Fatal(err)
			}
			st.Version = now.Version
			if _, err := w.Tenancy.UpdateSettings(t.Context(), iam.System(w.tenant.ID, "test"), st); err != nil {
				t.Errorf("%s, good %d: %v", c.field, i, err)
			}
		}
	}
}

func manyNetworks(n int) []netip.Prefix {
	return slices.Repeat([]netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, n)
}

// testSettingsNetworks: nobody shuts themselves out, but the operator may, who
// is not asked where they come from.
func testSettingsNetworks(t *testing.T, w world) {
	ctx := t.Context()
	st := iam.DefaultSettings()
	st.Networks = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32")}
	for _, address := range []string{"192.0.2.1", "", "@", "2001:db9::1"} {
		by := w.by
		by.Address = address
		_, err := w.Tenancy.UpdateSettings(ctx, by, st)
		if e, ok := errors.AsType[*iam.Error](err); !ok || e.Kind != iam.Precondition || e.Code != iam.ReasonSelf {
			t.Errorf("from %q: %v, want Precondition", address, err)
		}
	}
	var err error
	for _, address := range []string{"10.9.8.7", "::ffff:10.1.1.1", "2001:db8::1%eth0"} {
		by := w.by
		by.Address = address
		if st, err = w.Tenancy.UpdateSettings(ctx, by, st); err != nil {
			t.Fatalf("from %q: %v", address, err)
		}
	}
	if _, err = w.Tenancy.UpdateSettings(ctx, iam.System(w.tenant.ID, "operator"), st); err != nil {
		t.Errorf("the operator: %v", err)
	}
}

func testLogo(t *testing.T, w world) {
	ctx := t.Context()
	if _, err := w.Tenancy.Logo(ctx, w.tenant.ID); !iam.Is(err, iam.NotFound) {
		t.Errorf("without a logo: %v", err)
	}
	st, err := w.Tenancy.SetLogo(ctx, w.by, pngOf(t, 960, 160))
	if err != nil {
		t.Fatal(err)
	}
	logo, err := w.Tenancy.Logo(ctx, w.tenant.ID)
	if err != nil || logo.Sum == "" || logo.Sum != st.Branding.LogoSum || logo.Updated.IsZero() {
		t.Errorf("logo of sum %q, settings name %q, %v", logo.Sum, st.Branding.LogoSum, err)
	}
	if c, err := png.DecodeConfig(bytes.NewReader(logo.Content)); err != nil || c.Width != 480 || c.Height != 80 {
		t.Errorf("%d × %d pixels, %v, want 480 × 80", c.Width, c.Height, err)
	}
	if now, err := w.Tenancy.Settings(ctx, w.tenant.ID); err != nil || now.Branding.LogoSum != logo.Sum {
		t.Errorf("on the next request the settings name %q, %v", now.Branding.LogoSum, err)
	}
	st.Language, st.Branding.LogoSum = "ko", ""
	if st, err = w.Tenancy.UpdateSettings(ctx, w.by, st); err != nil || st.Branding.LogoSum != logo.Sum {
		t.Errorf("after other settings they name %q, %v", st.Branding.LogoSum, err)
	}
	if _, err := w.Tenancy.SetLogo(ctx, w.by, []byte("<svg/>")); !iam.Is(err, iam.Invalid) {
		t.Errorf("what is no image: %v", err)
	}
	if st, err = w.Tenancy.SetLogo(ctx, w.by, nil); err != nil || st.Branding.LogoSum != "" {
		t.Errorf("removed: the settings name %q, %v", st.Branding.LogoSum, err)
	}
	if _, err := w.Tenancy.Logo(ctx, w.tenant.ID); !iam.Is(err, iam.NotFound) {
		t.Errorf("afterwards: %v", err)
	}
}

func pngOf(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSettingsOfOtherNodes: what a tenant decides on one node holds on the
// other a second later, though that one remembers what it was.
func TestSettingsOfOtherNodes(t *testing.T) {
	apptest.Each(t, func(t *testing.T, here *apptest.Server) {
		there := here.Beside(t)
		ctx := t.Context()
		st, err := there.Tenancy.Settings(ctx, here.Tenant.ID)
		if err != nil {
			t.Fatal(err)
		}
		st.Language = "ko"
		if _, err := here.Tenancy.UpdateSettings(ctx, here.Operator(), st); err != nil {
			t.Fatal(err)
		}
		if _, err := here.Tenancy.SetLogo(ctx, here.Operator(), pngOf(t, 10, 10)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if st, err = there.Tenancy.Settings(ctx, here.Tenant.ID); err != nil || st.Language != "ko" || st.Branding.LogoSum == "" {
			t.Errorf("language %q, logo %q, %v", st.Language, st.Branding.LogoSum, err)
		}
	})
}
