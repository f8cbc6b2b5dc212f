package scim

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Search answers a part of the resources of several types as one list (RFC 7644
// section 3.4.2.1). An attribute that a type does not have is one without a value
// in all of it. Without an attribute to sort by, the types come one after the
// other. Errors as for List; Invalid, of ReasonCursor: there is no paging by
// cursor in the order of an attribute that several types have.
func (s *Service) Search(ctx context.Context, by iam.Actor, types []*ResourceType, q Query) (List, error) {
	parts, shared, err := partsOf(types, q)
	switch {
	case err != nil:
		return List{}, err
	case shared && q.Cursor != nil:
		return List{}, broken(ReasonCursor, "cursor", "must not be given where several types of resources are sorted by %s", iam.Cut(q.SortBy, 64))
	case shared:
		return s.merged(ctx, by, parts, q)
	case q.Cursor != nil:
		return s.searchAt(ctx, by, parts, *q.Cursor)
	}
	l := List{Start: max(q.Start, 1)}
	for _, p := range parts {
		p.q.Start, p.q.Count = max(l.Start-l.Total, 1), max(q.Count, 0)-len(l.Resources)
		some, err := s.List(ctx, by, p.t, p.q)
		if err != nil {
			return List{}, err
		}
		l.Resources = append(l.Resources, some.Resources...)
		l.Total += some.Total
	}
	return l, nil
}

// part is what a search asks of one type.
type part struct {
	t *ResourceType
	q Query
}

// partsOf are those of a search in the order in which they come. shared: several
// of the types have the attribute to sort by, and come in one order. Invalid:
// none has it.
func partsOf(types []*ResourceType, q Query) (parts []part, shared bool, err error) {
	var has, lacks []part
	for _, t := range types {
		_, no := t.sortPath(q.SortBy)
		if no == nil {
			has = append(has, part{t, q})
			continue
		}
		err = no
		own := q
		own.SortBy, own.Descending = "", false
		lacks = append(lacks, part{t, own})
	}
	shared = q.SortBy != "" && len(has) > 1
	switch {
	case len(has) == 0:
		return nil, false, err
	case q.Descending:
		return append(lacks, has...), shared, nil // without a value is first
	default:
		return append(has, lacks...), shared, nil
	}
}

// searchAt answers the page of a cursor, which has the name of its type before the
// cursor of the list of that. A page does not go on in the next type: it ends.
func (s *Service) searchAt(ctx context.Context, by iam.Actor, parts []part, cursor string) (List, error) {
	name, inner, ok := strings.Cut(cursor, ".")
	at := -1
	for i, p := range parts {
		if p.t.Name == name && ok || cursor == "" && i == 0 {
			at = i
		}
	}
	if at < 0 {
		return List{}, broken(ReasonCursor, "cursor", "must be one that a page of this query was answered with")
	}
	for ; ; at, inner = at+1, "" {
		p := parts[at]
		p.q.Cursor = &inner
		l, err := s.List(ctx, by, p.t, p.q)
		if err != nil {
			return List{}, err
		}
		last := at == len(parts)-1
		if len(l.Resources) == 0 && l.Next == "" && !last {
			continue
		}
		switch {
		case l.Next != "":
			l.Next = p.t.Name + "." + l.Next
		case !last:
			l.Next = parts[at+1].t.Name + "."
		}
		if l.Previous != "" {
			l.Previous = p.t.Name + "." + l.Previous
		}
		l.Total, err = s.total(ctx, by, parts, at, l.Total)
		return l, err
	}
}

// total is that of all parts, of which that of one is known; -1 where nobody
// counts.
func (s *Service) total(ctx context.Context, by iam.Actor, parts []part, at, known int) (int, error) {
	if known < 0 {
		return known, nil
	}
	for i, p := range parts {
		if i == at {
			continue
		}
		p.q.Cursor, p.q.Count = nil, 0
		l, err := s.List(ctx, by, p.t, p.q)
		if err != nil {
			return 0, err
		}
		known += l.Total
	}
	return known, nil
}
