package scim

import (
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// users are at /Users.
type users struct{ People }

func (c users) get(ctx context.Context, by iam.Actor, id string, _ bool) (entry, error) {
	if !iam.ValidID(id) {
		return entry{}, iam.ErrNotFound("user", iam.Cut(id, 64))
	}
	u, err := c.User(ctx, by, iam.UserID(id))
	return entry{shown(u), u.Version}, err
}

func shown(u iam.User) Resource { return Users.finish(userResource(u)) }

func (c users) indexed(ctx context.Context, by iam.Actor, f Compare, _ bool) (all []Resource, ok bool, err error) {
	text, ok := f.Value.(string)
	if !ok || f.Op != Equal || f.Path.Schema != "" && !strings.EqualFold(f.Path.Schema, URNUser) {
		return nil, false, nil
	}
	switch strings.ToLower(f.Path.Name + "." + f.Path.Sub) {
	case "id.":
		e, err := c.get(ctx, by, text, true)
		return found(e.Resource, err)
	case "username.":
		u, err := c.UserNamed(ctx, by, text)
		return found(shown(u), err)
	case "emails.", "emails.value":
		return c.mailed(ctx, by, text)
	}
	return nil, false, nil
}

// found answers one document, or none where it is not there.
func found(r Resource, err error) ([]Resource, bool, error) {
	switch {
	case iam.Is(err, iam.NotFound):
		return nil, true, nil
	case err != nil:
		return nil, false, err
	}
	return []Resource{r}, true, nil
}

// mailed answers users of an e-mail address. One that is not the address of the
// account itself is in no index: ok is false where nobody else may be missed.
func (c users) mailed(ctx context.Context, by iam.Actor, email string) (all []Resource, ok bool, err error) {
	if email == "" {
		return nil, false, nil
	}
	for p := (iam.Page{Limit: scanPage}); ; {
		l, err := c.Users(ctx, by, email, p)
		if err != nil {
			return nil, false, err
		}
		for _, u := range l.Items {
			all = append(all, shown(u))
		}
		if l.Next == (iam.Cursor{}) {
			return all, len(all) > 0, nil
		}
		p.After = l.Next
	}
}

func (c users) list(ctx context.Context, by iam.Actor, p iam.Page, _ bool) (l iam.List[Resource], err error) {
	found, err := c.Users(ctx, by, "", p)
	l.Total, l.Next = found.Total, found.Next
	for _, u := range found.Items {
		l.Items = append(l.Items, shown(u))
	}
	return l, err
}

func (c users) insert(ctx context.Context, by iam.Actor, r Resource) (Resource, error) {
	p, err := person(r)
	if err != nil {
		return nil, err
	}
	u, err := c.CreateUser(ctx, by, p)
	if err != nil {
		return nil, inWords(err)
	}
	return shown(u), nil
}

func (c users) update(ctx context.Context, by iam.Actor, old entry, r Resource) (Resource, error) {
	before, err := person(old.Resource)
	if err != nil {
		return nil, err
	}
	p, err := person(r)
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
	return shown(u), nil
}

func (c users) remove(ctx context.Context, by iam.Actor, id string) error {
	if !iam.ValidID(id) {
		return iam.ErrNotFound("user", iam.Cut(id, 64))
	}
	return c.DeleteUser(ctx, by, iam.UserID(id))
}
