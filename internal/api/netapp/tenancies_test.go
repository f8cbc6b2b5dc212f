package netapp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestTenanciesElsewhere: who signs in is told of the tenants that a relation
// lets them into, with the role that they have there, for as long as it does;
// and gets into them with the same token.
func TestTenanciesElsewhere(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		hanbit, later := s.NewTenant(t, "hanbit"), s.NewTenant(t, "later")
		m := s.NewMember(t, s.Tenant, "mina", "user")
		operators := s.NewGroup(t, s.Tenant, "operators", "", "mina")
		guests := s.NewGroup(t, hanbit.Tenant, "guests", "read")
		s.Delegate(t, s.Tenant, operators, hanbit.Tenant, guests)
		// The other half is missing.
		s.Link(t, s.Tenant, "later", iam.Link{Kind: iam.LinkManaged, Other: later.Tenant.ID, OtherCode: "later",
			Assignments: []iam.Assignment{{Group: operators.ID, Theirs: []string{"guests"}}}})

		home, there := "user in "+tenantID(s), "read in "+iam.Short(hanbit.Tenant.ID)
		signedIn := func(username string, want ...string) string {
			t.Helper()
			got := record[session](t, send(t, s, "POST", "/v2.1/auth/signin", "", `{"username":"`+username+`","password":"`+apptest.AdminPassword+`"}`))
			if diff := cmp.Diff(want, tenancies(got.User)); diff != "" {
				t.Errorf("tenancies of %s (-want +got):\n%s", username, diff)
			}
			return got.Token
		}
		s.NewMember(t, s.Tenant, "nobody", "user")
		signedIn("nobody", home)
		token := signedIn("mina", home, there)
		again := record[session](t, send(t, s, "POST", "/v2.1/auth/refresh", token, ""))
		if diff := cmp.Diff([]string{home, there}, tenancies(again.User)); diff != "" {
			t.Errorf("tenancies after a refresh (-want +got):\n%s", diff)
		}

		// The record of a user is of their own tenant, and may be sent back.
		if diff := cmp.Diff([]string{home}, tenancies(record[user](t, get(t, s, "/v2.1/users/mina", s.AdminToken)))); diff != "" {
			t.Errorf("tenancies in the record (-want +got):\n%s", diff)
		}

		const users = "/managed_tenant/hanbit/v2.1/users"
		if r := get(t, s, users, again.Token); r.TotalRecords != 1 {
			t.Errorf("%d users there, want the administrator", r.TotalRecords)
		}
		refuse(t, s, 403, []string{"users.create"}, "POST", users, again.Token, `{"username":"x","password":"a first secret"}`)

		if err := s.Store.DeleteObject(t.Context(), s.Tenant.ID, objectNamed(t, s, "managed_tenant", "hanbit"), false, nil); err != nil {
			t.Fatal(err)
		}
		signedIn(m.User.Username, home)
		refuse(t, s, 404, nil, "GET", users, again.Token, "")
	})
}

// tenancies of a user as "role in id".
func tenancies(u user) []string {
	var all []string
	for _, t := range u.Tenancies {
		all = append(all, t.Role+" in "+t.ID)
	}
	return all
}

func objectNamed(t *testing.T, s *apptest.Server, kind, name string) iam.ObjectID {
	t.Helper()
	r, err := s.Store.Object(t.Context(), s.Tenant.ID, kind, iam.NamespaceSystem, name)
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}
