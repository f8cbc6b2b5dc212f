package app

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// provisioning is scim.People and scim.Teams out of the directory.
type provisioning struct{ directory *directory.Service }

// User implements scim.People.
func (p provisioning) User(ctx context.Context, by iam.Actor, id iam.UserID) (iam.User, error) {
	return p.directory.User(ctx, by, directory.UserKey{ID: id})
}

// CreateUser implements scim.People.
func (p provisioning) CreateUser(ctx context.Context, by iam.Actor, n scim.Person) (iam.User, error) {
	u := newUser(n)
	u.Attributes = iam.Merge(u.Attributes, map[string]string{iam.AttributeSyncMode: iam.SyncModeSCIM})
	return p.directory.CreateUser(ctx, by, u)
}

func newUser(n scim.Person) directory.NewUser {
	return directory.NewUser{Username: n.Username, Email: n.Email, GivenName: n.GivenName,
		FamilyName: n.FamilyName, DisplayName: n.DisplayName, Phone: n.Phone, Language: n.Language, TimeZone: n.TimeZone,
		Disabled: !n.Active, Password: n.Password, Roles: n.Roles, Attributes: n.Attributes}
}

// UpdateUser implements scim.People.
func (p provisioning) UpdateUser(ctx context.Context, by iam.Actor, id iam.UserID, ch scim.UserChange) (iam.User, error) {
	d := userChange(ch)
	d.Provisioning = true
	return p.directory.UpdateUser(ctx, by, directory.UserKey{ID: id}, d)
}

func userChange(ch scim.UserChange) directory.UserChange {
	d := directory.UserChange{Username: ch.Username, Email: ch.Email, GivenName: ch.GivenName, FamilyName: ch.FamilyName,
		DisplayName: ch.DisplayName, Phone: ch.Phone, Language: ch.Language, TimeZone: ch.TimeZone, Password: ch.Password, Roles: ch.Roles,
		Attributes: ch.Attributes, Version: ch.Version}
	if ch.Active != nil {
		state := iam.UserDisabled
		if *ch.Active {
			state = iam.UserEnabled
		}
		d.State = &state
	}
	return d
}

// UpdateProfile implements scim.People.
func (p provisioning) UpdateProfile(ctx context.Context, by iam.Actor, ch scim.UserChange) (iam.User, error) {
	return p.directory.UpdateProfile(ctx, by, directory.Profile{GivenName: ch.GivenName, FamilyName: ch.FamilyName, DisplayName: ch.DisplayName,
		Phone: ch.Phone, Language: ch.Language, TimeZone: ch.TimeZone, Attributes: ch.Attributes, Version: ch.Version})
}

// DeleteUser implements scim.People.
func (p provisioning) DeleteUser(ctx context.Context, by iam.Actor, id iam.UserID, version int64) error {
	_, err := p.directory.Deprovision(ctx, by, id, version)
	return err
}

// Group implements scim.Teams.
func (p provisioning) Group(ctx context.Context, by iam.Actor, id iam.GroupID) (iam.Group, error) {
	return p.directory.Group(ctx, by, directory.GroupKey{ID: id})
}

// MembersOf implements scim.Teams.
func (p provisioning) MembersOf(ctx context.Context, by iam.Actor, ids ...iam.GroupID) (map[iam.GroupID][]iam.Ref[iam.UserID], error) {
	found, err := p.directory.Members(ctx, by, ids...)
	members := map[iam.GroupID][]iam.Ref[iam.UserID]{}
	for _, m := range found {
		members[m.Group] = append(members[m.Group], m.User)
	}
	return members, err
}

// CreateGroup implements scim.Teams.
func (p provisioning) CreateGroup(ctx context.Context, by iam.Actor, n scim.Team) (iam.Group, error) {
	return p.directory.CreateGroup(ctx, by, directory.NewGroup{Name: n.Name, MemberIDs: n.Members, Provisioning: true,
		Attributes: iam.Merge(n.Attributes, map[string]string{iam.AttributeSyncMode: iam.SyncModeSCIM})})
}

// UpdateGroup implements scim.Teams.
func (p provisioning) UpdateGroup(ctx context.Context, by iam.Actor, id iam.GroupID, ch scim.GroupChange) (iam.Group, error) {
	return p.directory.UpdateGroup(ctx, by, directory.GroupKey{ID: id}, directory.GroupChange{Name: ch.Name, Attributes: ch.Attributes,
		MemberIDs: ch.Members, Join: ch.Join, Leave: ch.Leave, Version: ch.Version, Provisioning: true})
}

// DeleteGroup implements scim.Teams.
func (p provisioning) DeleteGroup(ctx context.Context, by iam.Actor, id iam.GroupID, version int64) error {
	_, err := p.directory.DeprovisionGroup(ctx, by, id, version)
	return err
}
