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
	// WantFactor is whether the user wishes to be asked for a second factor, see
	// iam.UserRules.
	WantFactor *bool
	// Attributes are merged; a nil value removes the attribute. Their names
	// are words of a dialect's program, and never the user's.
	Attributes map[string]*string
	// Version is the one that the caller read; 0 takes the user as it is.
	Version int64
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
// Invalid; Conflict: the user is of another version.
func (s *Service) UpdateProfile(ctx context.Context, by iam.Actor, p Profile) (iam.User, error) {
	return s.updateSelf(ctx, by, "update-profile", nil, func(u iam.User) (UserWrite, error) {
		if p.Version != 0 && p.Version != u.Version {
			return UserWrite{}, iam.ErrStale("user", string(u.ID))
		}
		old := u
		u = apply(u, UserChange{GivenName: p.GivenName, FamilyName: p.FamilyName, DisplayName: p.DisplayName, Phone: p.Phone,
			Language: p.Language, TimeZone: p.TimeZone, Theme: p.Theme, Attributes: p.Attributes})
		if err := checkSynced(old, u); err != nil {
			return UserWrite{}, err
		}
		w := UserWrite{User: u}
		if p.WantFactor != nil && *p.WantFactor != u.Rules.WantFactor {
			w.User.Rules.WantFactor, w.Security = *p.WantFactor, true
		}
		return w, checkUser(u)
	})
}

// Sync takes over what the actor's sign-in elsewhere says of them: who is
// pending is enabled, and every node reads the actor's rights anew. Errors as
// for Self.
func (s *Service) Sync(ctx context.Context, by iam.Actor) (iam.User, error) {
	return s.updateSelf(ctx, by, "sync", nil, func(u iam.User) (UserWrite, error) {
		if u.State == iam.UserPending {
			u.State = iam.UserEnabled
		}
		return UserWrite{User: u, Security: true}, nil
	})
}

// AcceptTerms notes that the actor has accepted a version of the terms of
// service, as attributes in the words of a dialect's program. Errors as for
// Self; Invalid: the tenant has terms, and in another version.
func (s *Service) AcceptTerms(ctx context.Context, by iam.Actor, version string, attributes map[string]*string) (iam.User, error) {
	settings, err := s.settings.Settings(ctx, by.Tenant)
	if err != nil {
		return iam.User{}, err
	}
	if current := settings.Terms.Version; current != "" && version != current {
		var c iam.Checker
		c.Add("version", iam.ReasonFormat, "version must be that of the terms of service as they are now, %q", current)
		return iam.User{}, c.Err()
	}
	return s.updateSelf(ctx, by, "accept-terms", map[string]string{"version": iam.Cut(version, maxName)}, func(u iam.User) (UserWrite, error) {
		u = apply(u, UserChange{Attributes: attributes})
		return UserWrite{User: u}, checkUser(u)
	})
}

// updateSelf writes what change makes of the actor.
func (s *Service) updateSelf(ctx context.Context, by iam.Actor, verb string, details map[string]string, change func(iam.User) (UserWrite, error)) (iam.User, error) {
	for {
		u, err := s.Self(ctx, by)
		if err != nil {
			return iam.User{}, err
		}
		w, err := change(u)
		if err != nil {
			return iam.User{}, err
		}
		w.User.Updated = s.env.Time()
		e := s.env.Event(by, "user", verb, string(u.ID), u.Username)
		e.Details = iam.Merge(e.Details, details)
		u, err = s.store.UpdateUser(ctx, by.Tenant, w, e)
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
