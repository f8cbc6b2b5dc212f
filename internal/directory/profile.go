package directory

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/picture"
)

// Profile is what users may change of themselves without any right: nil
// members stay. The e-mail address is not among them, since a new one has to
// be proved, which package authn asks for.
type Profile struct {
	GivenName   *string
	FamilyName  *string
	DisplayName *string
	Phone       *string
	Language    *string
	TimeZone    *string
	Theme       *string
	// Attributes are merged; a nil value removes the attribute. Their names
	// are words of a dialect's program, and never the user's.
	Attributes map[string]*string
}

// Self answers the actor as a user. NotFound; Denied: the actor is the operator, or
// acts in another tenant than their own.
func (s *Service) Self(ctx context.Context, by iam.Actor) (iam.User, error) {
	if by.Home != by.Tenant || by.User == "" {
		return iam.User{}, iam.E(iam.Denied, "%s is not a user of this tenant", by.Username)
	}
	return s.store.User(ctx, by.Tenant, UserKey{ID: by.User})
}

// UpdateProfile changes what is the actor's own to change. Errors as for Self;
// Invalid.
func (s *Service) UpdateProfile(ctx context.Context, by iam.Actor, p Profile) (iam.User, error) {
	for {
		old, err := s.Self(ctx, by)
		if err != nil {
			return iam.User{}, err
		}
		u := apply(old, UserChange{GivenName: p.GivenName, FamilyName: p.FamilyName, DisplayName: p.DisplayName, Phone: p.Phone,
			Language: p.Language, TimeZone: p.TimeZone, Theme: p.Theme, Attributes: p.Attributes})
		if err := checkUser(u); err != nil {
			return iam.User{}, err
		}
		u.Updated = s.env.Time()
		u, err = s.store.UpdateUser(ctx, by.Tenant, UserWrite{User: u}, s.env.Event(by, "user", "update-profile", string(u.ID), u.Username))
		if !iam.Is(err, iam.Conflict) {
			return u, err
		}
		// Somebody else changed something else meanwhile, which stays.
	}
}

// pictureSide is the width and height of a user's picture, in pixels.
const pictureSide = 256

// Picture answers the picture of a user. NotFound.
func (s *Service) Picture(ctx context.Context, by iam.Actor, u iam.UserID) (iam.Image, error) {
	return s.store.Picture(ctx, by.Tenant, u)
}

// SetPicture makes an image the actor's own picture, or removes it when the
// content is empty: cut to a square and encoded anew.
// Invalid, as for picture.Square.
func (s *Service) SetPicture(ctx context.Context, by iam.Actor, content []byte) (iam.Image, error) {
	u, err := s.Self(ctx, by)
	if err != nil {
		return iam.Image{}, err
	}
	var i iam.Image
	if len(content) > 0 {
		if i, err = picture.Square(content, pictureSide); err != nil {
			return iam.Image{}, err
		}
		i.Updated = s.env.Time()
	}
	return i, s.store.SetPicture(ctx, by.Tenant, u.ID, i, s.env.Event(by, "user", "set-picture", string(u.ID), u.Username))
}
