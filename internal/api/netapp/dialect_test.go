package netapp

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type everybody struct{}

func (everybody) Authorize(context.Context, iam.Actor, int, string) error { return nil }

func registry() *api.Registry {
	g := api.NewRegistry(slog.New(slog.DiscardHandler), everybody{})
	d, ops := New(Deps{})
	g.Add(d, ops...)
	return g
}

func TestDocument(t *testing.T) {
	if _, err := registry().OpenAPI(name); err != nil {
		t.Fatal(err)
	}
	for _, op := range registry().Operations() {
		o := op.Op
		if o.Summary == "" || o.Tag == "" {
			t.Errorf("%s has no summary or tag", o.ID)
		}
		if o.ResponseExample == nil && o.Status != http.StatusNoContent {
			t.Errorf("%s has no example of its answer", o.ID)
		}
	}
}

func TestAt(t *testing.T) {
	want := []string{"/v2.1/zones", "/v2.1/auth/zone", "/api/v2.1/zones", "/api/v2.1/auth/zone",
		"/v2.1/zones/", "/v2.1/auth/zone/", "/api/v2.1/zones/", "/api/v2.1/auth/zone/"}
	if diff := cmp.Diff(want, at("zones", "auth/zone")); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

// Who may be called without a credential is a list that nobody extends by
// accident.
func TestPublicOperations(t *testing.T) {
	var public []string
	for _, op := range registry().Operations() {
		if op.Op.Access.IsPublic() {
			public = append(public, op.Op.ID)
		}
	}
	slices.Sort(public)
	if diff := cmp.Diff([]string{"auth.password", "auth.signin"}, public); diff != "" {
		t.Errorf("public operations (-want +got):\n%s", diff)
	}
}
