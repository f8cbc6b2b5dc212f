package app

import (
	"context"
	"strings"

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

// UserNamed implements scim.People.
func (p provisioning) UserNamed(ctx context.Context, by iam.Actor, username string) (iam.User, error) {
	return p.directory.User(ctx, by, directory.UserKey{Username: username})
}

// Users implements scim.People. What stands for other text in a pattern is in no
// address that was taken, and finds nobody.
func (p provisioning) Users(ctx context.Context, by iam.Actor, email string, page iam.Page) (iam.List[iam.User], error) {
	if strings.ContainsAny(email, "*|") {
		return iam.List[iam.User]{}, nil
	}
	page.Sort = "username"
	return p.directory.Users(ctx, by, directory.UserFilter{Email: iam.Pattern(email)}, page)
}

// CreateUser implements scim.People.
func (p provisioning) CreateUser(ctx context.Context, by iam.Actor, n scim.Person) (iam.User, error) {
	return p.directory.CreateUser(ctx, by, directory.NewUser{Username: n.Username, Email: n.Email, GivenName: n.GivenName,
		FamilyName: n.FamilyName, DisplayName: n.DisplayName, Phone: n.Phone, Language: n.Language, TimeZone: n.TimeZone,
		Disabled: !n.Active, Password: n.Password, Roles: n.Roles,
		Attributes: iam.Merge(n.Attributes, map[string]string{iam.AttributeSyncMode: iam.SyncModeSCIM})})
}

// UpdateUser implements scim.People.
func (p provisioning) UpdateUser(ctx context.Context, by iam.Actor, id iam.UserID, ch scim.UserChange) (iam.User, error) {
	d := directory.UserChange{Username: ch.Username, Email: ch.Email, GivenName: ch.GivenName, FamilyName: ch.FamilyName,
		DisplayName: ch.DisplayName, Phone: ch.Phone, Language: ch.Language, TimeZone: ch.TimeZone, Password: ch.Password, Roles: ch.Roles,
		Attributes: ch.Attributes, Version: ch.Version, Provisioning: true}
	if ch.Active != nil {
		state := iam.UserDisabled
		if *ch.Active {
			state = iam.UserEnabled
		}
		d.State = &state
	}
	return p.directory.UpdateUser(ctx, by, directory.UserKey{ID: id}, d)
}

// DeleteUser implements scim.People.
func (p provisioning) DeleteUser(ctx context.Context, by iam.Actor, id iam.UserID) error {
	_, err := p.directory.Deprovision(ctx, by, id)
	return err
}

// Group implements scim.Teams.
func (p provisioning) Group(ctx context.Context, by iam.Actor, id iam.GroupID) (iam.Group, error) {
	return p.directory.Group(ctx, by, directory.GroupKey{ID: id})
}

// GroupNamed implements scim.Teams.
func (p provisioning) GroupNamed(ctx context.Context, by iam.Actor, name string) (iam.Group, error) {
	return p.directory.Group(ctx, by, directory.GroupKey{Name: name})
}

// Groups implements scim.Teams.
func (p provisioning) Groups(ctx context.Context, by iam.Actor, page iam.Page) (iam.List[iam.Group], error) {
	return p.directory.Groups(ctx, by, page)
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
	attributes := map[string]string{iam.AttributeSyncMode: iam.SyncModeSCIM}
	if n.External != "" {
		attributes[scim.AttributeExternalID] = n.External
	}
	return p.directory.CreateGroup(ctx, by, directory.NewGroup{Name: n.Name, Attributes: attributes, MemberIDs: n.Members, Provisioning: true})
}

// UpdateGroup implements scim.Teams.
func (p provisioning) UpdateGroup(ctx context.Context, by iam.Actor, id iam.GroupID, ch scim.GroupChange) (iam.Group, error) {
	d := directory.GroupChange{Name: ch.Name, MemberIDs: ch.Members, Version: ch.Version, Provisioning: true}
	if ch.External != nil {
		d.Attributes = map[string]*string{scim.AttributeExternalID: ch.External}
		if *ch.External == "" {
			d.Attributes[scim.AttributeExternalID] = nil
		}
	}
	return p.directory.UpdateGroup(ctx, by, directory.GroupKey{ID: id}, d)
}

// DeleteGroup implements scim.Teams.
func (p provisioning) DeleteGroup(ctx context.Context, by iam.Actor, id iam.GroupID) error {
	_, err := p.directory.DeleteGroup(ctx, by, directory.GroupKey{ID: id})
	return err
}
