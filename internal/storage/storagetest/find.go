package storagetest

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/cluster"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// provisioned are the resources of a tenant as SCIM shows them, over the Store
// itself.
type provisioned struct {
	*scim.Service
	by    iam.Actor
	types scim.TypeSet
}

// teams are the groups of a Store; what they are not asked for is nil.
type teams struct {
	scim.Teams
	f *fixture
}

func (t teams) MembersOf(ctx context.Context, by iam.Actor, ids ...iam.GroupID) (map[iam.GroupID][]iam.Ref[iam.UserID], error) {
	all, err := t.f.store.Members(ctx, by.Tenant, ids...)
	of := map[iam.GroupID][]iam.Ref[iam.UserID]{}
	for _, m := range all {
		of[m.Group] = append(of[m.Group], m.User)
	}
	return of, err
}

func (f *fixture) provisioned() provisioned {
	f.Helper()
	by := iam.Actor{Tenant: f.tenant.ID, Home: f.tenant.ID}
	s := scim.New(nil, teams{f: f}, f.store, cluster.NewEpochs(f.store, f.env, slog.New(slog.DiscardHandler)), f.env)
	types, err := s.TypeSet(f.ctx(), by)
	f.ok(err)
	return provisioned{s, by, types}
}

// list answers what a query finds.
func (p provisioned) list(t rapid.TB, f *fixture, of *scim.ResourceType, q scim.Query) scim.List {
	t.Helper()
	l, err := p.List(f.ctx(), p.by, of, q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return l
}

// testFind: what the database finds is what the filter is true of, one resource
// at a time, in the order that is asked for, page by page in both directions.
func testFind(f *fixture) {
	f.someUsers(20)
	_, err := f.store.SetExtension(f.ctx(), f.tenant.ID, hrExtension(f.env)) // of which some have values already
	f.ok(err)
	f.someUsers(50)
	p := f.provisioned()
	for _, c := range []struct {
		of    *scim.ResourceType
		paths map[string]string
	}{{p.types.Users, userPaths}, {p.types.Groups, groupPaths}} {
		everybody := p.list(f, f, c.of, scim.Query{Count: scim.MaxCount}).Resources
		first := ""
		if l := p.list(f, f, c.of, scim.Query{Count: 1, Cursor: &first}); l.Total != len(everybody) {
			f.Errorf("by cursor there are %d of %d", l.Total, len(everybody))
		}
		ids := idsOf(everybody)
		sorts := append(slices.Sorted(maps.Keys(c.paths)), "")
		sorts = slices.DeleteFunc(sorts, func(s string) bool {
			return slices.Contains([]string{"name", "addresses", "unknown", "password", hr, scim.URNEnterprise}, s)
		})
		rapid.Check(f.T, func(t *rapid.T) {
			filter := filters(c.paths, ids).Draw(t, "filter")
			is, err := c.of.Compile(filter)
			if err != nil {
				t.Fatalf("%s: %v", filter, err)
			}
			var want []string
			for _, r := range everybody {
				if is(r) {
					want = append(want, r.Text("id"))
				}
			}
			q := scim.Query{Filter: filter.String(), Count: scim.MaxCount}
			l := p.list(t, f, c.of, q)
			if got := idsOf(l.Resources); !slices.Equal(got, want) || l.Total != len(want) {
				t.Fatalf("%s\nfinds %d %v\nbut is true of %v", filter, l.Total, named(l.Resources), named(everybody, want...))
			}
			q.SortBy, q.Descending = rapid.SampledFrom(sorts).Draw(t, "sort"), rapid.Bool().Draw(t, "descending")
			sorted := p.list(t, f, c.of, q).Resources
			if got := idsOf(sorted); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
				t.Fatalf("%s by %s finds %v, want %v", filter, q.SortBy, got, want)
			}
			sortedBy(t, q, sorted)
			pages(t, f, p, c.of, q, idsOf(sorted))
		})
	}
}

func idsOf(some []scim.Resource) (ids []string) {
	for _, r := range some {
		ids = append(ids, r.Text("id"))
	}
	return ids
}

// named are the names of resources, of some ids if any are given.
func named(some []scim.Resource, ids ...string) (names []string) {
	for _, r := range some {
		if len(ids) == 0 || slices.Contains(ids, r.Text("id")) {
			names = append(names, r.Text("userName")+r.Text("displayName"))
		}
	}
	return names
}

