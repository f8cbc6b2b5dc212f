package scim

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Bounds of a list of several types in the order of an attribute: each page reads
// all before it.
const (
	maxMerged = 10_000
	mergePage = 500
)

// merged answers a part of the parts' resources in the order of an attribute.
// Invalid, of ReasonTooMany: it is too far behind.
func (s *Service) merged(ctx context.Context, by iam.Actor, parts []part, q Query) (List, error) {
	l := List{Start: max(q.Start, 1)}
	count := min(max(q.Count, 0), MaxCount)
	if l.Start > maxMerged {
		return List{}, broken(ReasonTooMany, "startIndex", "must be at most %d where several types of resources are sorted by one attribute", maxMerged)
	}
	var runs []*run
	for _, p := range parts {
		f, err := p.t.find(p.q)
		if err != nil {
			return List{}, err
		}
		f.Page.Limit, f.Page.Total = mergePage, true
		if count == 0 {
			f.Page.Limit = 1
		}
		r := &run{t: p.t, at: s.at(p.t), find: f, more: true}
		if err := r.fill(ctx, by); err != nil {
			return List{}, err
		}
		l.Total += r.total
		runs = append(runs, r)
	}
	for n := 1; n < l.Start+count; n++ {
		r := slices.MinFunc(runs, func(a, b *run) int { return a.compare(b, q.Descending) })
		if len(r.items) == 0 {
			break
		}
		if n >= l.Start {
			one, err := r.first(ctx, by, q.Projection)
			if err != nil {
				return List{}, err
			}
			l.Resources = append(l.Resources, one)
		}
		r.items, r.keys = r.items[1:], r.keys[1:]
		if err := r.fill(ctx, by); err != nil {
			return List{}, err
		}
	}
	return l, nil
}

// run are the resources of one type, in order. Members are looked up for those
// only that are answered.
type run struct {
	t     *ResourceType
	at    collection
	find  Find
	items []Resource
	keys  []string // that of each in the order, "" for none
	total int
	more  bool
}

// fill reads on where nothing is left of what was read.
func (r *run) fill(ctx context.Context, by iam.Actor) error {
	if len(r.items) > 0 || !r.more {
		return nil
	}
	found, err := r.at.find(ctx, by, r.find, false)
	if err != nil {
		return err
	}
	if r.find.Page.Total {
		r.total, r.find.Page.Total = found.Total, false
	}
	r.items, r.more, r.find.Page.After = found.Items, found.More, found.Last
	r.keys = make([]string, len(r.items))
	for i, item := range r.items {
		r.keys[i] = r.t.sortKey(item, r.find.Sort)
	}
	return nil
}

// first answers the next resource as it is wanted.
func (r *run) first(ctx context.Context, by iam.Actor, p Projection) (Resource, error) {
	one := r.items[0]
	if r.t.attribute(attrMembers) != nil && !p.Leaves(r.t, attrMembers) {
		e, err := r.at.get(ctx, by, one.Text(attrID), true)
		if err != nil && !iam.Is(err, iam.NotFound) { // deleted meanwhile
			return nil, err
		}
		if err == nil {
			one = e.Resource
		}
	}
	return r.t.Project(one, p), nil
}

// compare says which run has the next resource of both. What has no value is last,
// or first in the order that is turned round.
func (r *run) compare(other *run, descending bool) int {
	switch {
	case len(r.items) == 0 || len(other.items) == 0:
		return len(other.items) - len(r.items)
	case r.keys[0] == other.keys[0]:
		return 0
	case (r.keys[0] == "" || other.keys[0] != "" && r.keys[0] > other.keys[0]) != descending:
		return 1
	}
	return -1
}

// sortKey is the key of a resource by which lists are sorted by a path, "" where
// it has no value.
func (t *ResourceType) sortKey(r Resource, path string) string {
	for _, v := range t.values(r, func(at string) bool { return at == path || strings.HasPrefix(path, at+".") }) {
		if v.Path == path && v.Place == 0 {
			return v.Key
		}
	}
	return ""
}
