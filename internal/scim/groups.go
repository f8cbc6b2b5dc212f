package scim

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// groups are at /Groups.
type groups struct {
	Teams
	store Store
	t     *ResourceType
}

func (c groups) get(ctx context.Context, by iam.Actor, id string, whole bool) (entry, error) {
	if !iam.ValidID(id) {
		return entry{}, iam.ErrNotFound("group", iam.Cut(id, 64))
	}
	g, err := c.Group(ctx, by, iam.GroupID(id))
	if err != nil {
		return entry{}, err
	}
	all, err := c.show(ctx, by, []iam.Group{g}, whole)
	if err != nil {
		return entry{}, err
	}
	return entry{all[0], g.Version}, nil
}

// show shows groups, with their members where those are wanted.
func (c groups) show(ctx context.Context, by iam.Actor, some []iam.Group, whole bool) ([]Resource, error) {
	var members map[iam.GroupID][]iam.Ref[iam.UserID]
	if whole && len(some) > 0 {
		ids := make([]iam.GroupID, len(some))
		for i, g := range some {
			ids[i] = g.ID
		}
		var err error
		if members, err = c.MembersOf(ctx, by, ids...); err != nil {
			return nil, err
		}
	}
	all := make([]Resource, len(some))
	for i, g := range some {
		all[i] = c.t.finish(groupResource(c.t, g, members[g.ID]))
	}
	return all, nil
}

func (c groups) find(ctx context.Context, by iam.Actor, f Find, whole bool) (Found[Resource], error) {
	l, err := c.store.FindGroups(ctx, by.Tenant, f)
	some := Found[Resource]{Total: l.Total, More: l.More, First: l.First, Last: l.Last}
	if err == nil {
		some.Items, err = c.show(ctx, by, l.Items, whole)
	}
	return some, err
}

func (c groups) insert(ctx context.Context, by iam.Actor, r Resource) (Resource, error) {
	t, err := team(c.t, r)
	if err != nil {
		return nil, err
	}
	g, err := c.CreateGroup(ctx, by, t)
	if err != nil {
		return nil, inWords(err)
	}
	return c.shown(ctx, by, g)
}

func (c groups) shown(ctx context.Context, by iam.Actor, g iam.Group) (Resource, error) {
	all, err := c.show(ctx, by, []iam.Group{g}, true)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func (c groups) remove(ctx context.Context, by iam.Actor, id string, version int64) error {
	if !iam.ValidID(id) {
		return iam.ErrNotFound("group", iam.Cut(id, 64))
	}
	return c.DeleteGroup(ctx, by, iam.GroupID(id), version)
}
