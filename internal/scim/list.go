package scim

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Query asks for a list (RFC 7644 section 3.4.2).
type Query struct {
	Filter     string // empty: all
	SortBy     string // an attribute; empty: userName or displayName
	Descending bool
	Start      int // of the first that is wanted, from 1; less is 1
	Count      int // how many are wanted at most; 0 or less is none
	// Cursor, where it is not nil, pages by cursor (RFC 9865) and not by Start:
	// that of the page that is wanted, empty for the first.
	Cursor *string
	Projection
}

// List is a part of what a query finds.
type List struct {
	Resources []Resource
	// Total is of all that it finds, -1 where nobody has counted: by cursor, of a
	// filter.
	Total    int
	Start    int
	Next     string // the cursor of the next page; empty at the end, and by Start
	Previous string // that of the page before; empty at the beginning, and by Start
}

// Bounds of a list.
const (
	DefaultCount = 100
	MaxCount     = 1000
)

// List answers a part of the resources of a type. Invalid, of ReasonFilter: the
// filter is none; of ReasonTooMany: it says too much; of ReasonPath: the attribute
// to sort by is none; of ReasonCursor: the cursor is none of this query.
func (s *Service) List(ctx context.Context, by iam.Actor, t *ResourceType, q Query) (List, error) {
	f, err := t.find(q)
	if err != nil {
		return List{}, err
	}
	back := false
	if q.Cursor != nil {
		if f.Page.After, back, err = q.position(t); err != nil {
			return List{}, err
		}
		f.Page.Total = q.Filter == ""
	} else {
		f.Page.Offset, f.Page.Total = max(q.Start, 1)-1, true
	}
	f.Desc = f.Desc != back
	found, err := s.at(t).find(ctx, by, f, !q.Leaves(t, attrMembers))
	if err != nil {
		return List{}, err
	}
	l := List{Total: found.Total, Start: f.Page.Offset + 1}
	if !f.Page.Total {
		l.Total = -1
	}
	if q.Count <= 0 {
		return l, nil
	}
	if q.Cursor != nil {
		l.Next, l.Previous = q.cursors(t, found, f.Page.After, back)
	}
	if back {
		slices.Reverse(found.Items)
	}
	for _, r := range found.Items {
		l.Resources = append(l.Resources, t.Project(r, q.Projection))
	}
	return l, nil
}

// find is what a query asks of Store, but for where in the list.
func (t *ResourceType) find(q Query) (f Find, err error) {
	f.Desc, f.Page.Limit = q.Descending, min(max(q.Count, 1), MaxCount)
	if f.Sort, err = t.sortPath(q.SortBy); err != nil || q.Filter == "" {
		return f, err
	}
	filter, err := ParseFilter(q.Filter)
	if err != nil {
		return f, err
	}
	f.Where, err = t.Condition(filter)
	return f, err
}
