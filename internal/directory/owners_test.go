package directory_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestOwners: while nobody owns the tenant, who has every right says who does;
// from then on only owners do.
func TestOwners(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		admin := s.NewTenant(t, "acme")
		tenant := admin.Tenant
		other := s.NewMember(t, tenant, "other", access.RoleAdmin)
		ann, ben := s.NewMember(t, tenant, "ann", access.RoleRead), s.NewMember(t, tenant, "ben")
		half := s.NewMember(t, tenant, "half", s.NewRole(t, tenant, "half", "users.*").Name)
		key := func(m apptest.Member) directory.UserKey { return directory.UserKey{ID: m.User.ID} }
		assign := func(by iam.Actor, m apptest.Member) error {
			_, err := s.Directory.AssignOwner(ctx, by, key(m), access.RoleAdmin, map[string]*string{"shoe": ptr("42")})
			return err
		}
		denied := func(what string, err error) {
			t.Helper()
			if !iam.Is(err, iam.Denied) {
				t.Errorf("%s: %v, want Denied", what, err)
			}
		}
		owners := func(want ...string) {
			t.Helper()
			found, err := s.Directory.Owners(ctx, tenant.ID)
			if err != nil || len(found) != len(want) {
				t.Fatalf("owners %+v, %v, want %v", found, err, want)
			}
			for i, u := range found {
				if u.Username != want[i] || !u.Owner() {
					t.Errorf("owner %s, want %s", u.Username, want[i])
				}
			}
		}
		owners()
		denied("who has not what an owner is given", assign(half.Actor(), ann))
		outsider := admin.Actor()
		outsider.Home, outsider.Reach = s.Tenant.ID, iam.ReachTree
		denied("from another tenant", assign(outsider, ann))
		if _, err := s.Directory.UpdateUser(ctx, admin.Actor(), key(ben), directory.UserChange{State: ptr(iam.UserDisabled)}); err != nil {
			t.Fatal(err)
		}
		if err := assign(admin.Actor(), ben); !iam.Is(err, iam.Precondition) {
			t.Errorf("somebody who is disabled: %v", err)
		}
		if _, err := s.Directory.AssignOwner(ctx, admin.Actor(), directory.UserKey{Username: "nobody"}, access.RoleAdmin, nil); !iam.Is(err, iam.NotFound) {
			t.Errorf("nobody: %v", err)
		}
		owners()

		if err := assign(admin.Actor(), ann); err != nil {
			t.Fatal(err)
		}
		owners("ann")
		u, err := s.Directory.User(ctx, admin.Actor(), key(ann))
		if err != nil || len(u.Bindings) != 1 || u.Bindings[0].Role.Name != access.RoleAdmin || u.Bindings[0].Scope != iam.ScopeTenant || u.Attributes["shoe"] != "42" {
			t.Errorf("ann has %+v, %v, %v", u.Bindings, u.Attributes, err)
		}
		denied("who is no owner", assign(admin.Actor(), other))
		_, err = s.Directory.UnassignOwner(ctx, admin.Actor(), key(ann), nil)
		denied("who is no owner takes", err)
		if err := assign(ann.Actor(), other); err != nil {
			t.Fatal(err)
		}
		owners("ann", "other")
		if _, err := s.Directory.UnassignOwner(ctx, ann.Actor(), key(ann), map[string]*string{"shoe": nil}); err != nil {
			t.Fatal(err)
		}
		owners("other")
		u, err = s.Directory.User(ctx, admin.Actor(), key(ann))
		if err != nil || len(u.Bindings) != 1 || u.Attributes["shoe"] != "" {
			t.Errorf("ann keeps %+v, %v, %v", u.Bindings, u.Attributes, err)
		}

		// An owner who is disabled does not stand in the way, and is told nothing.
		if _, err := s.Directory.UpdateUser(ctx, admin.Actor(), key(other), directory.UserChange{State: ptr(iam.UserDisabled)}); err != nil {
			t.Fatal(err)
		}
		owners()
		if err := assign(admin.Actor(), ann); err != nil {
			t.Error(err)
		}
		// A text that looks like the attribute is none.
		if _, err := s.Directory.UpdateUser(ctx, ann.Actor(), key(half), directory.UserChange{Attributes: map[string]*string{
			"note": ptr(`"domain_owner":"true"`), "domainXowner": ptr("true")}}); err != nil {
			t.Fatal(err)
		}
		owners("ann")
		// Nor is one made by the way.
		_, err = s.Directory.UpdateUser(ctx, admin.Actor(), key(half), directory.UserChange{Attributes: map[string]*string{iam.AttributeOwner: ptr("true")}})
		denied("as an attribute", err)
		_, err = s.Directory.UpdateUser(ctx, admin.Actor(), key(ann), directory.UserChange{Attributes: map[string]*string{iam.AttributeOwner: nil}})
		denied("as an attribute that goes", err)
		_, err = s.Directory.CreateUser(ctx, admin.Actor(), directory.NewUser{Username: "new", Attributes: map[string]string{iam.AttributeOwner: "true"}})
		denied("as an attribute of somebody new", err)
		owners("ann")
	})
}
