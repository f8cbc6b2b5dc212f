package scim

import (
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

// Team is what a resource says of a group.
type Team struct {
	Name     string
	External string // id of the provisioning client
	Members  []iam.UserID
}

// GroupChange says what to change in a group; nil members stay. An empty
// External removes it.
type GroupChange struct {
	Name     *string
	External *string
	Members  *[]iam.UserID
	Version  int64 // the one that was read
}

func (t Team) since(old Team, version int64) GroupChange {
	ch := GroupChange{Name: changed(old.Name, t.Name), External: changed(old.External, t.External), Version: version}
	if !slices.Equal(old.Members, t.Members) {
		members := append([]iam.UserID{}, t.Members...)
		ch.Members = &members
	}
	return ch
}

func (c GroupChange) empty() bool { return c.Name == nil && c.External == nil && c.Members == nil }
