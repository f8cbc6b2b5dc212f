package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertRecoveryCode = `INSERT INTO recovery_codes (tenant_id, user_id, code_id, key_id, mac, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`
	deleteRecoveryCode  = `DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2 AND code_id = $3`
	deleteRecoveryCodes = `DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2`
	readRecoveryCodes   = `SELECT code_id, key_id, mac, created_at FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2
		ORDER BY code_id`
)

func (x *call) replaceRecoveryCodes(ctx context.Context, u iam.UserID, codes []authn.RecoveryCode) error {
	if _, err := x.exec(ctx, deleteRecoveryCodes, x.tenant, u); err != nil {
		return err
	}
	for _, c := range codes {
		if _, err := x.exec(ctx, insertRecoveryCode, x.tenant, u, c.ID, c.KeyID, c.MAC, c.Created); err != nil {
			return x.refers("user", string(u), err)
		}
	}
	return nil
}

// ReplaceRecoveryCodes implements authn.Store. The epoch comes first as in
// ActivateFactor, or else two at once would leave the codes of both.
func (s *Store) ReplaceRecoveryCodes(ctx context.Context, t iam.TenantID, u iam.UserID, codes []authn.RecoveryCode, events ...iam.Event) (err error) {
	defer s.wrap(&err, "ReplaceRecoveryCodes(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.bump(ctx); err != nil {
			return err
		}
		if err := x.replaceRecoveryCodes(ctx, u, codes); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

func scanRecoveryCode(row scanner) (c authn.RecoveryCode, err error) {
	err = row.Scan(&c.ID, &c.KeyID, &c.MAC, to(&c.Created))
	return c, err
}

// RecoveryCodes implements authn.Store.
func (s *Store) RecoveryCodes(ctx context.Context, t iam.TenantID, u iam.UserID) (codes []authn.RecoveryCode, err error) {
	defer s.wrap(&err, "RecoveryCodes(%s, %s)", t, u)
	if !iam.ValidID(string(u)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		codes, err = all(ctx, x, scanRecoveryCode, readRecoveryCodes, t, u)
		return err
	})
	return codes, err
}

// SpendRecoveryCode implements authn.Store.
func (s *Store) SpendRecoveryCode(ctx context.Context, t iam.TenantID, u iam.UserID, id string, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SpendRecoveryCode(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return err
	}
	if err := checkID("recovery code", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "recovery code", id, deleteRecoveryCode, t, u, id); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}
