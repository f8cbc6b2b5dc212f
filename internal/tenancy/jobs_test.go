package tenancy_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// later enqueues jobs for another day.
type later struct {
	tenancy.Queue
	clock *apptest.Clock
}

func (l later) Enqueue(ctx context.Context, t iam.TenantID, j iam.Job, events ...iam.Event) (iam.Job, error) {
	j.RunAt = l.clock.Now().Add(24 * 365 * time.Hour)
	return l.Queue.Enqueue(ctx, t, j, events...)
}

// run carries a job out by itself, as a worker that takes over from one that
// died does, and answers its error.
func (w world) run(t *testing.T, kind string, object any) error {
	t.Helper()
	payload, err := json.Marshal(map[string]any{"By": w.by, "Object": object})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Tenancy.Runners()[kind](t.Context(), w.tenant.ID, iam.Job{Kind: kind, Payload: payload})
	return err
}

// testRunTwice: a job may run again after it has done its work.
func testRunTwice(t *testing.T, w world) {
	ctx := t.Context()
	id := func() string { return w.Env().NewID() }
	now := w.Clock.Now().UTC().Truncate(time.Microsecond)
	region := iam.Region{ID: iam.RegionID(id()), Name: "seoul", Created: now, Updated: now, Version: 1}
	zone := iam.Zone{ID: iam.ZoneID(id()), Name: "s1", Region: "seoul", RegionID: region.ID, Created: now, Updated: now, Version: 1}
	tenant := iam.Tenant{ID: iam.TenantID(id()), Parent: w.tenant.ID, Code: w.tenant.Code + "-x", Name: "x", State: iam.TenantActive, Own: iam.TenantActive, Created: now, Updated: now, Version: 1}
	for _, step := range []struct {
		kind   string
		object any
	}{{"region.create", region}, {"zone.create", zone}, {"tenant.create", tenant}, {"zone.delete", zone}, {"region.delete", region}, {"tenant.delete", tenant}} {
		for range 2 {
			if err := w.run(t, step.kind, step.object); err != nil {
				t.Errorf("%s: %v", step.kind, err)
			}
		}
		if step.kind == "tenant.create" {
			roles, err := w.Access.Roles(ctx, iam.System(tenant.ID, "test"), iam.Page{Total: true})
			if err != nil || roles.Total != len(access.Builtin()) {
				t.Errorf("the tenant has %d roles, %v", roles.Total, err)
			}
		}
	}
	// Each is written in the trail once, since it happened once.
	if told, want := w.trail(t, w.tenant.ID, "zone"), "zone.create s1, zone.delete s1"; told != want {
		t.Errorf("the trail of the zone is %q, want %q", told, want)
	}
}

func testPlacesOfOthers(t *testing.T, w world) {
	ctx := t.Context()
	w.region(t, "seoul")
	_, j, err := w.Tenancy.RequestZone(ctx, w.by, "s1", "", "seoul")
	w.succeed(t, j, err)
	stranger := iam.System(w.Tenant.ID, "test")
	_, err1 := w.Tenancy.Region(ctx, stranger, "seoul")
	_, err2 := w.Tenancy.UpdateRegion(ctx, stranger, "seoul", ptr("x"), nil)
	_, err3 := w.Tenancy.RequestRegionDeletion(ctx, stranger, "seoul")
	_, err4 := w.Tenancy.Zone(ctx, stranger, "s1")
	_, err5 := w.Tenancy.UpdateZone(ctx, stranger, "s1", ptr("x"), nil)
	_, err6 := w.Tenancy.RequestZoneDeletion(ctx, stranger, "s1")
	_, err7 := w.Jobs.Job(ctx, stranger, string(j.ID))
	for i, err := range []error{err1, err2, err3, err4, err5, err6, err7} {
		if !iam.Is(err, iam.NotFound) {
			t.Errorf("%d: %v, want NotFound", i+1, err)
		}
	}
	if _, _, err := w.Tenancy.RequestZone(ctx, stranger, "s2", "", "seoul"); fields(err) != "region format" {
		t.Errorf("a zone in another tenant's region: %v", err)
	}
}

func testPlaceTrail(t *testing.T, w world) {
	w.region(t, "seoul")
	j, err := w.Tenancy.RequestRegionDeletion(t.Context(), w.by, "seoul")
	w.succeed(t, j, err)
	want := "region.request-create seoul, region.create seoul, region.request-delete seoul, region.delete seoul"
	if told := w.trail(t, w.tenant.ID, "region"); told != want {
		t.Errorf("the trail is %q, want %q", told, want)
	}
	// What is kept of a job is the work and who asked for it.
	if strings.Contains(string(j.Payload), "secret") || !strings.Contains(string(j.Payload), string(w.by.User)) {
		t.Errorf("the payload is %s", j.Payload)
	}
}

func testBadPayload(t *testing.T, w world) {
	for kind, run := range w.Tenancy.Runners() {
		_, err := run(t.Context(), w.tenant.ID, iam.Job{Kind: kind, Payload: []byte(`{"Object":7`)})
		if iam.KindOf(err) != iam.Internal || err == nil {
			t.Errorf("%s: %v, want a fault of ours", kind, err)
		}
	}
}
