package storage

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
)

// A place that is known already costs the one look-up of the first statement,
// and writes nothing.
const (
	insertPlace = `INSERT INTO known_places (tenant_id, user_id, place, seen_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, user_id, place) DO NOTHING`
	otherPlace   = `SELECT 1 FROM known_places WHERE tenant_id = $1 AND user_id = $2 AND place <> $3 LIMIT 1`
	forgetPlaces = `DELETE FROM known_places WHERE tenant_id = $1 AND user_id = $2 AND place NOT IN (
		SELECT place FROM known_places WHERE tenant_id = $1 AND user_id = $2 ORDER BY seen_at DESC, place LIMIT $3)`
)

// notePlace notes where a user has signed in from, and writes the job of a place
// that is new, unless it is the first of all.
func (x *call) notePlace(ctx context.Context, at time.Time, ns authn.NewSession) error {
	if ns.Place == "" || len(ns.Pending) > 0 {
		return nil
	}
	n, err := x.exec(ctx, insertPlace, x.tenant, ns.User, ns.Place, at)
	if err != nil || n == 0 {
		return err
	}
	switch _, err := scanOne[int](x.row(ctx, otherPlace, x.tenant, ns.User, ns.Place)); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	if _, err := x.exec(ctx, forgetPlaces, x.tenant, ns.User, authn.MaxPlaces); err != nil {
		return err
	}
	return x.insertJob(ctx, ns.PlaceJob)
}
