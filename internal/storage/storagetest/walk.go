package storagetest

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// walk reads a list page by page in both directions, and wants every row once,
// as in the whole list, which has the rows.
func walk[T any, K comparable](f *fixture, p iam.Page, key func(T) K, list func(iam.Page) (iam.List[T], error)) {
	f.Helper()
	keys := func(items []T) (ks []K) {
		for _, item := range items {
			ks = append(ks, key(item))
		}
		return ks
	}
	var forth []K
	for _, p.Desc = range []bool{false, true} {
		p.Limit, p.After, p.Total = iam.MaxPage, iam.Cursor{}, true
		whole, err := list(p)
		f.ok(err)
		want := keys(whole.Items)
		if whole.Next != (iam.Cursor{}) || whole.Total != len(want) || len(want) < 2 {
			f.Fatalf("the whole list has %d items, total %d, next %v", len(want), whole.Total, whole.Next)
		}
		if p.Desc {
			slices.Reverse(forth)
			same(f, want, forth)
		}
		forth = want

		p.Limit, p.Total = 2, false
		var got []K
		for more := true; more && len(got) <= len(want); more = p.After != (iam.Cursor{}) {
			page, err := list(p)
			f.ok(err)
			if n := len(page.Items); n == 0 || n > 2 || n < 2 && page.Next != (iam.Cursor{}) {
				f.Fatalf("a page of %d, next %v", n, page.Next)
			}
			got = append(got, keys(page.Items)...)
			p.After = page.Next
		}
		same(f, got, want)

		p.After = iam.Cursor{}
		for p.Offset = 1; p.Offset < len(want); p.Offset += 2 {
			page, err := list(p)
			f.ok(err)
			same(f, keys(page.Items), want[p.Offset:min(p.Offset+2, len(want))])
		}
		p.Offset = 0
	}
	for _, bad := range []iam.Page{{Sort: "no such"}, {Sort: "id; DROP TABLE users"}} {
		_, err := list(bad)
		if e := f.failure(err, iam.Invalid); len(e.Fields) != 1 || e.Fields[0].Path != "sort" {
			f.Errorf("fields %v", e.Fields)
		}
	}
}