// pages walks a list by cursor to its end and back, and by index.
func pages(t *rapid.T, f *fixture, p provisioned, of *scim.ResourceType, q scim.Query, want []string) {
	q.Count = rapid.IntRange(1+len(want)/5, len(want)+1).Draw(t, "count")
	var forth [][]string
	cursor, previous := "", ""
	for {
		q.Cursor = &cursor
		l := p.list(t, f, of, q)
		if l.Total != -1 {
			t.Fatalf("by cursor, a filter has the total %d", l.Total)
		}
		if (l.Previous != "") != (len(forth) > 0 && len(l.Resources) > 0) {
			t.Fatalf("page %d has the previous cursor %q", len(forth), l.Previous)
		}
		forth = append(forth, idsOf(l.Resources))
		previous = l.Previous
		if l.Next == "" {
			break
		}
		cursor = l.Next
	}
	if got := slices.Concat(forth...); !slices.Equal(got, want) {
		t.Fatalf("%+v: by cursor %v, want %v", q, got, want)
	}
	for i := len(forth) - 2; i >= 0; i-- {
		q.Cursor = &previous
		l := p.list(t, f, of, q)
		if !slices.Equal(idsOf(l.Resources), forth[i]) || l.Next == "" {
			t.Fatalf("%+v: back on page %d is %v, next %q, was %v", q, i, idsOf(l.Resources), l.Next, forth[i])
		}
		if previous = l.Previous; (previous != "") != (i > 0) {
			t.Fatalf("back on page %d the previous cursor is %q", i, previous)
		}
	}
	q.Cursor = nil
	q.Start = rapid.IntRange(-1, len(want)+2).Draw(t, "start")
	l := p.list(t, f, of, q)
	first := min(max(q.Start, 1)-1, len(want))
	if got := idsOf(l.Resources); l.Total != len(want) || !slices.Equal(got, want[first:min(first+q.Count, len(want))]) {
		t.Fatalf("%+v: from %d on %v of %d, want some of %v", q, q.Start, got, l.Total, want)
	}
}

// sortKeys are what a resource is sorted by, "" where it has no value.
var sortKeys = map[string]func(r scim.Resource) string{
	"":                func(r scim.Resource) string { return fold(r["userName"], r["displayName"]) },
	"displayName":     func(r scim.Resource) string { return fold(r["displayName"]) },
	"title":           func(r scim.Resource) string { return fold(r["title"]) },
	"externalId":      func(r scim.Resource) string { return r.Text("externalId") },
	"name.familyName": func(r scim.Resource) string { return fold(in1(r["name"], "familyName")) },
	"emails":          func(r scim.Resource) string { return fold(in1(preferred(r["emails"]), "value")) },
	"emails.type":     func(r scim.Resource) string { return fold(in1(preferred(r["emails"]), "type")) },
	"meta.created":    func(r scim.Resource) string { return fold(in1(r["meta"], "created")) },
	hr + ":badge":     func(r scim.Resource) string { s, _ := in1(r[hr], "badge").(string); return s },
	hr + ":desk.room": func(r scim.Resource) string { return fold(in1(preferred(in1(r[hr], "desk")), "room")) },
	"groups.display":  func(r scim.Resource) string { return fold(in1(least(r["groups"], "display"), "display")) },
}

// sortedBy wants resources in the order of their keys, those without one last.
func sortedBy(t *rapid.T, q scim.Query, some []scim.Resource) {
	key, ok := sortKeys[q.SortBy]
	if !ok || len(some) > 0 && some[0]["userName"] == nil && q.SortBy != "" && q.SortBy != "externalId" {
		return
	}
	by := func(a, b scim.Resource) int {
		x, y := key(a), key(b)
		n := strings.Compare(x, y)
		if (x == "") != (y == "") {
			n = -n
		}
		if q.Descending {
			n = -n
		}
		return n
	}
	if !slices.IsSortedFunc(some, by) {
		t.Fatalf("by %q, descending %v: %v", q.SortBy, q.Descending, named(some))
	}
}

func fold(texts ...any) string {
	for _, v := range texts {
		if s, ok := v.(string); ok {
			return iam.FoldCase(s)
		}
	}
	return ""
}

func in1(v any, name string) any {
	m, _ := v.(map[string]any)
	return m[name]
}

// least is the value of several of which a member comes first.
func least(v any, name string) any {
	list, _ := v.([]any)
	if len(list) == 0 {
		return nil
	}
	return slices.MinFunc(list, func(a, b any) int { return strings.Compare(fold(in1(a, name)), fold(in1(b, name))) })
}

// preferred is the value of several that is primary, or else the first.
func preferred(v any) any {
	list, _ := v.([]any)
	for _, e := range list {
		if in1(e, "primary") == true {
			return e
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// testIndexValues: what was there before the values are kept is found as if it
// had been made since.
func testIndexValues(f *fixture) {
	f.someUsers(20)
	before := f.rowsOf(f.tenant.ID)
	f.ok(f.engine.Write(f.ctx(), f.tenant.ID, func(ctx context.Context, tx storage.Tx) error {
		for _, forget := range []string{`DELETE FROM user_values WHERE tenant_id = $1`, `DELETE FROM group_values WHERE tenant_id = $1`,
			`UPDATE users SET given_key = '', family_key = '', display_key = '', emails_listed = FALSE WHERE tenant_id = $1`} {
			if _, err := tx.ExecContext(ctx, forget, string(f.tenant.ID)); err != nil {
				return err
			}
		}
		return nil
	}))
	forgetMark := func() {
		f.ok(f.engine.Write(f.ctx(), storage.Everywhere, func(ctx context.Context, tx storage.Tx) error {
			_, err := tx.ExecContext(ctx, `DELETE FROM installation WHERE name = 'values-indexed'`)
			return err
		}))
	}
	forgetMark()
	begun := 0
	for range 2 { // cut off before the mark, it is done again
		f.ok(f.store.IndexValues(f.ctx(), func() { begun++ }))
		same(f, f.rowsOf(f.tenant.ID), before)
		forgetMark()
	}
	for range 2 {
		f.ok(f.store.IndexValues(f.ctx(), func() { begun++ }))
	}
	if begun != 3 {
		f.Errorf("begun %d times, want twice for nothing, and once for good", begun)
	}
}
