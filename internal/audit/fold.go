package audit

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// folder puts together who could do what in a tenant, by these rules:
//
//  1. Each event of a relation has the whole of it as it is from then on. What
//     stands now and has no event has stood since before the trail begins.
//  2. Down a tree, the members of a group of a tenant have in its child the
//     groups that the manager of the child assigns to it; who has a group in
//     between has what is assigned to that. Who owns has all that is assigned.
//  3. Of a delegation, they have the groups that one half assigns and the other
//     allows.
//  4. Nothing holds while one of the two tenants, or one above it, is not active.
//
// Without trail it looks at what stands alone.
type folder struct {
	store Store
	trail bool
}

// access answers all of it, in no order.
func (f *folder) access(ctx context.Context, id iam.TenantID) ([]Access, error) {
	active, err := f.active(ctx, id)
	if err != nil {
		return nil, err
	}
	tree, err := f.tree(ctx, id)
	if err != nil {
		return nil, err
	}
	delegated, err := f.delegated(ctx, id)
	if err != nil {
		return nil, err
	}
	support, err := f.support(ctx, id)
	if err != nil {
		return nil, err
	}
	return merged(during(slices.Concat(tree, delegated, support), active)), nil
}

// during answers what of accesses holds within some periods.
func during(all []Access, when []period) []Access {
	var held []Access
	for _, a := range all {
		for _, p := range when {
			if p, ok := p.meet(period{a.From, a.To}); ok {
				a := a
				a.From, a.To = p.from, p.to
				held = append(held, a)
			}
		}
	}
	return held
}

// tree answers what tenants above one had in it, from the root down: what was
// handed on by each is what counts in the next.
func (f *folder) tree(ctx context.Context, id iam.TenantID) ([]Access, error) {
	above, err := f.store.Above(ctx, id)
	if err != nil {
		return nil, err
	}
	slices.Reverse(above)
	var all []Access // what those above had in the tenant at hand
	for i, parent := range above {
		child := id
		if i+1 < len(above) {
			child = above[i+1]
		}
		t, err := f.store.Tenant(ctx, parent)
		if err != nil {
			return nil, err
		}
		handed, err := f.handed(ctx, parent, iam.LinkChild, child)
		if err != nil {
			return nil, err
		}
		var next []Access
		for _, h := range handed {
			next = append(next, Access{Relation: iam.ReachTree, Tenant: iam.Ref[iam.TenantID]{ID: t.ID, Name: t.Code}, Group: h.group,
				Groups: h.groups, Owner: h.owner, From: h.from, To: h.to, By: h.by})
			for _, a := range all {
				p, ok := h.meet(period{a.From, a.To})
				if !ok || !a.Owner && !has(a.Groups, h.group.Name) {
					continue
				}
				if h.from.After(a.From) {
					a.By = h.by
				}
				a.Groups, a.Owner, a.Via = h.groups, h.owner, append(slices.Clone(a.Via), t.Code)
				a.From, a.To = p.from, p.to
				next = append(next, a)
			}
		}
		all = merged(next)
	}
	return all, nil
}

// delegated answers what tenants that manage one had in it.
func (f *folder) delegated(ctx context.Context, id iam.TenantID) ([]Access, error) {
	halves, err := f.versions(ctx, id, iam.LinkAllowed, "")
	if err != nil {
		return nil, err
	}
	gone, err := f.groupsGone(ctx, id)
	if err != nil {
		return nil, err
	}
	var all []Access
	for _, versions := range halves {
		for _, v := range versions {
			if v.Disabled || v.Other == "" {
				continue
			}
			allowed := v.given(gone)
			held, err := f.managing(ctx, id, v.Other)
			if iam.Is(err, iam.NotFound) {
				for _, a := range allowed {
					all = append(all, Access{Relation: iam.ReachDelegation, Tenant: iam.Ref[iam.TenantID]{ID: v.Other, Name: v.OtherCode}, Gone: true,
						Groups: []string{a.group.Name}, From: a.from, To: a.to, By: a.by})
				}
				continue
			}
			if err != nil {
				return nil, err
			}
			for _, h := range held {
				all = append(all, h.within(allowed)...)
			}
		}
	}
	return all, nil
}

