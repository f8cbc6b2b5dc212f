package f5xc_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	idm       = "/api/web/namespaces/system/tenant/idm/"
	lastLogin = "GET " + idm + "events/last_login"
	logins    = "GET " + idm + "events/login"
	loginsIn  = "POST " + idm + "events/login_in_time"
	inactive  = "GET " + idm + "users/inactive"
)

// TestLoginEvents: what is done in whatever dialect is told, failures too, each
// under the name that was given.
func TestLoginEvents(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := caller{s, loadReference(t)}
		mina := s.NewMember(t, s.Tenant, "mina")
		reachable(t, s, mina, "mina@example.com", false)
		s.NewMember(t, s.Tenant, "never")
		from := authn.Origin{Dialect: "fess", Address: "192.0.2.7", Client: "curl"}
		try := func(name, password string) (iam.Session, time.Time) {
			t.Helper()
			s.Clock.Advance(time.Minute)
			session, err := s.Authn.SignIn(t.Context(), s.Tenant.ID, name, password, from)
			if err != nil && !iam.Is(err, iam.Unauthenticated) {
				t.Fatal(err)
			}
			latest, err := s.Authn.LoginEvents(t.Context(), s.Operator(), "", iam.Page{Limit: 1})
			if err != nil {
				t.Fatal(err)
			}
			return session, latest.Items[0].At
		}
		_, wrong := try("MINA", "not the password")
		_, unknown := try("nobody", "not a password")
		session, right := try("mina", apptest.AdminPassword)
		written := func(at time.Time) string { return at.Format(time.RFC3339Nano) }

		got := c.ok(t, logins, "")
		c.has(t, got, `{"login_events_map":{"mina":[{"username":"mina","time":%q,"error":"","auth_method":"pwd","ip_address":"192.0.2.7","session_id":%q},
			{"username":"MINA","time":%q,"error":"wrong password","session_id":""}],"nobody":[{"time":%q,"error":"unknown user"}]}}`,
			written(right), session.ID, written(wrong), written(unknown))
		// Paged, latest first; and of a time of which both ends are included.
		for request, want := range map[string][]string{
			logins + "?max=1":                   {written(right)},
			logins + "?first=1&max=1":           {written(unknown)},
			logins + "?first=3":                 nil,
			logins + "?first=1":                 {written(unknown), written(wrong)},
			logins + "?max=0":                   {written(right), written(unknown), written(wrong)},
			loginsIn + " {}":                    {written(right), written(unknown), written(wrong)},
			loginsIn + ` {"first":1,"max":"1"}`: {written(unknown)},
			loginsIn + fmt.Sprintf(` {"start":%q}`, written(unknown)):                                          {written(right), written(unknown)},
			loginsIn + fmt.Sprintf(` {"end":%q}`, written(unknown)):                                            {written(unknown), written(wrong)},
			loginsIn + fmt.Sprintf(` {"start":%q,"end":%q}`, written(unknown), written(unknown)):               {written(unknown)},
			loginsIn + fmt.Sprintf(` {"start":%q,"end":%q}`, written(right.Add(1000)), "2999-01-01T00:00:00Z"): nil,
		} {
			method, target, body := cutRequest(request)
			if got := timesOf(t, c.ok(t, method+" "+target, body)); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", request, got, want)
			}
		}
		h := holder{s, s.AdminToken}
		for _, refused := range []struct{ request, body, words string }{
			{logins + "?first=-1", "", "Field first should be 0 or more"},
			{logins + "?max=1001", "", "Field max should be from 0 to 1000"},
			{logins + "?max=many", "", "max"},
			{loginsIn, `{"max":-1}`, "Field max should"},
			{loginsIn, `{"first":-1}`, "Field first should"},
			{loginsIn, fmt.Sprintf(`{"start":%q,"end":%q}`, written(right), written(wrong)), "Field end should not be before"},
			{loginsIn, `{"start":"yesterday"}`, "Field start should"},
		} {
			h.refused(t, refused.request, refused.body, http.StatusBadRequest, refused.words)
		}

		c.has(t, c.ok(t, lastLogin, ""), `{"last_login_map":{"mina":%q}}`, written(right))
		if m := c.ok(t, lastLogin, "").(map[string]any)["last_login_map"].(map[string]any); len(m) != 1 {
			t.Errorf("last logins: %v", m)
		}
		c.has(t, c.ok(t, inactive, ""), `{"users":[{"email":"admin@example.com"},{"email":"never"}]}`)
		s.Clock.Advance(authn.InactiveAfter - time.Minute)
		c.has(t, c.ok(t, inactive, ""), `{"users":[{"email":"admin@example.com"},{"email":"never"}]}`)
		s.Clock.Advance(time.Minute)
		c.has(t, c.ok(t, inactive, ""), `{"users":[{"email":"admin@example.com"},{"email":"mina@example.com"},{"email":"never"}]}`)

		// Who may read users sees when they signed in, and not from where.
		s.NewRole(t, s.Tenant, "reader", iam.UsersRead)
		reader := holder{s, s.NewMember(t, s.Tenant, "reader", "reader").Token}
		for request, status := range map[string]int{lastLogin: 200, inactive: 200, logins: 403, loginsIn + " {}": 403} {
			method, target, body := cutRequest(request)
			if a := reader.do(t, method+" "+target, body); a.Status != status {
				t.Errorf("%s: %d, want %d", request, a.Status, status)
			}
			if a := (holder{s, mina.Token}).do(t, method+" "+target, body); a.Status != http.StatusForbidden {
				t.Errorf("%s without a right: %d", request, a.Status)
			}
		}
	})
}

// cutRequest takes "POST /path {}" apart.
func cutRequest(request string) (method, target, body string) {
	method, rest, _ := strings.Cut(request, " ")
	target, body, _ = strings.Cut(rest, " ")
	return method, target, body
}

// timesOf answers the times of all attempts of an answer.
func timesOf(t *testing.T, answer any) (times []string) {
	t.Helper()
	for _, events := range answer.(map[string]any)["login_events_map"].(map[string]any) {
		for _, e := range events.([]any) {
			times = append(times, e.(map[string]any)["time"].(string))
		}
	}
	slices.Sort(times)
	slices.Reverse(times)
	return times
}
