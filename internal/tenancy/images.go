package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/picture"
)

// tenantImage is one of the images that a tenant may have: its name in the
// trail and in storage, and the most that it measures, in pixels.
type tenantImage struct {
	name          string
	width, height int
}

var (
	// logo is on pages and in mails.
	logo = tenantImage{"logo", 480, 160}
	// favicon is what browsers show beside the title of a page.
	favicon = tenantImage{"favicon", 64, 64}
	// profileImage stands for the tenant where tenants are listed.
	profileImage = tenantImage{"image", 512, 512}
)

// maxImages bounds the images that are remembered; one has some 50 kB.
const maxImages = 256

// Logo answers the logo of a tenant. What is answered is shared with other
// callers, as of Favicon and Image. NotFound.
func (s *Service) Logo(ctx context.Context, t iam.TenantID) (iam.Image, error) {
	return s.image(ctx, t, logo)
}

// Favicon answers the favicon of a tenant. NotFound.
func (s *Service) Favicon(ctx context.Context, t iam.TenantID) (iam.Image, error) {
	return s.image(ctx, t, favicon)
}

// Image answers the profile image of a tenant. NotFound.
func (s *Service) Image(ctx context.Context, t iam.TenantID) (iam.Image, error) {
	return s.image(ctx, t, profileImage)
}

// image answers an image out of memory. That there is none is remembered too.
func (s *Service) image(ctx context.Context, t iam.TenantID, of tenantImage) (iam.Image, error) {
	i, err := s.images.Get(ctx, t, of.name, func(ctx context.Context) (iam.Image, error) {
		i, err := s.store.Image(ctx, t, of.name)
		if iam.Is(err, iam.NotFound) {
			err = nil
		}
		return i, err
	})
	if err == nil && i.Sum == "" {
		err = iam.E(iam.NotFound, "the tenant has no %s", of.name).About(of.name)
	}
	return i, err
}

// SetLogo makes an image the logo of the actor's tenant, or removes it when
// the content is empty, and answers the settings, which name it. Invalid, as
// for picture.Fit.
func (s *Service) SetLogo(ctx context.Context, by iam.Actor, content []byte) (iam.Settings, error) {
	if err := s.setImage(ctx, by, logo, content); err != nil {
		return iam.Settings{}, err
	}
	return s.store.Settings(ctx, by.Tenant)
}

// SetFavicon makes an image the favicon of the actor's tenant, or removes it
// when the content is empty. Invalid, as for picture.Fit.
func (s *Service) SetFavicon(ctx context.Context, by iam.Actor, content []byte) error {
	return s.setImage(ctx, by, favicon, content)
}

// SetImage makes an image the profile image of the actor's tenant, or removes
// it when the content is empty. Invalid, as for picture.Fit.
func (s *Service) SetImage(ctx context.Context, by iam.Actor, content []byte) error {
	return s.setImage(ctx, by, profileImage, content)
}

func (s *Service) setImage(ctx context.Context, by iam.Actor, of tenantImage, content []byte) error {
	var i iam.Image
	if len(content) > 0 {
		var err error
		if i, err = picture.Fit(content, of.width, of.height); err != nil {
			return err
		}
		i.Updated = s.env.Time()
	}
	return s.store.SetImage(ctx, by.Tenant, of.name, i, s.env.Event(by, "settings", "set-"+of.name, string(by.Tenant), ""))
}
