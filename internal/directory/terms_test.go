package directory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestTermsAndSync(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"accept": testAcceptTerms, "sync": testSync})
}

func testAcceptTerms(t *testing.T, w world) {
	by := w.NewMember(t, w.tenant, "ann").Actor()
	accept := func(version string) error {
		_, err := w.Directory.AcceptTerms(t.Context(), by, version, map[string]*string{"accepted": &version})
		return err
	}
	if err := accept("elsewhere"); err != nil {
		t.Errorf("while the tenant has none: %v", err)
	}
	st, err := w.Tenancy.Settings(t.Context(), w.tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	st.Terms = iam.Terms{Version: "2", Text: "Be kind.\nAlways."}
	if _, err := w.Tenancy.UpdateSettings(t.Context(), iam.System(w.tenant.ID, "test"), st); err != nil {
		t.Fatal(err)
	}
	if got := fields(accept("1")); got != "version format" {
		t.Errorf("an old version: %s", got)
	}
	if err := accept("2"); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(map[string]string{"accepted": "2"}, w.user(t, by.User).Attributes); diff != "" {
		t.Errorf("noted (-want +got)\n%s", diff)
	}
	trail := w.trail(t, string(by.User))
	if last := trail[len(trail)-1]; last.Action != "user.accept-terms" || last.Details["version"] != "2" || last.ActorID != by.User {
		t.Errorf("the trail says %+v", last)
	}
	if _, err := w.Directory.AcceptTerms(t.Context(), iam.System(w.tenant.ID, "test"), "2", nil); !iam.Is(err, iam.Denied) {
		t.Errorf("the operator: %v", err)
	}

	st.Version++
	for name, terms := range map[string]iam.Terms{
		"text without a version": {Text: "Be kind."},
		"invisible":              {Version: "1\u200b"},
		"white space":            {Version: " 1"},
		"long version":           {Version: string(make([]byte, 65))},
	} {
		st.Terms = terms
		if _, err := w.Tenancy.UpdateSettings(t.Context(), iam.System(w.tenant.ID, "test"), st); !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
}

// testSync: whoever was made elsewhere and is pending becomes enabled, and
// rights are read anew; nobody else is touched.
func testSync(t *testing.T, w world) {
	by, other := w.NewMember(t, w.tenant, "ann").Actor(), w.create(t, directory.NewUser{Username: "bob"})
	before, err := w.Store.Epoch(t.Context(), w.tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	u, err := w.Directory.Sync(t.Context(), by)
	if err != nil || u.State != iam.UserEnabled || u.ID != by.User {
		t.Errorf("%+v, %v", u, err)
	}
	after, err := w.Store.Epoch(t.Context(), w.tenant.ID)
	if err != nil || after <= before {
		t.Errorf("the epoch went from %d to %d, %v", before, after, err)
	}
	if w.user(t, other.ID).State != iam.UserPending {
		t.Error("somebody else is enabled")
	}
	trail := w.trail(t, string(by.User))
	if last := trail[len(trail)-1]; last.Action != "user.sync" {
		t.Errorf("the trail says %+v", last)
	}
	w.update(t, u, directory.UserChange{State: ptr(iam.UserDisabled)})
	if u, err = w.Directory.Sync(t.Context(), by); err != nil || u.State != iam.UserDisabled {
		t.Errorf("somebody disabled is %q, %v", u.State, err)
	}
	if _, err := w.Directory.Sync(t.Context(), iam.System(w.tenant.ID, "test")); !iam.Is(err, iam.Denied) {
		t.Errorf("the operator: %v", err)
	}
}
