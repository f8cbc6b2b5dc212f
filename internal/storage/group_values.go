package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// insertGroupValues and updateGroupValues are as for users.
func (x *call) insertGroupValues(ctx context.Context, g iam.Group) error {
	extensions, err := x.extensionsOf(ctx, g.Attributes)
	if err != nil {
		return err
	}
	return groupValues.insertAll(ctx, x, string(g.ID), scim.GroupValues(g, extensions))
}

func (x *call) updateGroupValues(ctx context.Context, g iam.Group) error {
	extensions, err := x.extensionsOf(ctx, g.Attributes)
	if err != nil {
		return err
	}
	return groupValues.replaceAll(ctx, x, string(g.ID), scim.GroupValues(g, extensions))
}
