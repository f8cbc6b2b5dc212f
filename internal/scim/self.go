package scim

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Self answers the service as it is for users who change themselves without the
// right to change users: what a change says beyond their profile is Denied.
func (s *Service) Self() *Service {
	own := *s
	own.people = profile{s.people}
	return &own
}

// profile are people who write nothing but their own profile.
type profile struct{ People }

// UpdateUser implements People.
func (p profile) UpdateUser(ctx context.Context, by iam.Actor, id iam.UserID, ch UserChange) (iam.User, error) {
	beyond := ch.Username != nil || ch.Email != nil || ch.Active != nil || ch.Password != nil || ch.Roles != nil
	for name := range ch.Attributes {
		beyond = beyond || !profileAttributes[name]
	}
	if beyond || id != by.User {
		return iam.User{}, iam.E(iam.Denied, "%s may change of themselves only name, displayName, nickName, phoneNumbers, preferredLanguage, "+
			"locale and timezone", by.Username)
	}
	return p.UpdateProfile(ctx, by, ch)
}

// profileAttributes are those of the directory's attributes that belong to what
// users say of themselves.
var profileAttributes = map[string]bool{
	attributes["name.formatted"]:       true,
	attributes["name.middleName"]:      true,
	attributes["name.honorificPrefix"]: true,
	attributes["name.honorificSuffix"]: true,
	attributes["nickName"]:             true,
	attributes["locale"]:               true,
	keptPhones:                         true,
}
