package f5xc_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// Where users and groups are.
const (
	custom     = "/api/web/custom/namespaces/system/"
	userRoles  = custom + "user_roles"
	userGroups = custom + "user_groups"
)

// person is somebody with an API token.
type person struct {
	*apptest.Server
	token string
}

// ask sends a request, "METHOD /path", and wants a status.
func (p person) ask(t *testing.T, request, body string, want int) (answer map[string]any) {
	t.Helper()
	method, target, _ := strings.Cut(request, " ")
	a := p.Do(t, method, target, "", body, "Authorization: APIToken "+p.token)
	if err := json.Unmarshal([]byte(a.Body), &answer); err != nil || a.Status != want {
		t.Fatalf("%s %s: %d %s, want %d", request, body, a.Status, a.Body, want)
	}
	return answer
}

// form is a request to make or to write a user, with more members.
func form(name, more string) string {
	if more != "" {
		more = "," + more
	}
	return fmt.Sprintf(`{"name":%q,"email":"%s@example.com","first_name":"F","last_name":"L","namespace":"system"%s}`, name, name, more)
}

// listed answers the users of the list, by name.
func (p person) listed(t *testing.T) map[string]map[string]any {
	t.Helper()
	users := map[string]map[string]any{}
	for _, item := range p.ask(t, "GET "+userRoles, "", 200)["items"].([]any) {
		u := item.(map[string]any)
		users[u["name"].(string)] = u
	}
	return users
}

// roles writes an answer's namespace_roles as "role@namespace".
func roles(answer map[string]any) []string {
	all := []string{}
	for _, e := range answer["namespace_roles"].([]any) {
		e := e.(map[string]any)
		all = append(all, e["role"].(string)+"@"+e["namespace"].(string))
	}
	slices.Sort(all)
	return all
}

// entries is a member namespace_roles of "role@namespace".
func entries(texts ...string) string {
	all := []string{}
	for _, text := range texts {
		role, namespace, _ := strings.Cut(text, "@")
		all = append(all, fmt.Sprintf(`{"namespace":%q,"role":%q}`, namespace, role))
	}
	return `"namespace_roles":[` + strings.Join(all, ",") + `]`
}

func wants(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// TestInvitation: a person who is made gets a mail with a link to set the first
// password, which works; a program gets none.
func TestInvitation(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		p := person{s, s.AdminToken}
		mail := s.NewMail(t, s.Tenant.ID, "ann@example.com", func() { p.ask(t, "POST "+userRoles, form("ann", ""), 200) })
		if mail.Kind != iam.MessageInvite || !strings.HasPrefix(mail.Link, apptest.PublicURL) {
			t.Errorf("the mail is %+v", mail)
		}
		p.ask(t, "POST "+userRoles, form("robot", `"type":"SERVICE"`), 200)
		p.ask(t, "POST "+userRoles, form("ann", ""), 409)
		if mails := s.Mails(t, s.Tenant.ID, "robot@example.com"); len(mails) != 0 {
			t.Errorf("a program was invited: %+v", mails)
		}
		if mails := s.Mails(t, s.Tenant.ID, "ann@example.com"); len(mails) != 1 {
			t.Errorf("a user who is there was invited again: %d mails", len(mails))
		}
	})
}

