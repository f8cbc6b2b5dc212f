package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestMay: an operation that does what others do asks as each would be asked, with
// what the caller came with.
func TestMay(t *testing.T) {
	for name, tt := range map[string]struct {
		caller, scope, id string
		status            int
		asked             []int // the Authorizer
	}{
		"who may":                      {"keeper", "", "animal.feed", 200, []int{0}},
		"who may not":                  {"visitor", "", "animal.feed", 403, []int{0}},
		"what is open to all known":    {"visitor", "", "egg.hatch", 200, nil},
		"what is open, a narrow token": {"visitor", "users.read", "egg.hatch", 403, []int{1}},
		"what is in a namespace":       {"keeper", "", "cage.clean", 500, nil},
		"what is not there":            {"keeper", "", "animal.sell", 500, nil},
	} {
		t.Run(name, func(t *testing.T) {
			z := openZoo(t)
			z.Add(z.Operations()[0].Dialect, api.Handle(api.Op{ID: "may", Methods: []string{http.MethodGet}, Paths: []string{"/zoo/may"}, Access: api.SignedIn()},
				func(ctx context.Context, c *api.Call, _ struct{}) (struct{}, error) {
					c.Actor.Scope = tt.scope
					return struct{}{}, c.May(ctx, tt.id)
				}))
			if w := z.do(t, "GET", "/zoo/may", "", "Authorization: Bearer "+tt.caller); w.Code != tt.status {
				t.Errorf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if diff := cmp.Diff(tt.asked, z.gate.seen); diff != "" {
				t.Errorf("endpoints authorized (-want +got):\n%s", diff)
			}
		})
	}
}

// TestExplain: what an operation tells of several errors is what it would tell of
// one. Our own faults go to the log.
func TestExplain(t *testing.T) {
	z := openZoo(t)
	z.Add(z.Operations()[0].Dialect, api.Handle(api.Op{ID: "explain", Methods: []string{http.MethodGet}, Paths: []string{"/zoo/explain"}, Access: api.Public()},
		func(_ context.Context, c *api.Call, _ struct{}) ([]string, error) {
			return []string{c.Explain(iam.ErrNotFound("animal", "7")).Error(), c.Explain(errDisk).Error()}, nil
		}))
	w := z.do(t, "GET", "/zoo/explain", "")
	if diff := cmp.Diff([]string{`not found: animal "7" not found`, "internal: internal error"}, decode[[]string](t, w)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !strings.Contains(z.log.String(), errDisk.Error()) || strings.Contains(z.log.String(), "animal") {
		t.Errorf("log: %s", z.log)
	}
}