// managing answers what a tenant that manages another gives its groups there,
// whatever that allows. NotFound: it is gone.
func (f *folder) managing(ctx context.Context, id, manager iam.TenantID) ([]Access, error) {
	t, err := f.store.Tenant(ctx, manager)
	if err != nil {
		return nil, err
	}
	active, err := f.active(ctx, manager)
	if err != nil {
		return nil, err
	}
	handed, err := f.handed(ctx, manager, iam.LinkManaged, id)
	if err != nil {
		return nil, err
	}
	var all []Access
	for _, h := range handed {
		all = append(all, Access{Relation: iam.ReachDelegation, Tenant: iam.Ref[iam.TenantID]{ID: t.ID, Name: t.Code}, Group: h.group,
			Groups: h.groups, From: h.from, To: h.to, By: h.by})
	}
	return during(all, active), nil
}

// within answers what is left of an access where only some groups are allowed,
// group by group.
func (a Access) within(allowed []given) []Access {
	var all []Access
	for _, g := range allowed {
		p, ok := g.meet(period{a.From, a.To})
		if !ok || !has(a.Groups, g.group.Name) {
			continue
		}
		one := a
		if g.from.After(a.From) {
			one.By = g.by
		}
		one.Groups, one.From, one.To = []string{g.group.Name}, p.from, p.to
		all = append(all, one)
	}
	return all
}

// support answers what the support tenant was let do.
func (f *folder) support(ctx context.Context, id iam.TenantID) ([]Access, error) {
	events, err := f.events(ctx, id, Filter{Object: "support-access"})
	if err != nil {
		return nil, err
	}
	var all []Access
	if len(events) == 0 {
		now, err := f.store.SupportAccess(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, Access{Relation: iam.ReachSupport, Support: now, By: now.By, From: now.Updated})
	}
	for i, e := range events {
		a := Access{Relation: iam.ReachSupport, Support: iam.SupportAccessOf(e.Details), From: e.At, By: e.ActorName}
		if i+1 < len(events) {
			a.To = events[i+1].At
		}
		all = append(all, a)
	}
	return slices.DeleteFunc(all, func(a Access) bool { return a.Support.Allows() == iam.SupportNone }), nil
}

// active answers when a tenant and all above it were active.
func (f *folder) active(ctx context.Context, id iam.TenantID) ([]period, error) {
	above, err := f.store.Above(ctx, id)
	if err != nil {
		return nil, err
	}
	all := []period{{}}
	for _, id := range append(above, id) {
		own, err := f.ownActive(ctx, id)
		if err != nil {
			return nil, err
		}
		var both []period
		for _, p := range all {
			for _, q := range own {
				if r, ok := p.meet(q); ok {
					both = append(both, r)
				}
			}
		}
		all = both
	}
	return all, nil
}

// ownActive answers when a tenant was active by itself.
func (f *folder) ownActive(ctx context.Context, id iam.TenantID) ([]period, error) {
	t, err := f.store.Tenant(ctx, id)
	if err != nil {
		return nil, err
	}
	events, err := f.events(ctx, id, Filter{Object: "tenant"})
	if err != nil {
		return nil, err
	}
	var all []period
	first, active := true, false
	for _, e := range events {
		state := iam.TenantState(e.Details[iam.DetailState])
		if state == "" {
			continue
		}
		now := state == iam.TenantActive
		switch {
		case first && !now:
			all = append(all, period{to: e.At}) // it was, until then
		case now && !active:
			all = append(all, period{from: e.At})
		case !now && active:
			all[len(all)-1].to = e.At
		}
		first, active = false, now
	}
	if first && t.Own == iam.TenantActive {
		all = append(all, period{})
	}
	return all, nil
}

// events answers events of a tenant, the earliest first; none without trail.
func (f *folder) events(ctx context.Context, id iam.TenantID, filter Filter) ([]iam.Event, error) {
	if !f.trail {
		return nil, nil
	}
	var all []iam.Event
	for page := (iam.Page{Limit: iam.MaxPage}); ; {
		l, err := f.store.Events(ctx, id, filter, page)
		if err != nil {
			return nil, err
		}
		all = append(all, l.Items...)
		if l.Next == (iam.Cursor{}) {
			slices.Reverse(all)
			return all, nil
		}
		page.After = l.Next
	}
}

// has reports whether a name is among some, without regard to case.
func has(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return iam.Fold(n) == iam.Fold(name) })
}
