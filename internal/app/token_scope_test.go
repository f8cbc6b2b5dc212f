package app_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// An administrator comes with a token for one right: every operation that needs
// another one, or none in particular, is refused, and nothing is written.
func TestTokenOfOneRight(t *testing.T) {
	s := apptest.SQLite(t)
	token, _, err := s.Authn.CreateToken(t.Context(), s.Operator(), s.Tenant.Code,
		authn.NewToken{User: s.Admin.ID, Scope: string(iam.RegionsRead), Untold: true})
	if err != nil {
		t.Fatal(err)
	}
	before := rows(t, s, s.Tenant.ID)
	body, err := json.Marshal(map[string]any{"name": "mine", "username": "mine", "password": "a long enough phrase", "email": "evil@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	allowed := 0
	each(s, func(op api.Registered, method, path string) {
		if op.Op.Access.IsPublic() || path != op.Op.Paths[0] {
			return
		}
		target := parameter.ReplaceAllString(path, "admin")
		a := s.Do(t, method, target, token, string(body))
		if op.Op.Access.Permission() == iam.RegionsRead {
			if allowed++; a.Status != http.StatusOK && a.Status != http.StatusNotFound {
				t.Errorf("%s %s, which the token is for, answers %d %s", method, target, a.Status, a.Body)
			}
			return
		}
		if op.Dialect.Name == "fess" { // says how it went in the body
			var e struct {
				Response struct {
					Status int `json:"status"`
				} `json:"response"`
			}
			if err := json.Unmarshal([]byte(a.Body), &e); err != nil || e.Response.Status == 0 {
				t.Errorf("%s %s answers %d %s", method, target, a.Status, a.Body)
			}
		} else if a.Status != http.StatusForbidden && a.Status != http.StatusUnauthorized {
			t.Errorf("%s %s answers %d %s", method, target, a.Status, a.Body)
		}
	})
	if allowed == 0 {
		t.Error("no operation was found that the token is for")
	}
	if diff := cmp.Diff(before, rows(t, s, s.Tenant.ID)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}
