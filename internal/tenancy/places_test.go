package tenancy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

func TestPlaces(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"regions":             testRegions,
		"zones":               testZones,
		"names":               testPlaceNames,
		"one job at a time":   testOneJobAtATime,
		"region of a zone":    testRegionOfAZone,
		"taken meanwhile":     testTakenMeanwhile,
		"runners run twice":   testRunTwice,
		"of other tenants":    testPlacesOfOthers,
		"written in the log":  testPlaceTrail,
		"payload that is bad": testBadPayload,
	})
}

func testRegions(t *testing.T, w world) {
	ctx := t.Context()
	asked, j, err := w.Tenancy.RequestRegion(ctx, w.by, "Seoul 1", "수도")
	if err != nil {
		t.Fatal(err)
	}
	j = w.succeed(t, j, nil)
	if j.Kind != "region.create" || j.ObjectType != "regions" || j.Detail != "Creation of region 'Seoul 1' completed successfully." {
		t.Errorf("job %+v", j)
	}
	got, err := w.Tenancy.Region(ctx, w.by, "Seoul 1")
	if err != nil || !cmp.Equal(got, asked) || got.CreatedBy != w.by.User {
		t.Errorf("made %v (-asked +made)\n%s", err, cmp.Diff(asked, got))
	}
	if _, _, err := w.Tenancy.RequestRegion(ctx, w.by, "Seoul 1", ""); !iam.Is(err, iam.Exists) {
		t.Errorf("a name that is taken: %v", err)
	}
	w.region(t, "busan")
	got, err = w.Tenancy.UpdateRegion(ctx, w.by, "Seoul 1", ptr("seoul"), nil)
	if err != nil || got.Name != "seoul" || got.Description != "수도" || got.Version != 2 || got.ID != asked.ID {
		t.Errorf("updated %+v, %v", got, err)
	}
	for name, tt := range map[string]struct {
		region, to string
		kind       iam.Kind
	}{"unknown": {"none", "x", iam.NotFound}, "taken": {"seoul", "busan", iam.Exists}, "bad": {"seoul", "a/b", iam.Invalid}, "empty": {"seoul", "", iam.Invalid}} {
		if _, err := w.Tenancy.UpdateRegion(ctx, w.by, tt.region, &tt.to, nil); !iam.Is(err, tt.kind) {
			t.Errorf("%s: %v, want %v", name, err, tt.kind)
		}
	}
	l, err := w.Tenancy.Regions(ctx, w.by, tenancy.PlaceFilter{Name: "s*|b*"}, iam.Page{Sort: "name", Total: true})
	if err != nil || l.Total != 2 || l.Items[0].Name != "busan" {
		t.Errorf("listed %+v, %v", l, err)
	}
	j, err = w.Tenancy.RequestRegionDeletion(ctx, w.by, "seoul")
	w.succeed(t, j, err)
	if _, err := w.Tenancy.RequestRegionDeletion(ctx, w.by, "seoul"); !iam.Is(err, iam.NotFound) {
		t.Errorf("deleted twice: %v", err)
	}
}

func testZones(t *testing.T, w world) {
	ctx := t.Context()
	w.region(t, "seoul")
	asked, j, err := w.Tenancy.RequestZone(ctx, w.by, "s1", "first", "seoul")
	j = w.succeed(t, j, err)
	if j.Kind != "zone.create" || j.ObjectType != "zones" || j.Detail != "Creation of zone 's1' completed successfully." {
		t.Errorf("job %+v", j)
	}
	got, err := w.Tenancy.Zone(ctx, w.by, "s1")
	if err != nil || !cmp.Equal(got, asked) || got.Region != "seoul" {
		t.Errorf("made %v (-asked +made)\n%s", err, cmp.Diff(asked, got))
	}
	if _, _, err := w.Tenancy.RequestZone(ctx, w.by, "s2", "", "none"); fields(err) != "region format" {
		t.Errorf("in an unknown region: %v", err)
	}
	if _, _, err := w.Tenancy.RequestZone(ctx, w.by, "", "", ""); fields(err) != "name required, region required" {
		t.Errorf("without names: %v", err)
	}
	if _, _, err := w.Tenancy.RequestZone(ctx, w.by, "s1", "", "seoul"); !iam.Is(err, iam.Exists) {
		t.Errorf("a name that is taken: %v", err)
	}
	if got, err = w.Tenancy.UpdateZone(ctx, w.by, "s1", nil, ptr("second")); err != nil || got.Name != "s1" || got.Description != "second" || got.Version != 2 {
		t.Errorf("updated %+v, %v", got, err)
	}
	if _, err := w.Tenancy.UpdateZone(ctx, w.by, "none", nil, nil); !iam.Is(err, iam.NotFound) {
		t.Errorf("update of none: %v", err)
	}
	if _, err := w.Tenancy.UpdateZone(ctx, w.by, "s1", ptr(".."), nil); !iam.Is(err, iam.Invalid) {
		t.Errorf("renamed to ..: %v", err)
	}
	l, err := w.Tenancy.Zones(ctx, w.by, tenancy.PlaceFilter{Region: "seoul"}, iam.Page{Total: true})
	if err != nil || l.Total != 1 {
		t.Errorf("listed %+v, %v", l, err)
	}
	j, err = w.Tenancy.RequestZoneDeletion(ctx, w.by, "s1")
	w.succeed(t, j, err)
	if _, err := w.Tenancy.RequestZoneDeletion(ctx, w.by, "s1"); !iam.Is(err, iam.NotFound) {
		t.Errorf("deleted twice: %v", err)
	}
}

