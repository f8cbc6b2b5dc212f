package gatehouse_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api/golden"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Whole exchanges, on both engines, each in a tenant of its own with an
// administrator and with ann, who reads regions as a member of a group. The
// plan withholds what makes zones.
func TestExchanges(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		n := 0
		golden.Run(t, "testdata/*.txtar", func(t *testing.T) (http.Handler, map[string]string) {
			n++
			admin := s.NewTenant(t, fmt.Sprintf("tenant%d", n))
			ann := s.NewMember(t, admin.Tenant, "ann")
			group, err := s.Directory.CreateGroup(t.Context(), admin.Actor(), directory.NewGroup{Name: "operators"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Directory.UpdateUser(t.Context(), admin.Actor(), directory.UserKey{ID: ann.User.ID},
				directory.UserChange{Groups: &[]string{group.Name}}); err != nil {
				t.Fatal(err)
			}
			role := s.NewRole(t, admin.Tenant, "viewer", "regions.read")
			if _, err := s.Access.Bind(t.Context(), admin.Actor(), iam.Binding{Group: group.ID, Role: role.ID}); err != nil {
				t.Fatal(err)
			}
			if err := s.Tenancy.SetPlan(t.Context(), iam.System("", "test"), admin.Tenant.ID,
				iam.Plan{Withheld: []iam.Withheld{{Permission: "zones.create", Addon: "places"}}}); err != nil {
				t.Fatal(err)
			}
			return s.Handler(), map[string]string{"admin": admin.Token, "ann": ann.Token, "tenant": admin.Tenant.Code}
		})
	})
}
