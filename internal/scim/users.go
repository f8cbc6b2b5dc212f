package scim

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// users are at /Users.
type users struct {
	People
	store Store
	t     *ResourceType
}

func (c users) get(ctx context.Context, by iam.Actor, id string, _ bool) (entry, error) {
	if !iam.ValidID(id) {
		return entry{}, iam.ErrNotFound("user", iam.Cut(id, 64))
	}
	u, err := c.User(ctx, by, iam.UserID(id))
	return entry{c.shown(u), u.Version}, err
}

func (c users) shown(u iam.User) Resource { return c.t.finish(userResource(c.t, u)) }

func (c users) find(ctx context.Context, by iam.Actor, f Find, _ bool) (Found[Resource], error) {
	l, err := c.store.FindUsers(ctx, by.Tenant, f)
	some := Found[Resource]{Total: l.Total, More: l.More, First: l.First, Last: l.Last}
	for _, u := range l.Items {
		some.Items = append(some.Items, c.shown(u))
	}
	return some, err
}

func (c users) insert(ctx context.Context, by iam.Actor, r Resource) (Resource, error) {
	p, err := person(c.t, r)
	if err != nil {
		return nil, err
	}
	u, err := c.CreateUser(ctx, by, p)
	if err != nil {
		return nil, inWords(err)
	}
	return c.shown(u), nil
}

func (c users) update(ctx context.Context, by iam.Actor, old entry, r Resource) (Resource, error) {
	before, err := person(c.t, old.Resource)
	if err != nil {
		return nil, err
	}
	p, err := person(c.t, r)
	if err != nil {
		return nil, err
	}
	ch := p.since(before, old.version)
	if ch.empty() {
		return old.Resource, nil
	}
	u, err := c.UpdateUser(ctx, by, iam.UserID(old.Text(attrID)), ch)
	if err != nil {
		return nil, inWords(err)
	}
	return c.shown(u), nil
}

func (c users) remove(ctx context.Context, by iam.Actor, id string, version int64) error {
	if !iam.ValidID(id) {
		return iam.ErrNotFound("user", iam.Cut(id, 64))
	}
	return c.DeleteUser(ctx, by, iam.UserID(id), version)
}
