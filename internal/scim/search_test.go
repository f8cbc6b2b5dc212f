package scim

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// rows is a Store of users and groups, and Teams without members. It knows no
// filter.
type rows struct {
	Store
	Teams
	users  map[string][]row[iam.User] // by what they are sorted by, in order
	groups map[string][]row[iam.Group]
}

// row is a user or a group, and where it is in an order.
type row[T any] struct {
	value T
	at    iam.Cursor
}

func (p rows) FindUsers(_ context.Context, _ iam.TenantID, f Find) (Found[iam.User], error) {
	return cutOut(p.users[f.Sort], f), nil
}

func (p rows) FindGroups(_ context.Context, _ iam.TenantID, f Find) (Found[iam.Group], error) {
	return cutOut(p.groups[f.Sort], f), nil
}

func (p rows) MembersOf(context.Context, iam.Actor, ...iam.GroupID) (map[iam.GroupID][]iam.Ref[iam.UserID], error) {
	return nil, nil
}

// order compares positions; what has no key is last.
func order(a, b iam.Cursor) int {
	return cmp.Or(cmp.Compare(later(a.Key == ""), later(b.Key == "")), strings.Compare(a.Key, b.Key), strings.Compare(a.ID, b.ID))
}

// sorted are values in the order of a path.
func sorted[T any](all []T, t *ResourceType, path string, show func(T) Resource) []row[T] {
	list := make([]row[T], len(all))
	for i, v := range all {
		r := show(v)
		list[i] = row[T]{v, iam.Cursor{Key: t.sortKey(r, path), ID: r.Text(attrID)}}
	}
	slices.SortFunc(list, func(a, b row[T]) int { return order(a.at, b.at) })
	return list
}

// cutOut is the part of a list that Store has to answer, found the plain way.
func cutOut[T any](all []row[T], f Find) Found[T] {
	all = slices.Clone(all)
	found := Found[T]{Total: len(all)}
	if f.Desc {
		slices.Reverse(all)
	}
	if f.Page.After != (iam.Cursor{}) {
		all = all[1+slices.IndexFunc(all, func(r row[T]) bool { return r.at == f.Page.After }):]
	}
	all = all[min(f.Page.Offset, len(all)):]
	n := min(f.Page.Limit, len(all))
	for _, r := range all[:n] {
		found.Items = append(found.Items, r.value)
	}
	if found.More = n < len(all); n > 0 {
		found.First, found.Last = all[0].at, all[n-1].at
	}
	return found
}

// later puts what is so behind what is not.
func later(b bool) int {
	if b {
		return 1
	}
	return 0
}

// crowd is a service over so many users and groups, some of them with the same
// names and some without.
func crowd(users, groups int) *Service {
	var people []iam.User
	var teams []iam.Group
	for i := range users {
		u := iam.User{ID: iam.UserID(fmt.Sprintf("u%05d", i)), Username: fmt.Sprintf("user-%05d", i)}
		if i%5 > 0 {
			u.DisplayName = fmt.Sprintf("Name %d", i*7919%(users+1))
		}
		people = append(people, u)
	}
	for i := range groups {
		teams = append(teams, iam.Group{ID: iam.GroupID(fmt.Sprintf("g%05d", i)), Name: fmt.Sprintf("NAME %d", i)})
	}
	p := rows{users: map[string][]row[iam.User]{}, groups: map[string][]row[iam.Group]{}}
	for _, path := range []string{"", "displayname", "username", "id", "emails.value"} {
		p.users[path] = sorted(people, Users, cmp.Or(path, "username"), func(u iam.User) Resource { return userResource(Users, u) })
		p.groups[path] = sorted(teams, Groups, cmp.Or(path, "displayname"), func(g iam.Group) Resource { return groupResource(Groups, g, nil) })
	}
	return &Service{store: p, teams: p}
}

// ids are those of resources.
func ids(resources []Resource) []string {
	var all []string
	for _, r := range resources {
		all = append(all, r.Text(attrID))
	}
	return all
}

