package ncloud

import (
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// The operations are well described: the document of them is valid, each has a
// summary, an example of its answer and of its body, both spellings of its
// path, and a right that it takes.
func TestOperations(t *testing.T) {
	registry := api.NewRegistry(slog.New(slog.DiscardHandler), nil)
	d, ops := New(Deps{})
	registry.Add(d, ops...)
	if _, err := registry.OpenAPI(d.Name); err != nil {
		t.Error(err)
	}
	var calls []string
	for _, o := range registry.Operations() {
		if o.Op.Summary == "" || o.Op.ResponseExample == nil {
			t.Errorf("%s lacks a summary or an example", o.Op.ID)
		}
		calls = append(calls, o.Op.Methods[0]+" "+parameter.ReplaceAllString(o.Op.Paths[1], "{}"))
		if len(o.Op.Paths) != 2 || o.Op.Paths[0] != base+o.Op.Paths[1] {
			t.Errorf("%s is served at %v", o.Op.ID, o.Op.Paths)
		}
		if o.Op.Access.Permission() == "" && o.Op.ID != "join.check-password" {
			t.Errorf("%s takes no right", o.Op.ID)
		}
		// What changes something takes no right to read, and the other way round.
		reads := slices.Contains(o.Op.Methods, "GET") || o.Op.ID == "policy.validate"
		if p := string(o.Op.Access.Permission()); p != "" && strings.HasSuffix(p, ".read") != reads {
			t.Errorf("%s takes the right %s", o.Op.ID, p)
		}
	}
	for _, call := range family {
		if !slices.Contains(calls, call) {
			t.Errorf("%s is missing", call)
		}
	}
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

// family are the operations that real clients and the vendor's pages know.
var family = []string{
	"GET /sub-accounts", "POST /sub-accounts", "GET /sub-accounts/{}", "PUT /sub-accounts/{}", "DELETE /sub-accounts/{}",
	"PUT /sub-accounts/{}/password", "GET /sub-accounts-with-no",
	"GET /sub-accounts/{}/access-keys", "POST /sub-accounts/{}/access-keys", "PUT /sub-accounts/{}/access-keys", "DELETE /sub-accounts/{}/access-keys",
	"POST /sub-accounts/{}/groups", "DELETE /sub-accounts/{}/groups", "POST /sub-accounts/{}/policies", "DELETE /sub-accounts/{}/policies",
	"GET /groups", "POST /groups", "GET /groups/{}", "PUT /groups/{}", "DELETE /groups/{}", "POST /groups/{}/sub-accounts", "DELETE /groups/{}/sub-accounts",
	"POST /groups/{}/policies", "DELETE /groups/{}/policies",
	"GET /policies", "POST /policies", "DELETE /policies", "GET /policies/{}", "PUT /policies/{}", "DELETE /policies/{}", "GET /policies/{}/resources",
	"POST /policy/validation",
	"GET /roles", "POST /roles", "GET /roles/{}", "DELETE /roles/{}", "POST /roles/{}/policies", "DELETE /roles/{}/policies",
	"POST /roles/{}/entities", "DELETE /roles/{}/entities", "GET /roles/{}/entities/account", "POST /roles/{}/entities/account", "DELETE /roles/{}/entities/account",
	"GET /login-alias", "PUT /login-alias", "GET /join/check-login-id", "GET /join/check-password",
	"GET /tenant-settings/sub-account-password-policy", "POST /tenant-settings/sub-account-password-policy",
	"POST /users/{}/tags", "GET /users/{}/tags", "DELETE /users/{}/tags",
}

// Every kind of error has a place in the table, and one only: told either by
// the gateway or by the service.
func TestEveryKindIsAnswered(t *testing.T) {
	for _, k := range iam.Kinds() {
		a, ok := answers[k]
		if !ok || a.status == 0 || (a.gateway == "") == (a.service == 0) {
			t.Errorf("%s has the answer %+v", k, a)
		}
	}
	for rule, a := range exceptions {
		if a.status == 0 || (a.gateway == "") == (a.service == 0) || a.gateway == "" && a.phrase.korean == "" {
			t.Errorf("%v has the answer %+v", rule, a)
		}
	}
}
