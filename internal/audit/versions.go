package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// period is a time: from a moment, zero for always before, to another, zero for
// always after.
type period struct{ from, to time.Time }

// meet answers what two periods have in common. ok is false for nothing.
func (p period) meet(q period) (both period, ok bool) {
	both = p
	if q.from.After(p.from) {
		both.from = q.from
	}
	if p.to.IsZero() || !q.to.IsZero() && q.to.Before(p.to) {
		both.to = q.to
	}
	return both, both.to.IsZero() || both.from.Before(both.to)
}

// version is a half of a relation as it was for a time, and who made it so.
type version struct {
	iam.Told
	period
	by string
}

// given is what a half gave one group for a time.
type given struct {
	group  iam.Ref[iam.GroupID]
	groups []string // of the other tenant
	owner  bool
	period
	by string
}

// given answers what a version gave each group. A group that is gone is given
// nothing from then on.
func (v version) given(gone map[iam.GroupID]time.Time) []given {
	var all []given
	for _, a := range v.Assignments {
		if p, ok := v.meet(period{to: gone[a.Group]}); ok {
			all = append(all, given{iam.Ref[iam.GroupID]{ID: a.Group, Name: v.Groups[a.Group]}, a.Theirs, a.Owner, p, v.by})
		}
	}
	return all
}

// objects are the kinds of objects that are halves of relations, as events name
// them.
var objects = map[iam.LinkKind]string{iam.LinkChild: "child_tenant", iam.LinkManager: "child_tenant_manager",
	iam.LinkManaged: "managed_tenant", iam.LinkAllowed: "allowed_tenant"}

// handed answers what groups of a tenant were given in another one: of LinkChild
// by the manager that this child had, of LinkManaged by the half itself.
func (f *folder) handed(ctx context.Context, id iam.TenantID, k iam.LinkKind, other iam.TenantID) ([]given, error) {
	halves, err := f.versions(ctx, id, k, other)
	if err != nil {
		return nil, err
	}
	gone, err := f.groupsGone(ctx, id)
	if err != nil {
		return nil, err
	}
	var managers map[iam.ObjectID][]version
	if k == iam.LinkChild {
		if managers, err = f.versions(ctx, id, iam.LinkManager, ""); err != nil {
			return nil, err
		}
	}
	var all []given
	for _, versions := range halves {
		for _, v := range versions {
			if v.Disabled || v.Other != other {
				continue
			}
			all = append(all, v.given(gone)...)
			for _, m := range managers[v.Manager] {
				p, ok := v.meet(m.period)
				if !ok || m.Disabled {
					continue
				}
				if v.from.After(m.from) {
					m.by = v.by
				}
				m.period = p
				all = append(all, m.given(gone)...)
			}
		}
	}
	return all, nil
}

// versions answers what the halves of a kind that a tenant has or had, to one
// other tenant or to any, have been, by the object.
func (f *folder) versions(ctx context.Context, id iam.TenantID, k iam.LinkKind, other iam.TenantID) (map[iam.ObjectID][]version, error) {
	standing, err := f.store.Standing(ctx, id, k, other)
	if err != nil {
		return nil, err
	}
	events, err := f.events(ctx, id, Filter{Object: objects[k], Other: other})
	if err != nil {
		return nil, err
	}
	if other != "" { // of these objects also what does not name it any more
		if events, err = f.whole(ctx, id, objects[k], events, standing); err != nil {
			return nil, err
		}
	}
	all := map[iam.ObjectID][]version{}
	for _, e := range events {
		object := iam.ObjectID(e.ObjectID)
		told, ok := iam.ToldOf(e.Details)
		ended := strings.HasSuffix(e.Action, ".delete")
		if !ok && !ended {
			continue // of something that does not matter here
		}
		if n := len(all[object]); n > 0 && all[object][n-1].to.IsZero() {
			all[object][n-1].to = e.At
		}
		if !ended {
			all[object] = append(all[object], version{told, period{from: e.At}, e.ActorName})
		}
	}
	for _, h := range standing {
		if len(all[h.Object]) == 0 {
			all[h.Object] = []version{{Told: h.Told}}
		}
	}
	return all, nil
}

// whole answers all events of the objects of a kind that some of them are of,
// and of those that stand.
func (f *folder) whole(ctx context.Context, id iam.TenantID, kind string, some []iam.Event, standing []Half) ([]iam.Event, error) {
	var known []string
	for _, h := range standing {
		known = append(known, string(h.Object))
	}
	for _, e := range some {
		known = append(known, e.ObjectID)
	}
	slices.Sort(known)
	var all []iam.Event
	for _, object := range slices.Compact(known) {
		events, err := f.events(ctx, id, Filter{Object: kind, ObjectID: object})
		if err != nil {
			return nil, err
		}
		all = append(all, events...)
	}
	return all, nil
}

// groupsGone answers when groups of a tenant were deleted.
func (f *folder) groupsGone(ctx context.Context, id iam.TenantID) (map[iam.GroupID]time.Time, error) {
	events, err := f.events(ctx, id, Filter{Object: "group", Action: "group.delete"})
	gone := make(map[iam.GroupID]time.Time, len(events))
	for _, e := range events {
		gone[iam.GroupID(e.ObjectID)] = e.At
	}
	return gone, err
}

// merged joins accesses that differ in when they were alone and follow one
// another: a relation that was changed in something else has not ended.
func merged(all []Access) []Access {
	key := func(a Access) string {
		return fmt.Sprintf("%q %q %q %q %t %q %q %t %q %t", a.Relation, a.Tenant.ID, a.Group.ID, a.Groups, a.Owner,
			a.Support.Mode, a.Support.Namespaces, a.Support.Disabled, a.Via, a.Gone)
	}
	slices.SortStableFunc(all, func(a, b Access) int { return cmp.Or(cmp.Compare(key(a), key(b)), a.From.Compare(b.From)) })
	var joined []Access
	for _, a := range all {
		last := len(joined) - 1
		if last < 0 || key(joined[last]) != key(a) || !joined[last].To.IsZero() && joined[last].To.Before(a.From) {
			joined = append(joined, a)
			continue
		}
		if to := &joined[last].To; !to.IsZero() && (a.To.IsZero() || a.To.After(*to)) {
			*to = a.To
		}
	}
	return joined
}
