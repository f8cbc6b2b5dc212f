package scim

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// groups are at /Groups.
type groups struct{ Teams }

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
		all[i] = Groups.finish(groupResource(g, members[g.ID]))
	}
	return all, nil
}

func (c groups) indexed(ctx context.Context, by iam.Actor, f Compare, whole bool) (all []Resource, ok bool, err error) {
	text, ok := f.Value.(string)
	if !ok || f.Op != Equal || f.Path.Sub != "" || f.Path.Schema != "" && !strings.EqualFold(f.Path.Schema, URNGroup) {
		return nil, false, nil
	}
	switch strings.ToLower(f.Path.Name) {
	case "id":
		e, err := c.get(ctx, by, text, whole)
		return found(e.Resource, err)
	case "displayname":
		g, err := c.GroupNamed(ctx, by, text)
		if err != nil {
			return found(nil, err)
		}
		all, err = c.show(ctx, by, []iam.Group{g}, whole)
		return all, true, err
	}
	return nil, false, nil
}

func (c groups) list(ctx context.Context, by iam.Actor, p iam.Page, whole bool) (l iam.List[Resource], err error) {
	found, err := c.Groups(ctx, by, p)
	if err != nil {
		return l, err
	}
	l.Total, l.Next = found.Total, found.Next
	l.Items, err = c.show(ctx, by, found.Items, whole)
	return l, err
}

func (c groups) insert(ctx context.Context, by iam.Actor, r Resource) (Resource, error) {
	t, err := team(r)
	if err != nil {
		return nil, err
	}
	g, err := c.CreateGroup(ctx, by, t)
	if err != nil {
		return nil, inWords(err)
	}
	return c.shown(ctx, by, g)
}

func (c groups) update(ctx context.Context, by iam.Actor, old entry, r Resource) (Resource, error) {
	before, err := team(old.Resource)
	if err != nil {
		return nil, err
	}
	t, err := team(r)
	if err != nil {
		return nil, err
	}
	ch := t.since(before, old.version)
	if ch.empty() {
		return old.Resource, nil
	}
	g, err := c.UpdateGroup(ctx, by, iam.GroupID(old.Text(attrID)), ch)
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

func (c groups) remove(ctx context.Context, by iam.Actor, id string) error {
	if !iam.ValidID(id) {
		return iam.ErrNotFound("group", iam.Cut(id, 64))
	}
	return c.DeleteGroup(ctx, by, iam.GroupID(id))
}
