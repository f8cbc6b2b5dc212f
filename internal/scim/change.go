package scim

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// UserChange says what to change in a user; nil members stay. Of Attributes a
// nil value removes one.
type UserChange struct {
	Username    *string
	Email       *string
	GivenName   *string
	FamilyName  *string
	DisplayName *string
	Phone       *string
	Language    *string
	TimeZone    *string
	Active      *bool
	Password    *string
	Roles       *[]string
	Attributes  map[string]*string
	Version     int64 // the one that was read
}

// since answers what is to be changed in a user who was like old.
func (p Person) since(old Person, version int64) UserChange {
	ch := UserChange{Username: changed(old.Username, p.Username), Email: changed(old.Email, p.Email),
		GivenName: changed(old.GivenName, p.GivenName), FamilyName: changed(old.FamilyName, p.FamilyName),
		DisplayName: changed(old.DisplayName, p.DisplayName), Phone: changed(old.Phone, p.Phone),
		Language: changed(old.Language, p.Language), TimeZone: changed(old.TimeZone, p.TimeZone),
		Active: changed(old.Active, p.Active), Attributes: changes(old.Attributes, p.Attributes), Version: version}
	if p.Password != "" {
		ch.Password = &p.Password
	}
	if !slices.Equal(old.Roles, p.Roles) {
		roles := append([]string{}, p.Roles...)
		ch.Roles = &roles
	}
	return ch
}

func changed[T comparable](old, now T) *T {
	if old == now {
		return nil
	}
	return &now
}

// changes answers what is to be set and removed.
func changes(old, now map[string]string) map[string]*string {
	m := map[string]*string{}
	for name := range old {
		if _, there := now[name]; !there {
			m[name] = nil
		}
	}
	for name, value := range now {
		if before, there := old[name]; !there || before != value {
			m[name] = &value
		}
	}
	return m
}

// empty reports whether there is nothing to be changed.
func (c UserChange) empty() bool {
	return c.Username == nil && c.Email == nil && c.GivenName == nil && c.FamilyName == nil && c.DisplayName == nil && c.Phone == nil &&
		c.Language == nil && c.TimeZone == nil && c.Active == nil && c.Password == nil && c.Roles == nil && len(c.Attributes) == 0
}

// tries is how often a change is made anew where somebody else has written
// between, which a client that named no version does not care about.
const tries = 8

// retried makes a change at a version, 0 for whatever there is: then it is made
// anew where somebody else has written between.
func retried(version int64, change func() (Resource, error)) (r Resource, err error) {
	for range tries {
		r, err = change()
		if version != 0 || !iam.Is(err, iam.Conflict) {
			break
		}
	}
	return r, err
}

func (c users) replace(ctx context.Context, by iam.Actor, id string, version int64, sent Resource, of []string) (Resource, error) {
	return c.change(ctx, by, id, version, func(old Resource) (Resource, error) { return c.t.replaced(old, sent, of) })
}

func (c users) patch(ctx context.Context, by iam.Actor, id string, version int64, operations []Operation) (Resource, error) {
	return c.change(ctx, by, id, version, func(old Resource) (Resource, error) { return c.t.Patch(old, operations) })
}

// change writes what change makes of a user.
func (c users) change(ctx context.Context, by iam.Actor, id string, version int64, change func(old Resource) (Resource, error)) (Resource, error) {
	return retried(version, func() (Resource, error) {
		old, err := c.get(ctx, by, id, true)
		if err != nil {
			return nil, err
		}
		if version != 0 && version != old.version {
			return nil, iam.ErrStale(c.t.Name, id)
		}
		now, err := change(old.Resource)
		if err != nil {
			return nil, err
		}
		return c.update(ctx, by, old, now)
	})
}
