package f5xc

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// stubborn has objects of which some do not go.
type stubborn struct{ Objects }

func (stubborn) Empty(context.Context, iam.Actor, string) ([]object.Removal, error) {
	return []object.Removal{
		{Target: object.Target{Kind: "contact", Namespace: "shop", Name: "gone", ID: "1"}},
		{Target: object.Target{Kind: "contact", Namespace: "shop", Name: "kept", ID: "2"}, Err: iam.E(iam.Unavailable, "the database is out of reach")},
		{Target: object.Target{Kind: "contact", Namespace: "shop", Name: "odd", ID: "3"}, Err: errors.New("pq: relation objects does not exist")},
	}, nil
}

// lasting has a namespace that is not to be removed.
type lasting struct {
	Tenancy
	removed bool
}

func (*lasting) CheckNamespaceEnd(context.Context, iam.Actor, string) (iam.Namespace, error) {
	return iam.Namespace{Name: "shop"}, nil
}

func (l *lasting) DeleteNamespace(context.Context, iam.Actor, string) error {
	l.removed = true
	return nil
}

// A namespace stays as long as something is in it, and the answer says why
// without what is nobody's business.
func TestCascadeDeleteInPart(t *testing.T) {
	tenancy, log := &lasting{}, &strings.Builder{}
	d := &dialect{Deps: Deps{Objects: stubborn{}, Tenancy: tenancy, Log: slog.New(slog.NewTextHandler(log, nil))}}
	got, err := d.cascadeDelete(t.Context(), &api.Call{}, struct {
		oneNamespace
		Body onlyName `body:"optional"`
	}{oneNamespace: oneNamespace{"shop"}})
	want := cascadeAnswer{[]cascadeItem{
		{Name: "gone", Type: "contact", UID: "1"},
		{Name: "kept", Type: "contact", UID: "2", Error: "the database is out of reach"},
		{Name: "odd", Type: "contact", UID: "3", Error: "internal error"},
	}}
	if err != nil || !cmp.Equal(got, want) || tenancy.removed {
		t.Errorf("%v, namespace removed %v (-want +got)\n%s", err, tenancy.removed, cmp.Diff(want, got))
	}
	if !strings.Contains(log.String(), "pq: relation objects") || strings.Contains(log.String(), "out of reach") {
		t.Errorf("the log has %s", log)
	}
}
