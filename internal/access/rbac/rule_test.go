package rbac

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestCompile(t *testing.T) {
	c := testCatalog()
	regions := []string{"listRegions", "createRegion", "getRegion", "deleteRegion", "countRegions"}
	for _, tt := range []struct {
		name  string
		rules []iam.Rule
		want  []string
	}{
		{"exact permission", []iam.Rule{{Permission: "regions.create"}}, []string{"createRegion"}},
		{"object", []iam.Rule{{Permission: "regions.*"}}, regions},
		{"object is whole", []iam.Rule{{Permission: "region.*"}}, nil},
		{"verb of a longer name", []iam.Rule{{Permission: "*.things.read"}}, []string{
			"things.readusers", "things.readgroups", "things.readroles", "things.readtokens", "things.readsessions",
			"things.readjobs", "things.readtickets", "things.readevents", "things.readobjects", "things.readproviders",
			"things.readzones", "things.readtenants", "things.readnamespaces"}},
		{"template", []iam.Rule{{Path: "/v2.1/regions/{id}"}}, []string{"getRegion", "deleteRegion"}},
		{"template and method", []iam.Rule{{Path: "/v2.1/regions/{id}", Methods: []string{"GET"}}}, []string{"getRegion"}},
		{"prefix", []iam.Rule{{Path: "/v2.1/regions/*"}}, []string{"getRegion", "deleteRegion", "countRegions", "listZones", "countZones"}},
		{"prefix with a parameter", []iam.Rule{{Path: "/v2.1/regions/{any}/*"}}, []string{"listZones"}},
		{"prefix and methods", []iam.Rule{{Path: "/v2.1/*", Methods: []string{"POST", "DELETE"}}}, []string{"createRegion", "deleteRegion"}},
		{"a concrete path is not its template", []iam.Rule{{Path: "/v2.1/regions/seoul"}, {Path: "/v2.1/regions/seoul/*"}}, nil},
		{"an open endpoint is no right", []iam.Rule{{Path: "/v2.1/auth"}}, nil},
		{"rules add up", []iam.Rule{{Permission: "zones.read"}, {Permission: "regions.delete"}}, []string{"deleteRegion", "listZones", "countZones", "readzones"}},
		{"malformed rules allow nothing", []iam.Rule{{}, {Permission: "*", Path: "/*"}, {Permission: "**"}, {Permission: "*", Methods: []string{"GET"}}, {Path: "*"}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ids(c, c.Compile(tt.rules))); diff != "" {
				t.Errorf("endpoints (-want +got):\n%s", diff)
			}
		})
	}
	if got, want := c.Compile([]iam.Rule{{Permission: "*"}}).Count(), c.Len()-1; got != want {
		t.Errorf(`"*" allows %d endpoints, want all %d that need a right`, got, want)
	}
}

func TestValidateRule(t *testing.T) {
	for _, tt := range []struct {
		name   string
		rule   iam.Rule
		fields []string // that are wrong
	}{
		{"all", iam.Rule{Permission: "*"}, nil},
		{"exact", iam.Rule{Permission: "users.update"}, nil},
		{"object", iam.Rule{Permission: "users.*"}, nil},
		{"verb", iam.Rule{Permission: "*.read"}, nil},
		{"template", iam.Rule{Path: "/a/{b}/c", Methods: []string{"GET", "PATCH"}}, nil},
		{"prefix", iam.Rule{Path: "/a/*"}, nil},
		{"prefix within a segment", iam.Rule{Path: "/a/b*"}, nil},
		{"neither", iam.Rule{}, []string{"permission"}},
		{"both", iam.Rule{Permission: "*", Path: "/*"}, []string{"path"}},
		{"star in the middle", iam.Rule{Permission: "users.*.read"}, []string{"permission"}},
		{"two stars", iam.Rule{Permission: "*.*"}, []string{"permission"}},
		{"star within a word", iam.Rule{Permission: "use*"}, []string{"permission"}},
		{"empty word", iam.Rule{Permission: "users..read"}, []string{"permission"}},
		{"space", iam.Rule{Permission: "users read"}, []string{"permission"}},
		{"newline at the end", iam.Rule{Permission: "users.read\n"}, []string{"permission"}},
		{"too long", iam.Rule{Permission: strings.Repeat("a", 1025)}, []string{"permission"}},
		{"methods with a permission", iam.Rule{Permission: "*", Methods: []string{"GET"}}, []string{"methods"}},
		{"relative", iam.Rule{Path: "a/b"}, []string{"path"}},
		{"star within a path", iam.Rule{Path: "/a/*/b"}, []string{"path"}},
		{"open brace", iam.Rule{Path: "/a/{b*"}, []string{"path"}},
		{"star as a parameter", iam.Rule{Path: "/a/{*}"}, []string{"path"}},
		{"control character", iam.Rule{Path: "/a\x00"}, []string{"path"}},
		{"unknown method", iam.Rule{Path: "/a", Methods: []string{"GET", "get"}}, []string{"methods"}},
		{"everything", iam.Rule{Path: "a", Methods: []string{"FETCH"}}, []string{"path", "methods"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := ValidateRule(tt.rule)
			if (err != nil) != (tt.fields != nil) {
				t.Fatalf("ValidateRule = %v, want fields %v", err, tt.fields)
			}
			if err == nil {
				return
			}
			e, ok := errors.AsType[*iam.Error](err)
			if !ok || e.Kind != iam.Invalid {
				t.Fatalf("ValidateRule = %v, want an Invalid iam.Error", err)
			}
			var got []string
			for _, f := range e.Fields {
				got = append(got, f.Path)
			}
			if diff := cmp.Diff(tt.fields, got); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}
