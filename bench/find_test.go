package bench

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// BenchmarkFind asks for users by filter, and walks their list, among a million:
// what names one user is answered in 2 ms, what names the beginning of some in 5,
// and the last page costs what the first does.
func BenchmarkFind(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			a := crowded(b, engine)
			by := operator(b, a)
			random := rand.New(rand.NewPCG(1, 2))
			list := func(b *testing.B, q scim.Query) scim.List {
				b.Helper()
				l, err := a.SCIM.List(b.Context(), by, scim.Users, q)
				if err != nil {
					b.Fatal(err)
				}
				return l
			}
			for _, c := range []struct {
				filter string
				value  func(i int) string
				least  int // users that are found
			}{
				{`userName eq %q`, nameOf, 1},
				{`externalId eq %q`, externalID, 1},
				{`emails.value eq %q`, func(i int) string { return nameOf(i) + "@example.com" }, 1},
				{`id eq %q`, userID, 1},
				{`emails.value eq %[1]q or externalId eq %[1]q or userName eq %[1]q`, nameOf, 1},
				{`active eq true and emails[type eq "work" or value eq %q]`, func(i int) string { return nameOf(i) + "@example.com" }, 1},
				{`userName sw %q`, func(i int) string { return nameOf(i)[:len("user-012345")] }, 10},
				{`externalId sw %q`, func(i int) string { return externalID(i)[:len("X-012345")] }, 10},
			} {
				b.Run(c.filter, func(b *testing.B) {
					measure(b, func() {
						l := list(b, scim.Query{Filter: fmt.Sprintf(c.filter, c.value(random.IntN(crowd))), Count: scim.DefaultCount})
						if l.Total < c.least || len(l.Resources) < c.least {
							b.Fatalf("%d of %d users", len(l.Resources), l.Total)
						}
					})
				})
			}
			first, title := "", "Engineer"
			back := list(b, scim.Query{Cursor: &first, Descending: true, Count: scim.DefaultCount})
			last := list(b, scim.Query{Cursor: &back.Next, Descending: true, Count: scim.DefaultCount}).Previous
			for name, q := range map[string]scim.Query{
				"first-page":        {Cursor: &first},
				"last-page":         {Cursor: &last, Descending: true},
				"first-of-everyone": {Cursor: &first, Filter: fmt.Sprintf("title eq %q", title)},
				"first-by-changed":  {Cursor: &first, Descending: true, SortBy: "meta.lastModified"},
				"index/first-page":  {Start: 1},
				"index/of-everyone": {Start: 1, Filter: fmt.Sprintf("title eq %q", title)},
			} {
				b.Run(name, func(b *testing.B) {
					q.Count = scim.DefaultCount
					measure(b, func() {
						if l := list(b, q); len(l.Resources) != scim.DefaultCount {
							b.Fatalf("%d users", len(l.Resources))
						}
					})
				})
			}
		})
	}
}
