package scim

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// refused demands an Invalid error of a reason.
func refused(t *testing.T, what string, err error, reason iam.Reason) {
	t.Helper()
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || e.Kind != iam.Invalid || e.Code != reason || len(e.Fields) == 0 || e.Message == "" {
		t.Errorf("%s: %v, want Invalid %s", what, err, reason)
	}
}

func TestParseFilter(t *testing.T) {
	name := func(s string) Path { p, _ := ParsePath(s); return p }
	a, b, c := Present{name("a")}, Present{name("b")}, Present{name("c")}
	for _, tt := range []struct {
		text string
		want Filter
	}{
		{`userName eq "bjensen"`, Compare{name("userName"), Equal, "bjensen"}},
		{`  userName   EQ   "b\"j\u00e9"  `, Compare{name("userName"), Equal, `b"jé`}},
		{`name.familyName co "O'Malley"`, Compare{name("name.familyName"), Contains, "O'Malley"}},
		{`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"`,
			Compare{Path{"urn:ietf:params:scim:schemas:core:2.0:User", "userName", ""}, StartsWith, "J"}},
		{`title PR`, Present{name("title")}},
		{`active eq true`, Compare{name("active"), Equal, true}},
		{`active ne False`, nil},
		{`n ge -1.5e3`, Compare{name("n"), GreaterOrEqual, -1500.0}},
		{`nickName eq null`, Compare{name("nickName"), Equal, nil}},
		{`a pr and b pr or c pr`, Or{And{a, b}, c}},
		{`a pr or b pr and c pr`, Or{a, And{b, c}}},
		{`a pr and (b pr or c pr)`, And{a, Or{b, c}}},
		{`(a pr and b pr) and c pr`, And{And{a, b}, c}},
		{`a pr and (b pr and c pr)`, And{a, And{b, c}}},
		{`not (a pr) and not(b pr)`, And{Not{a}, Not{b}}},
		{`NOT (a pr OR b pr)`, Not{Or{a, b}}},
		{`((a pr))`, a},
		{`not pr`, Present{name("not")}}, // an attribute may be called so
		{`and eq "or"`, Compare{name("and"), Equal, "or"}},
		{`emails[type eq "work" and value co "@example.com"]`,
			Values{name("emails"), And{Compare{name("type"), Equal, "work"}, Compare{name("value"), Contains, "@example.com"}}}},
		{`emails[type eq "work"].value eq "a"`,
			Values{name("emails"), And{Compare{name("type"), Equal, "work"}, Compare{name("value"), Equal, "a"}}}},
		{`emails[not (type pr)] or a pr`, Or{Values{name("emails"), Not{Present{name("type")}}}, a}},
		{`members.$ref pr`, Present{name("members.$ref")}},
		{``, nil}, {` `, nil}, {`a`, nil}, {`a pr b pr`, nil}, {`a pr and`, nil}, {`a pr or or b pr`, nil}, {`(a pr`, nil}, {`a pr)`, nil},
		{`a xx "b"`, nil}, {`a eq`, nil}, {`a eq b`, nil}, {`a eq 'b'`, nil}, {`a eq "b`, nil}, {`a eq "b\"`, nil}, {`a eq "\x"`, nil}, {`a eq 01`, nil},
		{`a eq [1]`, nil}, {`a eq {}`, nil}, {`a eq 1e999`, nil}, {`1a pr`, nil}, {`a.b.c pr`, nil}, {`a. pr`, nil}, {`.a pr`, nil}, {`a;b pr`, nil},
		{`http://x:a pr`, nil}, {`a[b pr`, nil}, {`a[]`, nil}, {`a.b[c pr]`, nil}, {`a[b pr].`, nil}, {`a[b pr].c`, nil}, {`a eq "` + "\xff" + `"`, nil},
		{"a\teq 1", nil}, {strings.Repeat("(", 33) + "a pr" + strings.Repeat(")", 33), nil}, {strings.Repeat("a pr and ", 1000) + "a pr", nil},
	} {
		got, err := ParseFilter(tt.text)
		if tt.want == nil {
			refused(t, iam.Cut(tt.text, 60), err, ReasonFilter)
			continue
		}
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", tt.text, err, diff)
		}
	}
}