// testPlaceNames: a name stands in a path, and must survive there.
func testPlaceNames(t *testing.T, w world) {
	for name, want := range map[string]string{
		"": "name required", "a/b": "name format", `a\b`: "name format", "a?b": "name format", "a#b": "name format", "a%2fb": "name format",
		".": "name format", "..": "name format", "a\tb": "name format", strings.Repeat("x", 257): "name length",
	} {
		if _, _, err := w.Tenancy.RequestRegion(t.Context(), w.by, name, ""); fields(err) != want {
			t.Errorf("%q: %s, want %s", name, fields(err), want)
		}
	}
	if _, _, err := w.Tenancy.RequestRegion(t.Context(), w.by, "x", strings.Repeat("x", 1025)); fields(err) != "description length" {
		t.Errorf("a long description: %v", err)
	}
}

// testOneJobAtATime asks for what is under way already. The jobs are put off,
// so that none is done in the midst of the test.
func testOneJobAtATime(t *testing.T, w world) {
	ctx := t.Context()
	slow := tenancy.New(w.Store, nil, later{w.Jobs, w.Clock}, w.Access, w.Env(), nil)
	for what, ask := range map[string]func() error{
		"region": func() error { _, _, err := slow.RequestRegion(ctx, w.by, "seoul", ""); return err },
		"tenant": func() error {
			_, _, err := slow.RequestTenant(ctx, w.by, tenancy.NewTenant{Code: w.tenant.Code + "-x"})
			return err
		},
	} {
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		if err := ask(); !iam.Is(err, iam.Exists) {
			t.Errorf("a second %s: %v", what, err)
		}
	}
	l, err := w.Jobs.Jobs(ctx, w.by, job.Filter{Status: iam.JobPending}, iam.Page{Total: true})
	if err != nil || l.Total != 2 {
		t.Errorf("%d jobs, %v", l.Total, err)
	}
}

// testRegionOfAZone: a region with zones stays, also where the zone came after
// the request.
func testRegionOfAZone(t *testing.T, w world) {
	ctx := t.Context()
	region := w.region(t, "seoul")
	_, j, err := w.Tenancy.RequestZone(ctx, w.by, "s1", "", "seoul")
	w.succeed(t, j, err)
	if _, err := w.Tenancy.RequestRegionDeletion(ctx, w.by, "seoul"); !iam.Is(err, iam.Precondition) {
		t.Errorf("asked for: %v", err)
	}
	err = w.run(t, "region.delete", region)
	if !iam.Is(err, iam.Precondition) {
		t.Errorf("carried out: %v", err)
	}
	zone, err := w.Tenancy.Zone(ctx, w.by, "s1")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.run(t, "zone.delete", zone); err != nil {
		t.Error(err)
	}
	if err := w.run(t, "region.delete", region); err != nil {
		t.Error(err)
	}
	if err := w.run(t, "zone.create", zone); !iam.Is(err, iam.NotFound) {
		t.Errorf("a zone whose region has gone: %v", err)
	}
}

// testTakenMeanwhile: the name was free at the request and is not at the job.
func testTakenMeanwhile(t *testing.T, w world) {
	region := w.region(t, "seoul")
	region.ID = iam.RegionID(w.Env().NewID())
	if err := w.run(t, "region.create", region); !iam.Is(err, iam.Exists) {
		t.Errorf("a region: %v", err)
	}
	child := w.child(t, "x")
	child.ID = iam.TenantID(w.Env().NewID())
	if err := w.run(t, "tenant.create", child); !iam.Is(err, iam.Exists) {
		t.Errorf("a tenant: %v", err)
	}
}
