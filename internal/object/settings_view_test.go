package object_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// TestConfigurationIsAView: settings that are shown as a configuration, and
// written back over any others, are those again, in all that it speaks of; and
// an empty one changes nothing.
func TestConfigurationIsAView(t *testing.T) {
	some := rapid.Custom(func(t *rapid.T) iam.Settings {
		st := iam.DefaultSettings()
		p := &st.Password
		for _, n := range []*int{&p.MinDigits, &p.MinLower, &p.MinUpper, &p.MinSymbols} {
			*n = rapid.IntRange(0, 16).Draw(t, "count")
		}
		p.MinLength, p.History = rapid.IntRange(7, 128).Draw(t, "length"), rapid.IntRange(0, iam.MaxPasswordHistory).Draw(t, "history")
		p.MaxAge, p.NotUsername = time.Duration(rapid.IntRange(0, 1080).Draw(t, "days"))*24*time.Hour, rapid.Bool().Draw(t, "name")
		st.Lockout.FreeFailures = rapid.IntRange(1, 30).Draw(t, "failures")
		st.Session.Idle = time.Duration(rapid.IntRange(5, 43_200).Draw(t, "idle")) * time.Minute
		st.Session.Absolute = time.Duration(rapid.IntRange(int(st.Session.Idle/time.Minute), 43_200).Draw(t, "absolute")) * time.Minute
		st.Branding.DisplayName = rapid.StringMatching("[A-Z][a-z]{1,9}").Draw(t, "display name")
		return st
	})
	rapid.Check(t, func(t *rapid.T) {
		want, got := some.Draw(t, "shown"), some.Draw(t, "others")
		shown := object.ConfigurationOf(want)
		if err := shown.Check(""); err != nil {
			t.Fatal(err)
		}
		shown.Change(&got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("written back (-want +got)\n%s", diff)
		}
		nothing := object.TenantConfiguration{}
		nothing.Change(&got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after nothing was said (-want +got)\n%s", diff)
		}
	})
}
