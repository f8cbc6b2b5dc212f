package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	keepPassword = `INSERT INTO password_history (tenant_id, user_id, entry_id, password_hash, replaced_at)
		SELECT tenant_id, user_id, $1, password_hash, $2 FROM users
		WHERE tenant_id = $3 AND user_id = $4 AND generation = $5 AND password_hash <> ''`
	latestPasswords = ` FROM password_history WHERE tenant_id = $1 AND user_id = $2 ORDER BY replaced_at DESC, entry_id DESC LIMIT $3`
	readPasswords   = `SELECT password_hash` + latestPasswords
	trimPasswords   = `DELETE FROM password_history WHERE tenant_id = $1 AND user_id = $2 AND entry_id NOT IN (SELECT entry_id` + latestPasswords + `)`
)

// keepPassword puts the present hash of a user of a generation into the
// history, which keeps no more than any tenant can ask for.
func (x *call) keepPassword(ctx context.Context, u iam.UserID, generation int64) error {
	env := x.store.env
	if _, err := x.exec(ctx, keepPassword, env.NewID(), env.Time(), x.tenant, u, generation); err != nil {
		return err
	}
	_, err := x.exec(ctx, trimPasswords, x.tenant, u, iam.MaxPasswordHistory)
	return err
}

// PasswordHistory implements authn.Store.
func (s *Store) PasswordHistory(ctx context.Context, t iam.TenantID, u iam.UserID, n int) (hashes []string, err error) {
	defer s.wrap(&err, "PasswordHistory(%s, %s)", t, u)
	if n <= 0 || !iam.ValidID(string(u)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		hashes, err = all(ctx, x, scanOne[string], readPasswords, t, u, n)
		return err
	})
	return hashes, err
}
