package app_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// elsewhere is a change of a user by another way in than provisioning. It answers
// whether it was taken.
type elsewhere func(t *testing.T, s *apptest.Server, u iam.User) bool

// otherWays are those by which some member changes that provisioning clients
// write, of others or of oneself.
var otherWays = map[string]elsewhere{
	"fess, given name": inFess(`"givenName":"Other"`), "fess, surname": inFess(`"surname":"Other"`), "fess, mail": inFess(`"mail":"other@example.com"`),
	"fess, telephone": inFess(`"telephoneNumber":"99"`), "fess, display name": inFess(`"displayName":"Other"`), "fess, name": inFess(`"name":"other"`),
	"fess, title": inFess(`"title":"Other"`), "fess, employee": inFess(`"employeeNumber":"99"`), "fess, department": inFess(`"departmentNumber":"99"`),
	"fess, sync": inFess(`"attributes":{"sync_id":"99"}`), "fess, who looks after": inFess(`"attributes":{"sync_mode":"SELF"}`),
	"f5xc, first name": inF5XC(`"first_name":"Other"`), "f5xc, last name": inF5XC(`"last_name":"Other"`),
	"f5xc, mail": inF5XC(`"email":"other@example.com"`), "f5xc, type": inF5XC(`"type":"SERVICE"`),
	"netapp, name": inNetApp(`{"username":"another"}`), "netapp, first name": inNetApp(`{"firstName":"Other"}`), "netapp, last name": inNetApp(`{"lastName":"Other"}`),
	"netapp, display name": inNetApp(`{"displayName":"Other"}`), "netapp, mail": inNetApp(`{"email":"other@example.com"}`), "netapp, phone": inNetApp(`{"phone":"99"}`),
	"ncloud, name": inNaver(`{"name":"Other"}`), "ncloud, mail": inNaver(`{"name":"Kim","email":"other@example.com"}`),
	"cloudforet, name": inCloudforet(`{"name":"Other"}`), "cloudforet, mail": inCloudforet(`{"email":"other@example.com"}`),
	"page, names": onPage("/account", "display_name=Other&given_name=Kim&family_name=Lee&phone=1"),
	"page, mail":  onPage("/account/email", "email=other%40example.com"),
}

// inFess writes a user with other members than it has.
func inFess(members string) elsewhere {
	return func(t *testing.T, s *apptest.Server, u iam.User) bool {
		t.Helper()
		form := members
		if !strings.HasPrefix(members, `"name"`) { // which has to be there
			form = fmt.Sprintf(`"name":%q,`, u.Username) + members
		}
		id := base64.URLEncoding.EncodeToString([]byte(u.Handle))
		body := fmt.Sprintf(`{"id":%q,"version_no":%d,%s}`, id, u.Version, form)
		a := s.Do(t, "PUT", "/api/admin/user/setting", s.AdminToken, body)
		var e struct {
			Response struct {
				Status int `json:"status"`
			} `json:"response"`
		}
		return json.Unmarshal([]byte(a.Body), &e) == nil && e.Response.Status == 0
	}
}

// inF5XC replaces a user, with a member that it does not have.
func inF5XC(member string) elsewhere {
	return func(t *testing.T, s *apptest.Server, u iam.User) bool {
		t.Helper()
		form := map[string]any{"name": u.Username, "email": u.Email, "first_name": u.GivenName, "last_name": u.FamilyName, "namespace": "system", "type": "USER"}
		if err := json.Unmarshal([]byte("{"+member+"}"), &form); err != nil {
			t.Fatal(err)
		}
		body, err := json.Marshal(form)
		if err != nil {
			t.Fatal(err)
		}
		return s.Do(t, "PUT", "/api/web/custom/namespaces/system/user_roles", s.AdminToken, string(body)).Status == http.StatusOK
	}
}

func inNetApp(body string) elsewhere {
	return func(t *testing.T, s *apptest.Server, u iam.User) bool {
		t.Helper()
		return s.Do(t, "PUT", "/v2.1/users/"+u.Username, s.AdminToken, body).Status < 300
	}
}

func inNaver(body string) elsewhere {
	return func(t *testing.T, s *apptest.Server, u iam.User) bool {
		t.Helper()
		return s.Do(t, "PUT", "/api/v1/sub-accounts/"+string(u.ID), s.AdminToken, body).Status < 300
	}
}

