package access_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What is bound to somebody, and to whom a role is bound, is told as it is, of
// the own tenant only.
func TestGrantsAreTold(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"": func(t *testing.T, w world) {
		direct, shared := w.NewRole(t, w.tenant, "direct", iam.UsersRead), w.NewRole(t, w.tenant, "shared", iam.GroupsRead, iam.JobsRead)
		g, err := w.Directory.CreateGroup(t.Context(), w.by, directory.NewGroup{Name: "people"})
		if err != nil {
			t.Fatal(err)
		}
		disabled := iam.UserDisabled
		m := w.NewMember(t, w.tenant, "kim", "direct")
		if _, err := w.Directory.UpdateUser(t.Context(), w.by, directory.UserKey{ID: m.User.ID},
			directory.UserChange{Groups: &[]string{"people"}, State: &disabled}); err != nil {
			t.Fatal(err)
		}
		bound := w.bind(t, iam.Binding{Group: g.ID, Role: shared.ID})
		w.bind(t, iam.Binding{Group: g.ID, Role: direct.ID, Scope: "shared"})

		told := func(grants []access.Grant, err error) (all []string) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range grants {
				all = append(all, fmt.Sprintf("%s %s %s", h.Role.Name, h.Group.Name, h.Binding.Scope))
			}
			slices.Sort(all)
			return all
		}
		for name, tt := range map[string]struct{ got, want []string }{
			"a user":             {told(w.Access.Grants(t.Context(), w.by, m.User.ID)), []string{"direct  ", "direct people shared", "shared people "}},
			"nobody":             {told(w.Access.Grants(t.Context(), w.by, "nobody")), nil},
			"a user to another":  {told(w.Access.Grants(t.Context(), w.Operator(), m.User.ID)), nil},
			"a group":            {told(w.Access.GroupGrants(t.Context(), w.by, g.ID)), []string{"direct  shared", "shared  "}},
			"no group":           {told(w.Access.GroupGrants(t.Context(), w.by, "no group")), nil},
			"a group to another": {told(w.Access.GroupGrants(t.Context(), w.Operator(), g.ID)), nil},
		} {
			if !slices.Equal(tt.got, tt.want) {
				t.Errorf("%s has %q, want %q", name, tt.got, tt.want)
			}
		}
		groups, err := w.Access.RoleGroups(t.Context(), w.by, shared.ID)
		if err != nil || len(groups) != 1 || groups[0].ID != bound.ID || groups[0].Group != g.ID {
			t.Errorf("the role is bound to %+v, %v", groups, err)
		}
	}})
}

// The rules of a role are told as they are at the moment; those of one that is
// built in too.
func TestAPIGroupsAreTold(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"": func(t *testing.T, w world) {
		r := w.NewRole(t, w.tenant, "role", iam.UsersRead)
		groups, err := w.Access.APIGroups(t.Context(), w.by, r.ID)
		if err != nil || len(groups) != 1 || groups[0].ID != r.APIGroups[0] || groups[0].Rules[0].Permission != "users.read" {
			t.Fatalf("%+v, %v", groups, err)
		}
		groups[0].Rules = []iam.Rule{{Permission: "jobs.read"}}
		if _, err := w.Access.UpdateAPIGroup(t.Context(), w.by, groups[0]); err != nil {
			t.Fatal(err)
		}
		if groups, err = w.Access.APIGroups(t.Context(), w.by, r.ID); err != nil || groups[0].Rules[0].Permission != "jobs.read" || groups[0].Version != 2 {
			t.Errorf("after a change %+v, %v", groups, err)
		}
		admin, err := w.Access.Role(t.Context(), w.by, access.RoleKey{Handle: access.RoleAdmin})
		if err != nil {
			t.Fatal(err)
		}
		if groups, err := w.Access.APIGroups(t.Context(), w.by, admin.ID); err != nil || len(groups) != 1 || !groups[0].Builtin || groups[0].Rules[0].Permission != "*" {
			t.Errorf("built in: %+v, %v", groups, err)
		}
		for _, id := range []iam.RoleID{"", "no role", iam.RoleID(w.Admin.ID)} {
			if _, err := w.Access.APIGroups(t.Context(), w.by, id); !iam.Is(err, iam.NotFound) {
				t.Errorf("%q: %v", id, err)
			}
		}
		if _, err := w.Access.APIGroups(t.Context(), w.Operator(), r.ID); !iam.Is(err, iam.NotFound) {
			t.Errorf("in another tenant: %v", err)
		}
	}})
}
