package netapp_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func tenantID(s *apptest.Server) string { return iam.Short(s.Tenant.ID) }

func find(t *testing.T, s *apptest.Server, id iam.UserID) iam.User {
	t.Helper()
	u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: id})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func roleNames(u iam.User) []string {
	var names []string
	for _, r := range u.Roles {
		names = append(names, r.Name)
	}
	return names
}

// A write leaves alone what the dialect cannot show.
func TestWritesKeepWhatTheyCannotShow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		helper(t, s, "auditor", iam.UsersRead)
		m := s.NewMember(t, s.Tenant, "mina", "read", "auditor")
		room := "7F"
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: m.User.ID},
			directory.UserChange{Attributes: map[string]*string{"roomNumber": &room}, Groups: &[]string{}}); err != nil {
			t.Fatal(err)
		}
		path := "/v2.1/users/" + iam.Short(m.User.ID)

		// The record, sent back as it was read, changes nothing.
		read := record[user](t, get(t, s, path, s.AdminToken))
		if read.Tenancies[0].Role != "read" {
			t.Errorf("role %q", read.Tenancies[0].Role)
		}
		send(t, s, "PUT", path, s.AdminToken, `{"displayName":"M","profileImageURL":"u","tenancies":[{"id":"`+tenantID(s)+`","role":"read"}]}`)
		u := find(t, s, m.User.ID)
		if diff := cmp.Diff([]string{"auditor", "read"}, roleNames(u)); diff != "" {
			t.Errorf("roles (-want +got):\n%s", diff)
		}
		if u.Attributes["roomNumber"] != room || u.DisplayName != "M" {
			t.Errorf("user %+v", u)
		}

		// Another role replaces all: a demotion is one.
		send(t, s, "PUT", path, s.AdminToken, `{"tenancies":[{"tenant_id":"`+tenantID(s)+`","role_name":"user"}]}`)
		if diff := cmp.Diff([]string{"user"}, roleNames(find(t, s, m.User.ID))); diff != "" {
			t.Errorf("roles (-want +got):\n%s", diff)
		}

		// And an empty text takes an attribute away.
		send(t, s, "PUT", path, s.AdminToken, `{"profileImageURL":""}`)
		if got := find(t, s, m.User.ID).Attributes; len(got) != 1 {
			t.Errorf("attributes %v", got)
		}
	})
}

// Nobody gives a role that allows more than they may do themselves.
func TestRolesAreNotGivenUpwards(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		clerk := helper(t, s, "clerk", "users.*", iam.RegionsRead, iam.ZonesRead, iam.JobsRead)
		refuse(t, s, 403, []string{"may not give away role admin"}, "POST", "/v2.1/users", clerk.Token, `{"username":"x","tenancies":[{"role_name":"admin"}]}`)
		send(t, s, "POST", "/v2.1/users", clerk.Token, `{"username":"x","tenancies":[{"role_name":"user"}]}`)
		refuse(t, s, 403, nil, "PUT", "/v2.1/users/x", clerk.Token, `{"tenancies":[{"role_name":"root"}]}`)
		refuse(t, s, 403, nil, "PUT", "/v2.1/users/clerk", clerk.Token, `{"tenancies":[{"role_name":"admin"}]}`)
		refuse(t, s, 403, nil, "DELETE", "/v2.1/users/admin", clerk.Token, "")
	})
}

// The path of a user takes an id or a name, the id first.
func TestIDBeforeName(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		mina := s.NewMember(t, s.Tenant, "mina", "user")
		id := iam.Short(mina.User.ID)
		s.NewMember(t, s.Tenant, id, "user") // somebody called like the other's id
		s.NewMember(t, s.Tenant, "5e61aa814559c20001df1a5f", "user")
		s.NewMember(t, s.Tenant, "a/b c", "user")
		for path, want := range map[string]string{
			id: "mina", "mina": "mina", "MINA/": "mina", "5e61aa814559c20001df1a5f": "5e61aa814559c20001df1a5f", "a%2Fb%20c": "a/b c"} {
			if got := record[user](t, get(t, s, "/v2.1/users/"+path, s.AdminToken)).Username; got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
	})
}

