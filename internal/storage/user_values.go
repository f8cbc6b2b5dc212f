package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// insertUserValues writes the values of a user who is new.
func (x *call) insertUserValues(ctx context.Context, u iam.User) error {
	extensions, err := x.extensionsOf(ctx, u.Attributes)
	if err != nil {
		return err
	}
	return userValues.insertAll(ctx, x, string(u.ID), scim.UserValues(u, extensions))
}

// updateUserValues writes those of the values of a user that have changed.
func (x *call) updateUserValues(ctx context.Context, u iam.User) error {
	extensions, err := x.extensionsOf(ctx, u.Attributes)
	if err != nil {
		return err
	}
	return userValues.replaceAll(ctx, x, string(u.ID), scim.UserValues(u, extensions))
}

// indexUser is updateUserValues of a user as they are stored.
func (x *call) indexUser(ctx context.Context, id iam.UserID) error {
	u, err := scanUser(x.row(ctx, readUserByID, x.tenant, id))
	if err != nil {
		return err
	}
	return x.updateUserValues(ctx, u)
}
