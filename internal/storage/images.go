package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	readPicture = `SELECT media_type, content, sum, updated_at FROM user_pictures WHERE tenant_id = $1 AND user_id = $2`
	setPicture  = `INSERT INTO user_pictures (tenant_id, user_id, media_type, content, sum, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant_id, user_id) DO UPDATE SET media_type = $3, content = $4, sum = $5, updated_at = $6`
	deletePicture = `DELETE FROM user_pictures WHERE tenant_id = $1 AND user_id = $2`

	readImage = `SELECT media_type, content, sum, updated_at FROM tenant_images WHERE tenant_id = $1 AND name = $2`
	setImage  = `INSERT INTO tenant_images (tenant_id, name, media_type, content, sum, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant_id, name) DO UPDATE SET media_type = $3, content = $4, sum = $5, updated_at = $6`
	deleteImage = `DELETE FROM tenant_images WHERE tenant_id = $1 AND name = $2`
)

func scanImage(row scanner) (i iam.Image, err error) {
	err = row.Scan(&i.MediaType, &i.Content, &i.Sum, to(&i.Updated))
	return i, err
}

// Picture implements directory.Store.
func (s *Store) Picture(ctx context.Context, t iam.TenantID, u iam.UserID) (i iam.Image, err error) {
	defer s.wrap(&err, "Picture(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return i, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		i, err = scanImage(x.row(ctx, readPicture, t, u))
		return found("picture", string(u), err)
	})
	return i, err
}

// SetPicture implements directory.Store.
func (s *Store) SetPicture(ctx context.Context, t iam.TenantID, u iam.UserID, i iam.Image, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SetPicture(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		var version int64
		if err := x.row(ctx, userVersion, t, u).Scan(&version); err != nil {
			return found("user", string(u), err)
		}
		if len(i.Content) == 0 {
			if _, err := x.exec(ctx, deletePicture, t, u); err != nil {
				return err
			}
		} else if _, err := x.exec(ctx, setPicture, t, u, i.MediaType, i.Content, i.Sum, i.Updated); err != nil {
			return x.refers("user", string(u), err)
		}
		return x.note(ctx, events)
	})
}

// Image implements tenancy.Store.
func (s *Store) Image(ctx context.Context, t iam.TenantID, name string) (i iam.Image, err error) {
	defer s.wrap(&err, "Image(%s, %s)", t, name)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		i, err = scanImage(x.row(ctx, readImage, t, name))
		return found("image", name, err)
	})
	return i, err
}

// SetImage implements tenancy.Store. The settings of a tenant name its logo,
// so the epoch is counted up.
func (s *Store) SetImage(ctx context.Context, t iam.TenantID, name string, i iam.Image, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SetImage(%s, %s)", t, name)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if len(i.Content) == 0 {
			if _, err := x.exec(ctx, deleteImage, t, name); err != nil {
				return err
			}
		} else if _, err := x.exec(ctx, setImage, t, name, i.MediaType, i.Content, i.Sum, i.Updated); err != nil {
			return x.refers("tenant", string(t), err)
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}
