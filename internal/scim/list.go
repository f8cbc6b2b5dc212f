package scim

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Query asks for a list (RFC 7644 section 3.4.2).
type Query struct {
	Filter string // empty: all
	Start  int    // of the first that is wanted, from 1; less is 1
	Count  int    // how many are wanted at most; 0 or less is none
	Projection
}

// List is a part of what a query finds.
type List struct {
	Resources []Resource
	Total     int // of all that it finds
	Start     int
}

// Bounds of a list.
const (
	DefaultCount = 100
	MaxCount     = 1000

	scanPage = 500    // resources that are looked at at once
	maxScan  = 50_000 // that are looked at for one filter
)

// List answers a part of the resources of a type, by name. A filter that asks
// for one value of what is indexed looks there; any other looks at every
// resource, up to a bound. Invalid: the filter is none, or (ReasonTooMany) makes
// us look at too many.
func (s *Service) List(ctx context.Context, by iam.Actor, t *ResourceType, q Query) (List, error) {
	l := List{Start: max(q.Start, 1)}
	q.Count = min(max(q.Count, 0), MaxCount)
	whole := !q.Leaves(t, attrMembers)
	at := s.at(t)
	if q.Filter == "" {
		found, err := at.list(ctx, by, iam.Page{Offset: l.Start - 1, Limit: max(q.Count, 1), Total: true}, whole)
		if err != nil {
			return List{}, err
		}
		l.Total = found.Total
		if q.Count > 0 {
			l.take(t, q.Projection, found.Items...)
		}
		return l, nil
	}
	f, err := ParseFilter(q.Filter)
	if err != nil {
		return List{}, err
	}
	is, err := t.Compile(f)
	if err != nil {
		return List{}, err
	}
	whole = whole || mentions(f, attrMembers)
	err = candidates(ctx, by, at, f, whole, func(r Resource) {
		if !is(r) {
			return
		}
		if l.Total++; l.Total >= l.Start && len(l.Resources) < q.Count {
			l.take(t, q.Projection, r)
		}
	})
	return l, err
}

func (l *List) take(t *ResourceType, p Projection, some ...Resource) {
	for _, r := range some {
		l.Resources = append(l.Resources, t.Project(r, p))
	}
}

// candidates visits the resources that may make a filter true: those that an
// index knows to do with one part of it that all of it needs, or else all.
func candidates(ctx context.Context, by iam.Actor, at collection, f Filter, whole bool, visit func(Resource)) error {
	for _, c := range needed(f) {
		all, ok, err := at.indexed(ctx, by, c, whole)
		if err != nil {
			return err
		}
		if ok {
			for _, r := range all {
				visit(r)
			}
			return nil
		}
	}
	seen := 0
	for p := (iam.Page{Limit: scanPage}); ; {
		l, err := at.list(ctx, by, p, whole)
		if err != nil {
			return err
		}
		for _, r := range l.Items {
			visit(r)
		}
		if l.Next == (iam.Cursor{}) {
			return nil
		}
		if seen += len(l.Items); seen >= maxScan {
			return broken(ReasonTooMany, "filter", "must ask for a whole userName, id or address where there are more than %d resources", maxScan)
		}
		p.After = l.Next
	}
}

// needed are comparisons that have to be true for a filter to be.
func needed(f Filter) []Compare {
	switch f := f.(type) {
	case Compare:
		return []Compare{f}
	case And:
		return append(needed(f.Left), needed(f.Right)...)
	case Values:
		inner := needed(f.Filter)
		for i, c := range inner {
			inner[i].Path = Path{Schema: f.Path.Schema, Name: f.Path.Name, Sub: c.Path.Name}
		}
		return inner
	}
	return nil
}

// mentions reports whether a filter is about an attribute.
func mentions(f Filter, name string) bool {
	is := func(p Path) bool { return strings.EqualFold(p.Name, name) }
	switch f := f.(type) {
	case And:
		return mentions(f.Left, name) || mentions(f.Right, name)
	case Or:
		return mentions(f.Left, name) || mentions(f.Right, name)
	case Not:
		return mentions(f.Filter, name)
	case Present:
		return is(f.Path)
	case Compare:
		return is(f.Path)
	case Values:
		return is(f.Path)
	}
	return false
}