// inCloudforet is the user's own change.
func inCloudforet(body string) elsewhere {
	return func(t *testing.T, s *apptest.Server, u iam.User) bool {
		t.Helper()
		a := s.Do(t, "POST", "/identity/token/issue", "", fmt.Sprintf(`{"credentials":{"user_id":%q,"password":%q},"auth_type":"LOCAL","domain_id":%q}`,
			u.Username, apptest.AdminPassword, s.Tenant.ID))
		var tokens struct {
			Access string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(a.Body), &tokens); err != nil || tokens.Access == "" {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		return s.Do(t, "POST", "/identity/user-profile/update", tokens.Access, body).Status == http.StatusOK
	}
}

// onPage posts a form of the pages as the user.
func onPage(path, form string) elsewhere {
	return func(t *testing.T, s *apptest.Server, u iam.User) bool {
		t.Helper()
		begun, err := s.Authn.BeginSignIn(t.Context(), s.Tenant.ID, authn.Attempt{Username: u.Username, Password: apptest.AdminPassword, Pages: true}, testOrigin)
		if err != nil {
			t.Fatal(err)
		}
		a := s.Do(t, "POST", path, "", form, "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin",
			"Cookie: gatehouse="+begun.Cookie)
		return a.Status < 400
	}
}

// provisionedKim makes somebody whom a client looks after, or the like of them
// whom none does, with AdminPassword.
func provisionedKim(t *testing.T, s *apptest.Server, idp provisioner, username string, synced bool) iam.User {
	t.Helper()
	in := directory.NewUser{Username: username, Email: username + "@example.com", GivenName: "Kim", FamilyName: "Lee", DisplayName: "Kim Lee",
		Phone: "+82 2 1234 5678", Attributes: map[string]string{"title": "Engineer", "employeeNumber": "7", "f5xc.type": "Employee"}}
	var id iam.UserID
	if synced {
		id = iam.UserID(idp.user(t, username, `"externalId":"x-`+username+`"`, `"name":{"givenName":"Kim","familyName":"Lee"}`, `"displayName":"Kim Lee"`,
			`"emails":[{"value":"`+in.Email+`","type":"work","primary":true}]`, `"phoneNumbers":[{"value":"+82 2 1234 5678"}]`, `"title":"Engineer"`,
			`"userType":"Employee"`, `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber":"7","department":"R&D"}`))
	} else {
		u, err := s.Directory.CreateUser(t.Context(), s.Operator(), in)
		if err != nil {
			t.Fatal(err)
		}
		id = u.ID
	}
	password, later := apptest.AdminPassword, false
	u, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: id}, directory.UserChange{Password: &password, MustChangePassword: &later})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestProvisionedElsewhere: of whom a client looks after, no other way in changes
// what the client says; of others each does.
func TestProvisionedElsewhere(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		idp := newProvisioner(t, s, s.Tenant, s.Admin.ID)
		n := 0
		for name, change := range otherWays {
			for _, synced := range []bool{true, false} {
				n++
				u := provisionedKim(t, s, idp, fmt.Sprintf("kim%d", n), synced)
				one := "GET /Users/" + string(u.ID) + "?excludedAttributes=meta"
				before := idp.ask(t, one, "", 200)
				taken := change(t, s, u)
				after := idp.ask(t, one, "", 200)
				now, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{ID: u.ID})
				if err != nil {
					t.Fatal(err)
				}
				switch diff := cmp.Diff(before, after) + cmp.Diff(u.Attributes[iam.AttributeSyncMode], now.Attributes[iam.AttributeSyncMode]); {
				case synced && (taken || diff != ""):
					t.Errorf("%s: taken %v (-before +after)\n%s", name, taken, diff)
				case !synced && (!taken || diff == ""):
					t.Errorf("%s changes nothing of a user of one's own: taken %v", name, taken)
				}
			}
		}
	})
}

// TestProvisionedRemainsOnesOwn: what provisioning clients do not look after
// stays with who may, and with the user.
func TestProvisionedRemainsOnesOwn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		idp := newProvisioner(t, s, s.Tenant, s.Admin.ID)
		u := provisionedKim(t, s, idp, "kim", true)
		group := s.NewGroup(t, s.Tenant, "elsewhere", "").Name
		if !inF5XC(`"group_names":["`+group+`"]`)(t, s, u) {
			t.Error("an administrator puts nobody into a group")
		}
		if !inF5XC(`"type":"USER"`)(t, s, u) { // as it is shown, although the client's word is another
			t.Error("what was read cannot be written")
		}
		if got := idp.ask(t, "GET /Users/"+string(u.ID), "", 200); got["userType"] != "Employee" || fmt.Sprint(got["groups"]) == "<nil>" {
			t.Errorf("%v", got)
		}
		if !onPage("/account/preferences", "language=ko&time_zone=Asia%2FSeoul&theme=dark")(t, s, u) {
			t.Error("one's own preferences are refused")
		}
		if a := s.Do(t, "PUT", "/v2.1/users/"+u.Username, s.AdminToken, `{"password":"another long enough phrase"}`); a.Status >= 300 {
			t.Errorf("a password: %d %s", a.Status, a.Body)
		}
		if got := idp.ask(t, "GET /Users/"+string(u.ID), "", 200); got["timezone"] != "Asia/Seoul" || got["preferredLanguage"] != "ko" {
			t.Errorf("%v", got)
		}
	})
}
