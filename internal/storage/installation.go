package storage

import (
	"context"
	"database/sql"
	"errors"
)

const (
	readSetting  = `SELECT value FROM installation WHERE name = $1`
	claimSetting = `INSERT INTO installation (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`
)

// Setting answers what the installation as a whole has noted under a name, and
// whether it has.
func (s *Store) Setting(ctx context.Context, name string) (value string, ok bool, err error) {
	defer s.wrap(&err, "Setting(%s)", name)
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		err := x.row(ctx, readSetting, name).Scan(&value)
		ok = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return value, ok, err
}

// ClaimSetting notes a value under a name unless there is one already, and
// answers what is noted then. Of several nodes that claim one name at once,
// all are answered the value of one.
func (s *Store) ClaimSetting(ctx context.Context, name, value string) (winner string, err error) {
	defer s.wrap(&err, "ClaimSetting(%s)", name)
	err = s.writeIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		if _, err := x.exec(ctx, claimSetting, name, value); err != nil {
			return err
		}
		return x.row(ctx, readSetting, name).Scan(&winner)
	})
	return winner, err
}
