package netapp_test

import (
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const passwordPath = "/v2.1/auth/password"

func passwordBody(username, old, now string) string {
	body := `{"username":"` + username + `",`
	if old != "" {
		body += `"old_password":"` + old + `",`
	}
	return body + `"new_password":"` + now + `"}`
}

// Whoever tries learns the same of a user who is not there, a wrong password
// and a user who is disabled.
func TestFailedSignInsAreAlike(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		m := s.NewMember(t, s.Tenant, "gone", "user")
		disabled := iam.UserDisabled
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: m.User.ID}, directory.UserChange{State: &disabled}); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"/v2.1/auth/signin", passwordPath} {
			var answers []string
			for _, who := range []string{"nobody", "admin", "gone"} {
				password := "wrong"
				if who == "gone" {
					password = apptest.AdminPassword
				}
				a := s.Do(t, "POST", path, "", `{"username":"`+who+`","password":"`+password+`","old_password":"`+password+`","new_password":"another long phrase"}`)
				if a.Status != 401 {
					t.Errorf("%s %s: %d", path, who, a.Status)
				}
				answers = append(answers, a.Body)
			}
			if answers[0] != answers[1] || answers[0] != answers[2] {
				t.Errorf("%s answers differ: %q", path, answers)
			}
		}
	})
}

func TestOwnPassword(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		m := s.NewMember(t, s.Tenant, "mina", "user")
		refuse(t, s, 400, []string{"new_password"}, "POST", passwordPath, "", passwordBody("mina", apptest.AdminPassword, "short"))
		refuse(t, s, 400, []string{"new password must differ"}, "POST", passwordPath, "", passwordBody("mina", apptest.AdminPassword, apptest.AdminPassword))
		refuse(t, s, 400, []string{"username is required", "new_password is required"}, "POST", passwordPath, "", `{}`)
		refuse(t, s, 401, []string{"old_password"}, "POST", passwordPath, "", passwordBody("mina", "", "another long phrase"))
		refuse(t, s, 403, nil, "POST", passwordPath, m.Token, passwordBody("mina", "", "another long phrase"))
		// Even an administrator proves the current one to change their own.
		refuse(t, s, 400, []string{"new_password", "current"}, "POST", passwordPath, s.AdminToken, passwordBody("ADMIN", "", "another long phrase"))
		refuse(t, s, 400, []string{"password", "current"}, "PUT", "/v2.1/users/admin", s.AdminToken, `{"password":"another long phrase"}`)

		r := record[session](t, send(t, s, "POST", passwordPath, "", passwordBody("mina", apptest.AdminPassword, "another long phrase")))
		get(t, s, "/v2.1/regions", r.Token)
		refuse(t, s, 401, nil, "POST", "/v2.1/auth/signin", "", `{"username":"mina","password":"`+apptest.AdminPassword+`"}`)
		signIn(t, s, "", "mina", "another long phrase")
	})
}

// helper makes a member whose role allows what the rules say.
func helper(t *testing.T, s *apptest.Server, username string, permissions ...iam.Permission) apptest.Member {
	t.Helper()
	var rules []iam.Rule
	for _, p := range permissions {
		rules = append(rules, iam.Rule{Permission: string(p)})
	}
	g, err := s.Access.CreateAPIGroup(t.Context(), s.Operator(), username, "", rules)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Access.CreateRole(t.Context(), s.Operator(), access.NewRole{Name: username, APIGroups: []iam.APIGroupID{g.ID}}); err != nil {
		t.Fatal(err)
	}
	return s.NewMember(t, s.Tenant, username, username)
}

// Setting the password of another takes a right of its own, on every path, and
// no less than what the other may do.
func TestPasswordOfAnother(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		s.NewMember(t, s.Tenant, "mina")
		desk := helper(t, s, "desk", iam.UsersRead, iam.UsersUpdate, iam.UsersPassword)
		clerk := helper(t, s, "clerk", iam.UsersRead, iam.UsersUpdate)
		reader := s.NewMember(t, s.Tenant, "reader", "read")
		partner := s.NewMember(t, s.Tenant, "partner", "partner")

		r := record[session](t, send(t, s, "POST", passwordPath, desk.Token, passwordBody("mina", "", "weak")))
		if r.User.Username != "mina" || r.Token != "" {
			t.Errorf("answered %+v", r)
		}
		signIn(t, s, "", "mina", "weak")
		refuse(t, s, 403, []string{"more rights"}, "POST", passwordPath, desk.Token, passwordBody("admin", "", "taken over"))
		refuse(t, s, 403, nil, "PUT", "/v2.1/users/admin", desk.Token, `{"password":"taken over"}`)
		refuse(t, s, 404, nil, "POST", passwordPath, desk.Token, passwordBody("nobody", "", "x"))
		refuse(t, s, 403, []string{"users.password"}, "PUT", "/v2.1/users/mina", clerk.Token, `{"password":"x"}`)
		send(t, s, "PUT", "/v2.1/users/mina", clerk.Token, `{"firstName":"Mina"}`)

		for _, m := range []apptest.Member{clerk, reader, partner} {
			// Who may not is not told whether there is such a user.
			for _, who := range []string{"mina", "nobody"} {
				refuse(t, s, 403, nil, "POST", passwordPath, m.Token, passwordBody(who, "", "x"))
			}
		}
		refuse(t, s, 401, nil, "POST", passwordPath, "gh_default_x_0", passwordBody("mina", "", "x"))
		signIn(t, s, "", "admin", apptest.AdminPassword)
	})
}

func TestSessionsNeedAPassword(t *testing.T) {
	s := apptest.SQLite(t)
	refuse(t, s, 400, []string{"API token"}, "POST", refreshPath, s.AdminToken, "")
	send(t, s, "POST", "/v2.1/auth/signout", s.AdminToken, "")
	get(t, s, "/v2.1/regions", s.AdminToken) // it is not a session, and has not ended
	for body, words := range map[string][]string{
		`{}`:                                  {"username is required", "password is required"},
		`{"username":"admin"}`:                {"password is required"},
		`{"username":"","password":"x"}`:      {"username is required"},
		`{"username":"a","password":5}`:       {"password must be a string"},
		``:                                    {"body is required"},
		`{"username":"a","password":"x"`:      {"not valid JSON"},
		`{"username":"a","username":"admin"}`: {"username", "twice"},
	} {
		refuse(t, s, 400, words, "POST", "/v2.1/auth/signin", "", body)
	}
}