// TestUserLists: what is left out of a request stays, what is empty is none,
// and what cannot be shown is left alone.
func TestUserLists(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		p := person{s, s.AdminToken}
		p.ask(t, "POST "+userGroups, `{"name":"team"}`, 200)
		p.ask(t, "POST "+userRoles, form("ann", `"group_names":["team"],`+entries("read@system", "read@*", "user@default")), 200)
		ann := func() map[string]any { t.Helper(); return p.listed(t)["ann"] }
		wants(t, "made", roles(ann()), []string{"read@*", "read@system", "user@default"})
		u, err := s.Directory.User(t.Context(), s.Operator(), directory.UserKey{Username: "ann"})
		if err != nil {
			t.Fatal(err)
		}
		if len(u.Roles) != 1 || u.Roles[0].Name != "read" {
			t.Errorf("both entries are %+v in the whole tenant", u.Roles)
		}
		// A role in a group of namespaces is shown in each of them.
		ours, err := s.Tenancy.CreateNamespaceGroup(t.Context(), s.Operator(), tenancy.NewNamespaceGroup{Name: "ours", Namespaces: []string{"default", "shared"}})
		if err != nil {
			t.Fatal(err)
		}
		user := u.Bindings[slices.IndexFunc(u.Bindings, func(b iam.RoleIn) bool { return b.Role.Name == "user" })].Role.ID
		if _, err := s.Access.Bind(t.Context(), s.Operator(), iam.Binding{User: u.ID, Role: user, Scope: iam.GroupScope(ours.ID)}); err != nil {
			t.Fatal(err)
		}
		shown := roles(ann())
		wants(t, "with a group of namespaces", shown, []string{"read@*", "read@system", "user@default", "user@shared"})
		before, err := s.Access.Grants(t.Context(), s.Operator(), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		for what, body := range map[string]string{"written back": form("ann", entries(shown...)), "left out": form("ann", "")} {
			p.ask(t, "PUT "+userRoles, body, 200)
			after, err := s.Access.Grants(t.Context(), s.Operator(), u.ID)
			if err != nil {
				t.Fatal(err)
			}
			wants(t, what, after, before)
			wants(t, "groups", ann()["group_names"], any([]any{"team"}))
		}
		p.ask(t, "POST "+userRoles+"/ANN", `{"email":"new@example.com","first_name":"A","last_name":"B","namespace":"system","group_names":[],`+entries("user@shared")+`}`, 200)
		got := ann()
		wants(t, "a group broken up", roles(got), []string{"user@shared"})
		wants(t, "groups", got["group_names"], any([]any{}))
		wants(t, "address", got["email"], any("new@example.com"))
		p.ask(t, "PUT "+userRoles, `{"email":"new@example.com","first_name":"A","last_name":"C","namespace":"system",`+entries()+`}`, 200) // found by the address
		got = ann()
		wants(t, "none", roles(got), []string{})
		wants(t, "last name", got["last_name"], any("C"))
	})
}

// TestUserFacts: what the list computes, also for users who were made
// elsewhere.
func TestUserFacts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		p := person{s, s.AdminToken}
		for name, kind := range map[string]iam.FactorKind{"app": iam.FactorTOTP, "mail": iam.FactorEmail, "key": iam.FactorPasskey, "waiting": iam.FactorTOTP} {
			u := s.NewMember(t, s.Tenant, name).User
			f := authn.FactorRecord{Factor: iam.Factor{ID: iam.FactorID(s.Env().NewID()), User: u.ID, Kind: kind, Created: s.Env().Time()},
				Expires: s.Env().Time().Add(time.Hour)}
			if kind == iam.FactorPasskey {
				f.Credential = "Y3JlZA"
			}
			if err := s.Store.InsertFactor(t.Context(), s.Tenant.ID, f); err != nil {
				t.Fatal(err)
			}
			if name != "waiting" {
				if _, err := s.Store.ActivateFactor(t.Context(), s.Tenant.ID, authn.Activation{User: u.ID, Factor: f.ID, Step: 1, At: s.Env().Time()}); err != nil {
					t.Fatal(err)
				}
			}
		}
		yes := "true"
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{Username: "app"},
			directory.UserChange{State: ptr(iam.UserDisabled), Attributes: map[string]*string{"domain_owner": &yes, "f5xc.type": ptr("nonsense")}}); err != nil {
			t.Fatal(err)
		}
		users := p.listed(t)
		for name, want := range map[string]bool{"app": true, "mail": true, "key": false, "waiting": false, "admin": false} {
			wants(t, "otp_enabled of "+name, users[name]["otp_enabled"], any(want))
		}
		app := users["app"]
		if app["disabled"] != true || app["domain_owner"] != true || app["type"] != "USER" || app["idm_type"] != "VOLTERRA_MANAGED" {
			t.Errorf("%v", app)
		}
		if at, there := users["mail"]["last_login_timestamp"]; there {
			t.Errorf("signed in at %v", at)
		}
	})
}

// TestEveryUserIsListed although they are read a page at a time.
func TestEveryUserIsListed(t *testing.T) {
	s := apptest.SQLite(t)
	for i := range 501 {
		if _, err := s.Directory.CreateUser(t.Context(), s.Operator(), directory.NewUser{Username: fmt.Sprintf("user%03d", i), Roles: []string{"user"}}); err != nil {
			t.Fatal(err)
		}
	}
	users := person{s, s.AdminToken}.listed(t)
	if len(users) != 502 || len(roles(users["user500"])) != 2 {
		t.Errorf("%d users, the last %v", len(users), users["user500"])
	}
}

