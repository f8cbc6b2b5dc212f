package app_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// public are the operations that need no credentials. Whoever adds one to a
// dialect has to add it here, and to think.
var public = []string{"netapp auth.signin", "netapp auth.password", "fess health.v1", "fess health.v2",
	"cloudforet token.issue", "cloudforet token.grant", "cloudforet user-profile.reset-password", "cloudforet domain.get-auth-info",
	"cloudforet endpoint.list", "cloudforet reflection", "cloudforet jwks", "cloudforet config",
	"f5xc tenant.lookup-public", "f5xc signup.validate-registration", "f5xc signup.get", "f5xc signup.send-password-email",
	"f5xc signup.validate-contact", "f5xc tenant.password-policy", "f5xc place.public.countries", "f5xc place.public.states", "f5xc place.public.cities",
	"scim config"}

// unauthenticated tells, for each dialect, an answer to who is not known.
var unauthenticated = map[string]func(apptest.Answer) bool{
	"netapp": func(a apptest.Answer) bool {
		var e struct {
			Status struct {
				Code int `json:"code"`
			} `json:"status"`
		}
		return a.Status == http.StatusUnauthorized && json.Unmarshal([]byte(a.Body), &e) == nil && e.Status.Code == http.StatusUnauthorized
	},
	"cloudforet": func(a apptest.Answer) bool {
		var e struct {
			Detail struct {
				Code string `json:"code"`
			} `json:"detail"`
		}
		return a.Status == http.StatusUnauthorized && json.Unmarshal([]byte(a.Body), &e) == nil && e.Detail.Code == "ERROR_AUTHENTICATE_FAILURE"
	},
	"ncloud": func(a apptest.Answer) bool {
		var e struct {
			Error struct {
				ErrorCode string `json:"errorCode"`
				Message   string `json:"message"`
			} `json:"error"`
		}
		return a.Status == http.StatusUnauthorized && json.Unmarshal([]byte(a.Body), &e) == nil &&
			e.Error.ErrorCode == "200" && e.Error.Message == "Authentication Failed"
	},
	"f5xc": func(a apptest.Answer) bool {
		var e struct {
			Code    int    `json:"code"`
			Details []any  `json:"details"`
			Message string `json:"message"`
		}
		return a.Status == http.StatusUnauthorized && json.Unmarshal([]byte(a.Body), &e) == nil &&
			e.Code == 16 && e.Details != nil && e.Message != "" && a.Header.Get("WWW-Authenticate") != ""
	},
	"gatehouse": func(a apptest.Answer) bool {
		var e struct {
			Status int `json:"status"`
		}
		return a.Status == http.StatusUnauthorized && a.Header.Get("Content-Type") == "application/problem+json" &&
			json.Unmarshal([]byte(a.Body), &e) == nil && e.Status == http.StatusUnauthorized
	},
	"scim": func(a apptest.Answer) bool {
		var e struct {
			Status string `json:"status"`
		}
		return a.Status == http.StatusUnauthorized && a.Header.Get("Content-Type") == "application/scim+json" &&
			json.Unmarshal([]byte(a.Body), &e) == nil && e.Status == "401" && a.Header.Get("WWW-Authenticate") != ""
	},
	"fess": func(a apptest.Answer) bool {
		var e struct {
			Response struct {
				Status  int    `json:"status"`
				Message string `json:"message"`
			} `json:"response"`
		}
		return a.Status == http.StatusOK && json.Unmarshal([]byte(a.Body), &e) == nil &&
			e.Response.Status == 3 && e.Response.Message == "Unauthorized request."
	},
}

