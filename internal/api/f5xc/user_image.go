package f5xc

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/api"
)

func (d *dialect) getUserImage(ctx context.Context, c *api.Call, in wantedImage) (servedImage, error) {
	u, err := d.Directory.Self(ctx, c.Actor)
	if err != nil {
		return servedImage{}, err
	}
	i, err := d.Directory.Picture(ctx, c.Actor, u.ID)
	return serveImage(i, keepAsking, in), err
}

func (d *dialect) setUserImage(ctx context.Context, c *api.Call, in struct {
	Body imageForm `body:"required"`
}) (empty, error) {
	content, err := in.Body.content()
	if err != nil {
		return empty{}, err
	}
	_, err = d.Directory.SetPicture(ctx, c.Actor, content)
	return empty{}, err
}

func (d *dialect) deleteUserImage(ctx context.Context, c *api.Call, _ struct{}) (empty, error) {
	_, err := d.Directory.SetPicture(ctx, c.Actor, nil)
	return empty{}, err
}