// TestOneAddressOfSeveral: an address says who is meant only where one has it,
// and is never a pattern.
func TestOneAddressOfSeveral(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		p := person{s, s.AdminToken}
		for _, name := range []string{"ann", "bob", "kim"} {
			address := "two@example.com"
			if name == "kim" {
				address = "kim@example.com"
			}
			if _, err := s.Directory.CreateUser(t.Context(), s.Operator(), directory.NewUser{Username: name, Email: address}); err != nil {
				t.Fatal(err)
			}
		}
		remove := func(email string, want int) {
			t.Helper()
			p.ask(t, "POST "+custom+"users/cascade_delete", fmt.Sprintf(`{"email":%q,"namespace":"system"}`, email), want)
		}
		remove("two@example.com", 409)
		remove("*@example.com", 404)
		remove("ki*@example.com", 404)
		remove("kim@example.com|x@example.com", 404)
		remove("*", 404)
		remove("KIM@example.com", 200)
		remove("ann", 200)
		remove("two@example.com", 200) // the only one now
		wants(t, "left", slices.Sorted(func(yield func(string) bool) {
			for name := range p.listed(t) {
				if !yield(name) {
					return
				}
			}
		}), []string{"admin"})
	})
}

// TestTerms: a tenant's own text is what is accepted, by everybody for
// themselves, and by nobody for others.
func TestTerms(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ann := person{s, s.NewMember(t, s.Tenant, "ann").Token}
		st, err := s.Tenancy.Settings(t.Context(), s.Tenant.ID)
		if err != nil {
			t.Fatal(err)
		}
		st.Terms = iam.Terms{Version: "2", Text: "친절하게.\nBe kind."}
		if _, err := s.Tenancy.UpdateSettings(t.Context(), s.Operator(), st); err != nil {
			t.Fatal(err)
		}
		wants(t, "terms", ann.ask(t, "GET "+custom+"tos", "", 200), map[string]any{"text": st.Terms.Text, "version": "2"})
		accept := func(body string, want int) {
			t.Helper()
			ann.ask(t, "POST "+custom+"accept_tos", body, want)
		}
		accept(`{"namespace":"system","tos_version":"1"}`, 400)
		accept(`{"namespace":"system"}`, 400)
		accept(`{"namespace":"system","tos_version":"2","tos_accepted_at":"-1"}`, 400)
		accept(`{"namespace":"system","tos_version":"2","tos_accepted_at":"253402300800"}`, 400)
		accept(`{"namespace":"shared","tos_version":"2"}`, 400)
		accept(`{"namespace":"system","tos_accepted":"2","tos_accepted_at":"1730419200"}`, 200)
		ann.ask(t, "GET /api/web/custom/namespaces/shared/tos", "", 404)
		me := ann.ask(t, "GET "+custom+"whoami", "", 200)
		wants(t, "accepted", []any{me["tos_version"], me["tos_accepted"], me["tos_accepted_at"]}, []any{"2", "2", "2024-11-01T00:00:00Z"})
		accept(`{"namespace":"system","tos_version":"2"}`, 200) // now
		if me := ann.ask(t, "GET "+custom+"whoami", "", 200); me["tos_accepted_at"] == "2024-11-01T00:00:00Z" {
			t.Error("accepted again, and still in 2024")
		}
		admin := person{s, s.AdminToken}
		admin.ask(t, "POST "+custom+"user_roles/ann", `{"email":"ann@example.com","first_name":"A","last_name":"B","namespace":"system","tos_version":"9"}`, 200)
		wants(t, "after a change by the administrator", ann.ask(t, "GET "+custom+"whoami", "", 200)["tos_version"], any("2"))
	})
}