// TestSearchIsOneList: whatever part of a search over both types is asked for, it
// is that part of the whole, by number as by cursor; and the whole is in order.
func TestSearchIsOneList(t *testing.T) {
	const users, groups = mergePage + 20, mergePage + 10 // more than are read at once
	s := crowd(users, groups)
	excluded := Projection{Excluded: []string{attrMembers}}
	whole := func(t *rapid.T, q Query) []Resource {
		var all []Resource
		for q.Start, q.Count = 1, MaxCount; ; q.Start += MaxCount {
			l, err := s.Search(t.Context(), iam.Actor{}, Standard.All(), q)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, l.Resources...)
			if l.Total != users+groups {
				t.Fatalf("%d in all", l.Total)
			}
			if len(l.Resources) < MaxCount {
				return all
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		q := Query{SortBy: rapid.SampledFrom([]string{"", "displayName", "userName", "id", "emails"}).Draw(t, "sort"), Projection: excluded}
		q.Descending = q.SortBy != "" && rapid.Bool().Draw(t, "descending")
		all := whole(t, q)
		if distinct := slices.Compact(slices.Sorted(slices.Values(ids(all)))); len(distinct) != users+groups {
			t.Fatalf("%d resources, %d of them different", len(all), len(distinct))
		}
		if q.SortBy == "displayName" || q.SortBy == "id" {
			at := func(r Resource) iam.Cursor { return iam.Cursor{Key: Users.sortKey(r, strings.ToLower(q.SortBy))} }
			inOrder := slices.IsSortedFunc(all, func(a, b Resource) int {
				if q.Descending {
					a, b = b, a
				}
				return order(at(a), at(b))
			})
			if !inOrder {
				t.Fatalf("not in the order of %s", q.SortBy)
			}
		}
		q.Start, q.Count = rapid.IntRange(-1, 1400).Draw(t, "start"), rapid.IntRange(-1, 900).Draw(t, "count")
		l, err := s.Search(t.Context(), iam.Actor{}, Standard.All(), q)
		if err != nil {
			t.Fatal(err)
		}
		from := min(max(q.Start, 1)-1, len(all))
		want := all[from:min(from+max(q.Count, 0), len(all))]
		if !slices.Equal(ids(l.Resources), ids(want)) || l.Total != len(all) {
			t.Fatalf("%+v finds %v of %d, want %v", q, ids(l.Resources), l.Total, ids(want))
		}
		byCursor(t, s, q, all)
	})
}

// byCursor goes through all pages of a search, where that can be done.
func byCursor(t *rapid.T, s *Service, q Query, all []Resource) {
	cursor, found := "", []string(nil)
	for q.Cursor, q.Count = &cursor, rapid.IntRange(100, 400).Draw(t, "page"); ; {
		l, err := s.Search(t.Context(), iam.Actor{}, Standard.All(), q)
		if q.SortBy == "displayName" || q.SortBy == "id" {
			if !iam.Is(err, iam.Invalid) {
				t.Fatalf("a cursor in the order of both types: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(l.Resources) == 0 || len(l.Resources) > q.Count {
			t.Fatalf("a page of %d", len(l.Resources))
		}
		if found = append(found, ids(l.Resources)...); l.Next == "" {
			break
		}
		cursor = l.Next
	}
	if !slices.Equal(found, ids(all)) {
		t.Fatalf("by cursor %v, by number %v", found, ids(all))
	}
}

// TestSearchRefuses: an order that no type has, and pages that would cost too much.
func TestSearchRefuses(t *testing.T) {
	s := crowd(3, 2)
	for _, q := range []Query{{SortBy: "shoeSize"}, {SortBy: "displayName", Start: maxMerged + 1}} {
		if _, err := s.Search(t.Context(), iam.Actor{}, Standard.All(), q); !iam.Is(err, iam.Invalid) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}