// Of changes at the same time each is made in full or refused as stale.
func TestRacingChanges(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		m := s.NewMember(t, s.Tenant, "mina", "user")
		send(t, s, "POST", "/v2.1/regions", s.AdminToken, `{"name":"kr"}`)
		for _, target := range []string{"/v2.1/users/" + iam.Short(m.User.ID), "/v2.1/regions/kr"} {
			const racers = 16
			codes := make([]int, racers)
			var all sync.WaitGroup
			for i := range racers {
				all.Go(func() {
					text := fmt.Sprintf("racer %d", i)
					codes[i], _ = do(t, s, "PUT", target, s.AdminToken, `{"displayName":"`+text+`","description":"`+text+`"}`)
				})
			}
			all.Wait()
			count := map[int]int{}
			for _, c := range codes {
				count[c]++
			}
			if count[200] == 0 || count[200]+count[409] != racers {
				t.Errorf("%s: %v", target, count)
			}
		}
		if u := find(t, s, m.User.ID); u.Version < 2 {
			t.Errorf("version %d", u.Version)
		}
	})
}

// An administrator works in a tenant below their own, and in no other.
func TestUsersOfOtherTenants(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		acme := s.NewTenant(t, "acme") // a root of its own
		foreign := iam.Short(acme.Tenant.ID)
		type tenant struct {
			ID string `json:"id"`
		}
		child := record[tenant](t, send(t, s, "POST", "/v2.1/tenants", s.AdminToken, `{"name":"Child","code":"child"}`)).ID
		send(t, s, "POST", "/v2.1/users", s.AdminToken, `{"username":"nari","tenant_id":"`+child+`"}`)

		list := get(t, s, "/v2.1/users?tenant_id="+child, s.AdminToken)
		nari := record[user](t, list)
		if nari.Username != "nari" || nari.Tenancies[0].ID != child {
			t.Errorf("%+v", nari)
		}
		refuse(t, s, 404, nil, "GET", "/v2.1/users/"+nari.ID, s.AdminToken, "")
		get(t, s, "/v2.1/users/"+nari.ID+"?tenant_id="+child, s.AdminToken)
		send(t, s, "PUT", "/v2.1/users/"+nari.ID, s.AdminToken, `{"tenant_id":"`+child+`","firstName":"Nari","tenancies":[{"tenant_id":"`+child+`","role_name":"read"}]}`)
		if got := record[user](t, get(t, s, "/v2.1/users/nari?tenant_id="+child, s.AdminToken)); got.FirstName != "Nari" || got.Tenancies[0].Role != "read" {
			t.Errorf("%+v", got)
		}
		get(t, s, "/v2.1/jobs?tenant_id="+child, s.AdminToken)
		reader := s.NewMember(t, s.Tenant, "reader", "read")
		refuse(t, s, 403, nil, "GET", "/v2.1/users?tenant_id="+child, reader.Token, "")
		send(t, s, "DELETE", "/v2.1/users/"+nari.ID+"?tenant_id="+child, s.AdminToken, "")
		refuse(t, s, 404, nil, "GET", "/v2.1/users/nari?tenant_id="+child, s.AdminToken, "")

		for _, r := range []struct{ method, target, body string }{
			{"GET", "/v2.1/users?tenant_id=" + foreign, ""},
			{"GET", "/v2.1/users/" + iam.Short(acme.User.ID), ""},
			{"GET", "/v2.1/users/admin?tenant_id=" + foreign, ""},
			{"PUT", "/v2.1/users/" + iam.Short(acme.User.ID), `{"firstName":"x"}`},
			{"PUT", "/v2.1/users/admin", `{"firstName":"x","tenant_id":"` + foreign + `"}`},
			{"DELETE", "/v2.1/users/" + iam.Short(acme.User.ID), ""},
			{"POST", "/v2.1/users", `{"username":"x","tenant_id":"` + foreign + `"}`},
			{"GET", "/v2.1/tenants/" + foreign, ""},
			{"PUT", "/v2.1/tenants/" + foreign, `{"name":"x"}`},
			{"DELETE", "/v2.1/tenants/" + foreign, ""},
			{"GET", "/v2.1/subtenants/" + foreign, ""},
			{"GET", "/v2.1/subtenants?tenant_id=" + foreign, ""},
			{"GET", "/v2.1/jobs?tenant_id=" + foreign, ""},
			{"GET", "/v2.1/tenants/" + tenantID(s), ""}, // and the other way
		} {
			token := s.AdminToken
			if r.target == "/v2.1/tenants/"+tenantID(s) {
				token = acme.Token
			}
			refuse(t, s, 404, nil, r.method, r.target, token, r.body)
		}
		if got := get(t, s, "/v2.1/tenants", acme.Token); got.TotalRecords != 1 {
			t.Errorf("acme sees %d tenants", got.TotalRecords)
		}
	})
}
