package ncloud

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func allows(product string, actions ...string) permission {
	return permission{Effect: "Allow", Targets: []target{{product, actions, []string{"*"}}}}
}

func permits(names ...string) (rules []iam.Rule) {
	for _, n := range names {
		rules = append(rules, iam.Rule{Permission: n})
	}
	return rules
}

func TestRulesOfPermissions(t *testing.T) {
	for name, tt := range map[string]struct {
		permissions []permission
		rules       []iam.Rule
		foreign     []string
	}{
		"all":              {[]permission{allows("*", "*")}, permits("*"), nil},
		"all of one":       {[]permission{allows("users", "*")}, permits("users.*"), nil},
		"to look at all":   {[]permission{allows("*", "View*")}, permits("*.read"), nil},
		"to look at one":   {[]permission{allows("users", "View*")}, permits("users.read"), nil},
		"to change one":    {[]permission{allows("groups", "Change*")}, permits("groups.create", "groups.update", "groups.delete"), nil},
		"to change people": {[]permission{allows("users", "Change*")}, permits("users.create", "users.update", "users.delete", "users.password"), nil},
		"by name":          {[]permission{allows("users", "read", "password")}, permits("users.read", "users.password"), nil},
		"the vendor's":     {[]permission{allows("SubAccount", "View*")}, permits("users.read", "groups.read", "roles.read"), nil},
		"all of the vendor's": {[]permission{allows("SubAccount", "*")},
			permits("users.*", "groups.*", "roles.*"), nil},
		"a path":              {[]permission{allows("/v2.1/regions/*", "*")}, []iam.Rule{{Path: "/v2.1/regions/*"}}, nil},
		"a method of a path":  {[]permission{allows("/v2.1/regions", "GET")}, []iam.Rule{{Path: "/v2.1/regions", Methods: []string{"GET"}}}, nil},
		"of others":           {[]permission{allows("Server", "View/getServerInstanceList"), allows("VPCServer", "*")}, nil, []string{"Server", "VPCServer"}},
		"denied, of others":   {[]permission{{Effect: "Deny", Targets: []target{{"Server", []string{"*"}, []string{"nrn:x"}}}}}, nil, []string{"Server"}},
		"a condition of null": {[]permission{{Effect: "Allow", Targets: []target{{"users", []string{"read"}, []string{"*"}}}, Condition: jsontext.Value("null")}}, permits("users.read"), nil},
		"one after the other": {[]permission{allows("users", "read"), allows("Server", "*"), allows("groups", "read")}, permits("users.read", "groups.read"), []string{"Server"}},
	} {
		doc, err := readPermissions(tt.permissions)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(tt.rules, doc.rules); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(tt.foreign, doc.foreign); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		for _, r := range doc.rules {
			if err := rbac.ValidateRule(r); err != nil {
				t.Errorf("%s makes the rule %+v: %v", name, r, err)
			}
		}
	}
}

// What cannot be kept to the letter is refused, rather than kept to less or more.
func TestPermissionsThatAreRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		permissions []permission
		words       string
	}{
		"nothing":            {nil, "permissions is required"},
		"no effect":          {[]permission{{Targets: allows("users", "read").Targets}}, "permissions.0.effect must be Allow or Deny"},
		"no target":          {[]permission{{Effect: "Allow"}}, "permissions.0.targets is required"},
		"no product":         {[]permission{allows("", "read")}, "permissions.0.targets.0.product is required"},
		"no action":          {[]permission{allows("users")}, "permissions.0.targets.0.actions is required"},
		"no resource":        {[]permission{{Effect: "Allow", Targets: []target{{"Server", []string{"*"}, nil}}}}, "resourceNrns is required"},
		"an empty action":    {[]permission{allows("Server", "")}, "must not contain empty texts"},
		"a hidden character": {[]permission{allows("Server\u200b", "*")}, "invisible"},
		"one resource":       {[]permission{{Effect: "Allow", Targets: []target{{"users", []string{"read"}, []string{"nrn:x"}}}}}, "not otherwise"},
		"a condition":        {[]permission{{Effect: "Allow", Targets: allows("users", "read").Targets, Condition: jsontext.Value(`{"a":1}`)}}, "not otherwise"},
		"denied":             {[]permission{{Effect: "Deny", Targets: allows("users", "delete").Targets}}, "not otherwise"},
		"an unknown action":  {[]permission{allows("users", "View/getUsers")}, `"View/getUsers" is no action of users`},
		"one of the vendor's": {[]permission{allows("SubAccount", "View/getSubAccountList")},
			`"View/getSubAccountList" is no action of SubAccount`},
		"too many": {make([]permission, 101), "at most 100 items"},
		"too long": {[]permission{{Effect: "Allow", Targets: []target{{"Server", []string{"*"}, []string{strings.Repeat("x", 61<<10)}}}}}, "at most 61440 bytes"},
	} {
		_, err := readPermissions(tt.permissions)
		e, ok := errors.AsType[*iam.Error](err)
		if !ok || e.Kind != iam.Invalid || !strings.Contains(e.Message, tt.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A policy is shown as it was written until its rules change; then it is shown
// as what it allows, which written again allows the same.
func TestPermissionsAreShown(t *testing.T) {
	word := rapid.SampledFrom([]string{"users", "groups", "roles", "*", "regions", "/v2.1/regions", "/v2.1/zones*"})
	verbs := rapid.SampledFrom([]string{"read", "create", "*", "password", "sessions.end"})
	rapid.Check(t, func(t *rapid.T) {
		var rules []iam.Rule
		for range rapid.IntRange(0, 6).Draw(t, "rules") {
			switch product, v := word.Draw(t, "product"), verbs.Draw(t, "verb"); {
			case product[0] == '/' && v == "*":
				rules = append(rules, iam.Rule{Path: product})
			case product[0] == '/':
				rules = append(rules, iam.Rule{Path: product, Methods: []string{"GET", "PUT"}})
			case product == "*" && v == "*":
				rules = append(rules, iam.Rule{Permission: "*"})
			default:
				rules = append(rules, iam.Rule{Permission: product + "." + v})
			}
		}
		groups := []iam.APIGroup{{Rules: rules}}
		shown := permissionsOf(iam.Role{}, groups)
		if len(rules) == 0 {
			if len(shown) != 0 {
				t.Fatalf("nothing is shown as %+v", shown)
			}
			return
		}
		doc, err := readPermissions(shown)
		if err != nil {
			t.Fatalf("%+v: %v", shown, err)
		}
		got, want := map[string]bool{}, map[string]bool{}
		each(doc.rules, got)
		each(rules, want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%+v is shown as %+v (-want +got):\n%s", rules, shown, diff)
		}
		written := iam.Role{Attributes: map[string]string{attrPermissions: doc.text}}
		if diff := cmp.Diff(shown, permissionsOf(written, []iam.APIGroup{{Rules: doc.rules}})); diff != "" {
			t.Fatalf("(-written +shown):\n%s", diff)
		}
		if now := permissionsOf(written, []iam.APIGroup{{Rules: permits("jobs.read")}}); !cmp.Equal(now, []permission{allows("jobs", "read")}) {
			t.Fatalf("after a change %+v", now)
		}
	})
}

// each adds what rules allow, one method or permission at a time.
func each(rules []iam.Rule, all map[string]bool) {
	for _, r := range rules {
		if len(r.Methods) == 0 {
			all[r.Permission+r.Path] = true
		}
		for _, m := range r.Methods {
			all[r.Path+" "+m] = true
		}
	}
}