// missing tells an answer to who asks for what is not there; one dialect has a
// word of its own for a path that is not.
func missing(a apptest.Answer) bool {
	return a.Status == http.StatusNotFound || strings.Contains(a.Body, `"ERROR_UNSUPPORTED_API"`)
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// each calls visit with every method and every spelling of every operation. What
// ends the tenant of the caller comes last.
func each(s *apptest.Server, visit func(op api.Registered, method, path string)) {
	ends := func(op api.Registered) bool {
		return op.Op.ID == "tenant.request-delete" || op.Op.ID == "tenant.deactivate"
	}
	for _, last := range []bool{false, true} {
		for _, op := range s.Registry.Operations() {
			for _, method := range op.Op.Methods {
				for _, path := range op.Op.Paths {
					if ends(op) == last {
						visit(op, method, path)
					}
				}
			}
		}
	}
}

// Without credentials, or with ones that nobody gave out, every operation
// outside of the list answers that it does not know the caller, in the form of
// its dialect, whatever else the request says.
func TestNobodyGetsIn(t *testing.T) {
	s := apptest.SQLite(t)
	before := rows(t, s, s.Tenant.ID)
	var seen []string
	each(s, func(op api.Registered, method, path string) {
		name := op.Dialect.Name + " " + op.Op.ID
		target := parameter.ReplaceAllString(path, "admin")
		if op.Op.Access.IsPublic() {
			seen = append(seen, name)
			if a := s.Do(t, method, "/managed_tenant/"+s.Tenant.Code+target, "", `{"name":"x"}`); !missing(a) {
				t.Errorf("%s %s in a managed tenant, without credentials, answers %d %s", method, target, a.Status, a.Body)
			}
			return
		}
		for _, token := range []string{"", "gh_default_x_" + strings.Repeat("0", 64), s.AdminToken + "0", "eyJhbGciOiJub25lIn0.e30."} {
			if a := s.Do(t, method, target, token, `{"name":"x"}`); !unauthenticated[op.Dialect.Name](a) {
				t.Errorf("%s %s with the token %.12q answers %d %s", method, target, token, a.Status, a.Body)
			}
		}
		if a := s.Do(t, method, "/managed_tenant/"+s.Tenant.Code+target, "", `{"name":"x"}`); !unauthenticated[op.Dialect.Name](a) && !missing(a) {
			t.Errorf("%s %s in a managed tenant, without credentials, answers %d %s", method, target, a.Status, a.Body)
		}
	})
	slices.Sort(seen)
	if diff := cmp.Diff(slices.Sorted(slices.Values(public)), slices.Compact(seen)); diff != "" {
		t.Errorf("public operations (-list +registry):\n%s", diff)
	}
	if diff := cmp.Diff(before, rows(t, s, s.Tenant.ID)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}

// The administrator of one tenant is nobody, or nobody who may do anything,
// where host name or path name another one; and where it is named as a tenant
// that theirs manages, no such tenant is there, nor is one that nobody has.
func TestTokensAreOfOneTenant(t *testing.T) {
	s := apptest.SQLite(t)
	stranger := s.NewTenant(t, "stranger")
	before := rows(t, s, s.Tenant.ID)
	each(s, func(op api.Registered, method, path string) {
		if op.Op.Access.IsPublic() {
			return
		}
		target := parameter.ReplaceAllString(path, "admin")
		for _, a := range []apptest.Answer{
			s.Do(t, method, target, stranger.Token, `{"name":"x"}`, "Host: "+s.Tenant.Code+".gatehouse.test"),
			s.Do(t, method, "/t/"+s.Tenant.Code+target, stranger.Token, `{"name":"x"}`),
		} {
			if !unauthenticated[op.Dialect.Name](a) && a.Status != http.StatusForbidden {
				t.Errorf("%s %s in another tenant answers %d %s", method, target, a.Status, a.Body)
			}
		}
		theirs := s.Do(t, method, "/managed_tenant/"+s.Tenant.Code+target, stranger.Token, `{"name":"x"}`)
		nobodys := s.Do(t, method, "/managed_tenant/no-such-tenant"+target, stranger.Token, `{"name":"x"}`)
		if theirs.Status != nobodys.Status || strings.ReplaceAll(theirs.Body, s.Tenant.Code, "no-such-tenant") != nobodys.Body {
			t.Errorf("%s %s in a tenant that is not reached answers %d %s, in one that is not there %d %s", method, target,
				theirs.Status, theirs.Body, nobodys.Status, nobodys.Body)
		}
	})
	if diff := cmp.Diff(before, rows(t, s, s.Tenant.ID)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}

// An administrator of one tenant calls every operation with the ids and names
// of another's objects: in the path, and with a path of their own in query,
// body and references in the body. Nothing of the other is answered, and
// nothing of it changes. The same holds of who came into that tenant from a
// third one, of which nothing changes either.
func TestTenantsAreApart(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		const (
			mark   = "of-the-other-tenant"      // in names, which a request may repeat
			secret = "only-its-owner-sees-this" // in what no request says
		)
		s.Do(t, "POST", "/api/admin/user/setting", s.AdminToken,
			`{"name":"victim","password":"a long enough phrase","mail":"`+secret+`@example.com","roles":["admin"],"groups":["`+mark+`"]}`)
		s.Do(t, "POST", "/v2.1/regions", s.AdminToken, `{"name":"`+mark+`","description":"`+secret+`"}`)
		s.Do(t, "POST", "/v2.1/zones", s.AdminToken, `{"name":"`+mark+`-a","description":"`+secret+`","region_name":"`+mark+`"}`)
		f5 := f5Objects(t, s, "shop", mark, secret)
		foreign := append(foreignIDs(t, s), mark, "victim")
		stranger, agency, ward := s.NewTenant(t, "stranger"), s.NewTenant(t, "agency"), s.NewTenant(t, "ward")
		guest := agent(t, s, agency, ward, "guest", allRoles)
		for _, m := range []apptest.Member{stranger, ward} {
			demand(t, s, m.Token, http.MethodPost, "/api/web/namespaces", `{"metadata":{"name":"shop"}}`)
		}
		before, agencyBefore := rows(t, s, s.Tenant.ID), rows(t, s, agency.Tenant.ID)

		for _, caller := range []struct{ name, token, prefix string }{
			{"a stranger", stranger.Token, ""}, {"a guest of another tenant", guest.Token, "/managed_tenant/ward"},
		} {
			done := 0
			call := func(method, target, body string) {
				a := s.Do(t, method, caller.prefix+target, caller.token, body, "Prefer: respond-async")
				if strings.Contains(a.Body, secret) || a.Status >= 500 && !missing(a) {
					t.Errorf("%s %s %s answers %s %d %s", method, target, body, caller.name, a.Status, a.Body)
				}
				if a.Status == http.StatusOK && method != http.MethodGet {
					done++
				}
			}
			each(s, func(op api.Registered, method, path string) {
				if op.Op.Access.IsPublic() || path != op.Op.Paths[0] {
					return // spellings share the handler, and the first walk has them all
				}
				if op.Dialect.Name == "f5xc" {
					for _, id := range append(f5, mark) {
						for _, target := range slices.Compact([]string{ownTarget(path, "shop", id), ownTarget(path, iam.NamespaceSystem, id)}) {
							target += "?namespace=" + id + "&tenant=" + s.Tenant.Code + "&attempt_remove_references=true"
							for _, body := range f5Bodies(method, s.Tenant, "shop", id) {
								call(method, target, body)
							}
						}
					}
				}
				for _, id := range foreign {
					target := parameter.ReplaceAllString(path, id)
					body := text(t, map[string]any{
						"id": id, "name": "mine", "username": "mine", "code": "mine", "password": "a long enough phrase", "version_no": 1,
						"tenant_id": id, "region_name": id, "tenancies": []map[string]string{{"tenant_id": id, "role_name": "admin"}},
						"loginId": id, "accessKey": id, "active": false, "isMyAccount": true, "needPasswordGenerate": true, "tagKey": "mine",
						"groupIdList": []string{id}, "policyIdList": []string{id}, "subAccountIdList": []string{id}, "groupName": "mine",
					})
					for _, query := range []string{"", "?tenant_id=" + id} {
						call(method, target+query, body)
					}
				}
			})
			if done == 0 {
				t.Errorf("nothing that %s asked for was done, not even in their own tenant", caller.name)
			}
		}
		if diff := cmp.Diff(before, rows(t, s, s.Tenant.ID)); diff != "" {
			t.Errorf("a stranger changed something (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(agencyBefore, rows(t, s, agency.Tenant.ID)); diff != "" {
			t.Errorf("a guest changed something at home from where they are (-before +after):\n%s", diff)
		}
	})
}

// foreignIDs answers the ids of the default tenant's objects in the forms that
// the dialects have.
func foreignIDs(t *testing.T, s *apptest.Server) []string {
	t.Helper()
	ids := []string{iam.Short(s.Tenant.ID), string(s.Tenant.ID), iam.Short(s.Admin.ID), string(s.Admin.ID), "dmljdGlt"} // Base64 of victim
	jobs := s.Do(t, "GET", "/v2.1/jobs", s.AdminToken, "")
	var list struct {
		Result struct {
			Records []struct {
				ID string `json:"id"`
			} `json:"records"`
		} `json:"result"`
	}
	if err := json.Unmarshal([]byte(jobs.Body), &list); err != nil || len(list.Result.Records) == 0 {
		t.Fatalf("jobs: %s, %v", jobs.Body, err)
	}
	return append(ids, list.Result.Records[0].ID)
}

// rows answers every row of a tenant as text, but for what a look alone may
// write: when a token was last used.
func rows(t *testing.T, s *apptest.Server, tenant iam.TenantID) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := s.Engine.Snapshot(t.Context(), tenant, func(ctx context.Context, tx storage.Tx) error {
		c, err := s.Engine.Catalog(ctx, tx)
		if err != nil {
			return err
		}
		for _, table := range c.Tables {
			if !table.OfTenant() {
				continue
			}
			var columns []string
			for _, column := range table.Columns {
				if column.Name != "last_used_at" {
					columns = append(columns, "COALESCE(CAST("+column.Name+" AS TEXT), '')")
				}
			}
			found, err := tx.QueryContext(ctx, "SELECT "+strings.Join(columns, " || '|' || ")+" FROM "+table.Name+" WHERE tenant_id = $1", string(tenant))
			if err != nil {
				return err
			}
			for found.Next() {
				var row string
				if err := found.Scan(&row); err != nil {
					return err
				}
				all[table.Name] = append(all[table.Name], row)
			}
			if err := found.Err(); err != nil {
				return err
			}
			slices.Sort(all[table.Name])
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
