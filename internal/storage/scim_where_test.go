package storage

import (
	"strconv"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

const someTenant iam.TenantID = "0190a000-0000-7000-8000-000000000001"

// statement is the SQL of a condition, sorted by an attribute.
func statement(t *testing.T, in *searched, c scim.Condition, sort string) clause {
	t.Helper()
	f := finder{searched: in, tenant: someTenant}
	key := "'; --"
	if strings.HasPrefix(sort, "meta.") {
		key = "1"
	}
	q, err := f.page("p.version", both(clause{"u.tenant_id = ?", []any{someTenant}}, f.test(c)),
		scim.Find{Where: c, Sort: sort, Page: iam.Page{After: iam.Cursor{Key: key, ID: string(someTenant)}}})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestNothingIsInterpolated: whatever a client says becomes an argument, in every
// comparison and at every path, and the text is that of any other value.
func TestNothingIsInterpolated(t *testing.T) {
	hostile := []string{`x'; DROP TABLE users; --`, `') OR 1=1 --`, `"`, `\`, `?`, `$1`, `%' OR '1'='1`, `/*`, "x\x00y", strings.Repeat("'", 200)}
	paths := []string{"username", "id", "externalid", "emails.value", "groups.value", "groups.display", "roles.value", "active", "meta.created",
		"meta.version", "urn:acme:hr:user:badge", `x' OR '1'='1`, `emails.x'`, `groups.'`, "?", "members.value"}
	ops := []scim.Op{"", scim.Equal, scim.NotEqual, scim.Contains, scim.StartsWith, scim.EndsWith, scim.Greater, scim.GreaterOrEqual, scim.Less, scim.LessOrEqual}
	for _, in := range []*searched{&searchedUsers, &searchedGroups} {
		for _, path := range paths {
			for _, op := range ops {
				for _, form := range []func(scim.Condition) scim.Condition{
					func(c scim.Condition) scim.Condition { return c },
					func(c scim.Condition) scim.Condition { return scim.Neither{Condition: c} },
					func(c scim.Condition) scim.Condition { return scim.Any{c, scim.Has{Path: "id"}, scim.All{c, c}} },
					func(c scim.Condition) scim.Condition {
						return scim.Element{Path: strings.Split(path, ".")[0], Where: scim.All{scim.Neither{Condition: c}, c}}
					},
				} {
					for _, key := range hostile {
						q := statement(t, in, form(scim.Has{Path: path, Op: op, Key: key}), path)
						if n := strings.Count(q.sql, "?"); n != len(q.args) {
							t.Fatalf("%d placeholders for %d arguments in %s", n, len(q.args), q.sql)
						}
						harmless := strings.Repeat("a", len(key))
						if want := statement(t, in, form(scim.Has{Path: path, Op: op, Key: harmless}), path).sql; q.sql != want {
							t.Fatalf("%s %s %q is\n%s\nand of another value\n%s", path, op, key, q.sql, want)
						}
						if strings.Contains(path, "'") && strings.Contains(q.sql, path) {
							t.Fatalf("the path %q is in %s", path, q.sql)
						}
					}
				}
			}
		}
	}
}

// The same filter of another value is the same text, so that it is prepared once.
func TestFewStatements(t *testing.T) {
	texts := map[string]bool{}
	for i := range 20 {
		c := scim.Any{scim.Has{Path: "username", Op: scim.Equal, Key: strconv.Itoa(i)},
			scim.Element{Path: "emails", Where: scim.All{scim.Has{Path: "emails.type", Op: scim.Equal, Key: "a"}, scim.Has{Path: "emails.value", Op: scim.Contains, Key: strings.Repeat("é", i+1)}}}}
		texts[statement(t, &searchedUsers, c, "title").sql] = true
	}
	if len(texts) != 1 {
		t.Errorf("%d texts of one filter", len(texts))
	}
}

func TestSplitKey(t *testing.T) {
	for _, c := range []struct{ key, start, rest string }{
		{"", "", ""}, {"a", "a", ""}, {strings.Repeat("a", keptKey), strings.Repeat("a", keptKey), ""},
		{strings.Repeat("a", keptKey) + "b", strings.Repeat("a", keptKey), "b"},
		{strings.Repeat("é", keptKey), strings.Repeat("é", keptKey), ""},
		{strings.Repeat("é", keptKey) + "éa", strings.Repeat("é", keptKey), "éa"},
	} {
		if start, rest := splitKey(c.key); start != c.start || rest != c.rest {
			t.Errorf("%q splits into %q and %q", c.key, start, rest)
		}
	}
}