// TestSamePerson: the user that one dialect makes is the one that the others
// show, and a write through one leaves alone what it does not know.
func TestSamePerson(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		p := person{s, s.AdminToken}
		p.ask(t, "POST "+userGroups, `{"name":"team"}`, 200)
		made := p.ask(t, "POST "+userRoles, `{"name":"hana","email":"hana@example.com","first_name":"하나","last_name":"이","namespace":"system",
			"group_names":["team"],"type":"DEBUG",`+entries("read@system", "read@*", "user@shared")+`}`, 200)
		uid := made["system_metadata"].(map[string]any)["uid"].(string)
		ask := func(method, target, token, body string, headers ...string) (answer map[string]any) {
			t.Helper()
			a := s.Do(t, method, target, token, body, append(headers, "Content-Type: application/json")...)
			if err := json.Unmarshal([]byte(a.Body), &answer); err != nil || a.Status != 200 {
				t.Fatalf("%s %s: %d %s", method, target, a.Status, a.Body)
			}
			return answer
		}

		fess := "/api/admin/user/setting"
		id := base64.URLEncoding.EncodeToString([]byte("hana"))
		in := func(answer map[string]any, path ...string) any {
			var v any = answer
			for _, name := range path {
				m, _ := v.(map[string]any)
				v = m[name]
			}
			return v
		}
		seen := ask("GET", fess+"/"+id, s.AdminToken, "")
		wants(t, "Fess", []any{in(seen, "response", "setting", "mail"), in(seen, "response", "setting", "surname"), in(seen, "response", "setting", "givenName")},
			[]any{"hana@example.com", "이", "하나"})

		secret, k, err := s.Authn.CreateAccessKey(t.Context(), s.Operator(), s.Admin.ID, nil)
		if err != nil {
			t.Fatal(err)
		}
		target := "/api/v1/sub-accounts/" + uid
		stamp := strconv.FormatInt(s.Clock.Now().UnixMilli(), 10)
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte("GET " + target + "\n" + stamp + "\n" + string(k.ID)))
		seen = ask("GET", target, "", "", "x-ncp-apigw-timestamp: "+stamp, "x-ncp-iam-access-key: "+string(k.ID),
			"x-ncp-apigw-signature-v2: "+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		wants(t, "Naver Cloud", []any{seen["loginId"], seen["email"], seen["subAccountId"]}, []any{"hana", "hana@example.com", uid})

		no := false
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{Username: "hana"},
			directory.UserChange{Password: ptr(apptest.AdminPassword), MustChangePassword: &no}); err != nil {
			t.Fatal(err)
		}
		issued := ask("POST", "/identity/token/issue", "", fmt.Sprintf(`{"domain_id":%q,"auth_type":"LOCAL","credentials":{"user_id":"hana","password":%q}}`,
			s.Tenant.ID, apptest.AdminPassword))
		seen = ask("POST", "/identity/user-profile/get", issued["access_token"].(string), "{}")
		wants(t, "Cloudforet", []any{seen["user_id"], seen["email"]}, []any{"hana", "hana@example.com"})

		// And back: Fess writes what it knows, and makes somebody.
		ask("PUT", fess, s.AdminToken, fmt.Sprintf(`{"id":%q,"name":"hana","surname":"Lee","givenName":"Hana","mail":"hana@example.com","attributes":{"employeeNumber":"7"},
			"roles":["read"],"groups":[%q],"version_no":%v}`, id, "team", in(ask("GET", fess+"/"+id, s.AdminToken, ""), "response", "setting", "versionNo")))
		u := p.listed(t)["hana"]
		wants(t, "after Fess", []any{u["first_name"], u["last_name"], u["type"], u["group_names"]}, []any{"Hana", "Lee", "DEBUG", []any{"team"}})
		wants(t, "roles after Fess", roles(u), []string{"read@*", "read@system", "user@shared"})
		if u["last_login_timestamp"] == nil {
			t.Error("signed in through Cloudforet, and it is not shown")
		}
		p.ask(t, "PUT "+userRoles, `{"name":"hana","email":"hana@example.com","first_name":"H","last_name":"L","namespace":"system"}`, 200)
		seen = ask("GET", fess+"/"+id, s.AdminToken, "")
		wants(t, "the attribute of Fess", in(seen, "response", "setting", "employeeNumber"), any("7"))
		ask("POST", fess, s.AdminToken, `{"name":"fess.user","password":"securepassword","surname":"Test","givenName":"User","mail":"f@example.com","roles":["user"],"groups":["Fess Group"]}`)
		u = p.listed(t)["fess.user"]
		wants(t, "made by Fess", []any{u["email"], u["last_name"], u["group_names"]}, []any{"f@example.com", "Test", []any{"Fess Group"}})
		wants(t, "roles made by Fess", roles(u), []string{"user@*", "user@system"})
		g := p.ask(t, "GET "+userGroups+"/Fess%20Group", "", 200)
		wants(t, "the group of Fess", g["usernames"], any([]any{"fess.user"}))
	})
}

func ptr[T any](v T) *T { return &v }