// TestFilterErrorsTellWhere: what is wrong is found by its place, and not repeated.
func TestFilterErrorsTellWhere(t *testing.T) {
	_, err := ParseFilter(`userName eq "a" and title zz "secret"`)
	e, _ := errors.AsType[*iam.Error](err)
	if e == nil || e.Message != "filter must have an operator at byte 27" {
		t.Errorf("%v", err)
	}
}

var (
	genName = rapid.StringMatching(`[a-zA-Z][a-zA-Z0-9_-]{0,6}|\$ref`)
	genPath = rapid.Custom(func(t *rapid.T) Path {
		return Path{Schema: rapid.OneOf(rapid.Just(""), rapid.StringMatching(`urn:[a-z]{1,4}(:[A-Za-z0-9._-]{1,5}){1,2}`)).Draw(t, "schema"),
			Name: genName.Draw(t, "name"), Sub: rapid.OneOf(rapid.Just(""), genName).Draw(t, "sub")}
	})
	genValue = rapid.OneOf(rapid.Just[any](nil), rapid.Custom(func(t *rapid.T) any { return rapid.Bool().Draw(t, "bool") }),
		rapid.Custom(func(t *rapid.T) any { return rapid.Float64().Draw(t, "number") }),
		rapid.Custom(func(t *rapid.T) any { return rapid.String().Draw(t, "text") }))
)

// genFilter makes filters of a depth at most.
func genFilter(depth int) *rapid.Generator[Filter] {
	leaf := rapid.Custom(func(t *rapid.T) Filter {
		if rapid.Bool().Draw(t, "present") {
			return Present{genPath.Draw(t, "path")}
		}
		return Compare{genPath.Draw(t, "path"), rapid.SampledFrom(ops).Draw(t, "op"), genValue.Draw(t, "value")}
	})
	if depth == 0 {
		return leaf
	}
	inner := genFilter(depth - 1)
	return rapid.OneOf(leaf, rapid.Custom(func(t *rapid.T) Filter {
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			return And{inner.Draw(t, "left"), inner.Draw(t, "right")}
		case 1:
			return Or{inner.Draw(t, "left"), inner.Draw(t, "right")}
		case 2:
			return Not{inner.Draw(t, "filter")}
		default:
			p := genPath.Draw(t, "path")
			p.Sub = ""
			return Values{p, inner.Draw(t, "filter")}
		}
	}))
}

func TestFilterIsReadAsItIsWritten(t *testing.T) {
	filters := genFilter(4)
	rapid.Check(t, func(t *rapid.T) {
		f := filters.Draw(t, "filter")
		text := f.String()
		if len(text) > maxFilter {
			t.Skip("too long")
		}
		got, err := ParseFilter(text)
		if diff := cmp.Diff(f, got); err != nil || diff != "" {
			t.Fatalf("%s: %v (-written +read)\n%s", text, err, diff)
		}
		path := PatchPath{Path: genPath.Draw(t, "path"), Filter: f}
		back, err := ParsePatchPath(path.String())
		if diff := cmp.Diff(path, back); err != nil && len(path.String()) <= maxFilter || err == nil && diff != "" {
			t.Fatalf("%s: %v (-written +read)\n%s", path, err, diff)
		}
	})
}

func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{`userName eq "a" and not (emails[type eq "work"].value co "\u00e9" or active eq true)`, `a[b pr].c`, `urn:a:b:c pr`,
		`a eq -1e5`, `((a pr)`, `a eq "\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseFilter(text)
		if err != nil {
			return
		}
		again, err := ParseFilter(got.String())
		if len(got.String()) > maxFilter {
			return
		}
		if diff := cmp.Diff(got, again); err != nil || diff != "" {
			t.Errorf("%q is written as %q: %v\n%s", text, got, err, diff)
		}
		_, _ = Users.Compile(got) // does not panic
	})
}

func FuzzParsePatchPath(f *testing.F) {
	for _, s := range []string{`emails[type eq "work"].value`, `name.familyName`, URNEnterprise, URNEnterprise + ":manager", `members[value eq "1"]`, `a[b`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParsePatchPath(text)
		if err != nil {
			return
		}
		again, err := ParsePatchPath(got.String())
		if diff := cmp.Diff(got, again); len(got.String()) <= maxPath && (err != nil || diff != "") {
			t.Errorf("%q is written as %q: %v\n%s", text, got, err, diff)
		}
	})
}
