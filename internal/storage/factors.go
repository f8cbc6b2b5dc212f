package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertFactor = `INSERT INTO factors (tenant_id, factor_id, user_id, kind, name, email, secret, credential_id, last_step,
		active, created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	activateFactor = `UPDATE factors SET active = TRUE, last_step = $1, last_used_at = $2, expires_at = 0
		WHERE tenant_id = $3 AND factor_id = $4 AND user_id = $5 AND NOT active AND expires_at > $2 AND ` + stepBelow
	useFactor = `UPDATE factors SET last_step = $1, last_used_at = $2
		WHERE tenant_id = $3 AND factor_id = $4 AND user_id = $5 AND active AND ` + stepBelow
	stepBelow = `(last_step < $1 OR (last_step = 0 AND $1 = 0))`

	renameFactor  = `UPDATE factors SET name = $1 WHERE tenant_id = $2 AND factor_id = $3 AND user_id = $4`
	deleteFactor  = `DELETE FROM factors WHERE tenant_id = $1 AND factor_id = $2 AND user_id = $3`
	deleteFactors = `DELETE FROM factors WHERE tenant_id = $1 AND user_id = $2`
	dropWaiting   = deleteFactors + ` AND NOT active`

	isActive    = `SELECT active FROM factors WHERE tenant_id = $1 AND factor_id = $2 AND user_id = $3`
	countActive = `SELECT COUNT(*) FROM factors WHERE tenant_id = $1 AND user_id = $2 AND active`

	readRules = `SELECT rules FROM users WHERE tenant_id = $1 AND user_id = $2`
	setRules  = `UPDATE users SET rules = $1, version = version + 1 WHERE tenant_id = $2 AND user_id = $3`

	usersWithCodes = `SELECT DISTINCT user_id FROM factors WHERE tenant_id = $1 AND active AND kind IN ('totp', 'email')`

	readFactor = `SELECT factor_id, user_id, kind, name, email, secret, COALESCE(credential_id, ''), last_step, active, created_at,
		last_used_at, expires_at FROM factors WHERE tenant_id = $1 AND `
	readFactors      = readFactor + `user_id = $2 ORDER BY created_at, factor_id`
	readByCredential = readFactor + `credential_id = $2 AND active`
)

// InsertFactor implements authn.Store.
func (s *Store) InsertFactor(ctx context.Context, t iam.TenantID, f authn.FactorRecord, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertFactor(%s, %s)", t, f.ID)
	if err := checkID("user", f.User); err != nil {
		return err
	}
	var credential any
	if f.Credential != "" {
		credential = f.Credential
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if _, err := x.exec(ctx, dropWaiting, t, f.User); err != nil {
			return err
		}
		_, err := x.exec(ctx, insertFactor, t, f.ID, f.User, f.Kind, f.Name, f.Email, append([]byte{}, f.Secret...), credential,
			f.LastStep, false,
			f.Created, f.LastUsed, f.Expires)
		if err != nil {
			return x.refers("user", string(f.User), x.unique("passkey", f.Credential, err))
		}
		return x.note(ctx, events)
	})
}

// ActivateFactor implements authn.Store. The epoch is counted up first, so that
// of many who change the factors of one user each sees what the others did.
func (s *Store) ActivateFactor(ctx context.Context, t iam.TenantID, a authn.Activation, events ...iam.Event) (first bool, err error) {
	defer s.wrap(&err, "ActivateFactor(%s, %s)", t, a.Factor)
	if err := checkFactor(a.User, a.Factor); err != nil {
		return false, err
	}
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.bump(ctx); err != nil {
			return err
		}
		others, err := scanOne[int](x.row(ctx, countActive, t, a.User))
		if err != nil {
			return err
		}
		first = others == 0
		if a.Alone && !first {
			return iam.E(iam.Precondition, "there is an active second factor already").About(string(a.Factor))
		}
		if err := x.one(ctx, "factor", string(a.Factor), activateFactor, a.Step, a.At, t, a.Factor, a.User); err != nil {
			return err
		}
		if first {
			if err := x.replaceRecoveryCodes(ctx, a.User, a.Codes); err != nil {
				return err
			}
		}
		return x.note(ctx, events)
	})
	return first && err == nil, err
}

// UseFactor implements authn.Store.
func (s *Store) UseFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, step int64, at time.Time) (err error) {
	defer s.wrap(&err, "UseFactor(%s, %s)", t, id)
	if err := checkFactor(u, id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, useFactor, step, at, t, id, u)
		if err != nil || n > 0 {
			return err
		}
		active, err := scanOne[bool](x.row(ctx, isActive, t, id, u))
		if err != nil {
			return found("factor", string(id), err)
		}
		if !active {
			return iam.ErrNotFound("factor", string(id))
		}
		return iam.E(iam.Conflict, "the step of factor %q was used before", id).Because(iam.ReasonUsed).About(string(id))
	})
}

// RenameFactor implements authn.Store.
func (s *Store) RenameFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, name string, events ...iam.Event) (err error) {
	defer s.wrap(&err, "RenameFactor(%s, %s)", t, id)
	if err := checkFactor(u, id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "factor", string(id), renameFactor, name, t, id, u); err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

// DeleteFactor implements authn.Store. The epoch comes first as in ActivateFactor.
func (s *Store) DeleteFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, keepLast bool, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteFactor(%s, %s)", t, id)
	if err := checkFactor(u, id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.bump(ctx); err != nil {
			return err
		}
		active, err := scanOne[bool](x.row(ctx, isActive, t, id, u))
		if err != nil {
			return found("factor", string(id), err)
		}
		if err := x.one(ctx, "factor", string(id), deleteFactor, t, id, u); err != nil {
			return err
		}
		left, err := scanOne[int](x.row(ctx, countActive, t, u))
		if err != nil {
			return err
		}
		if active && left == 0 {
			if keepLast {
				return iam.E(iam.Precondition, "the last second factor has to stay, since one is required").
					Because(iam.ReasonInUse).About(string(id))
			}
			if _, err := x.exec(ctx, deleteRecoveryCodes, t, u); err != nil {
				return err
			}
			if err := x.dropWish(ctx, u); err != nil {
				return err
			}
		}
		return x.note(ctx, events)
	})
}

// dropWish takes the wish to be asked for a factor from a user.
func (x *call) dropWish(ctx context.Context, u iam.UserID) error {
	var rules iam.UserRules
	if err := x.row(ctx, readRules, x.tenant, u).Scan(to(&rules)); err != nil || !rules.WantFactor {
		return err
	}
	rules.WantFactor = false
	_, err := x.exec(ctx, setRules, rules, x.tenant, u)
	return err
}

// DeleteFactors implements authn.Store.
func (s *Store) DeleteFactors(ctx context.Context, t iam.TenantID, u iam.UserID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteFactors(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.bump(ctx); err != nil {
			return err
		}
		for _, statement := range []string{deleteFactors, deleteRecoveryCodes} {
			if _, err := x.exec(ctx, statement, t, u); err != nil {
				return err
			}
		}
		return x.note(ctx, events)
	})
}

func checkFactor(u iam.UserID, id iam.FactorID) error {
	if err := checkID("user", u); err != nil {
		return err
	}
	return checkID("factor", id)
}

func scanFactor(row scanner) (f authn.FactorRecord, err error) {
	err = row.Scan(&f.ID, &f.User, &f.Kind, &f.Name, &f.Email, &f.Secret, &f.Credential, &f.LastStep, &f.Active, to(&f.Created),
		to(&f.LastUsed), to(&f.Expires))
	return f, err
}

// Factors implements authn.Store.
func (s *Store) Factors(ctx context.Context, t iam.TenantID, u iam.UserID) (fs []authn.FactorRecord, err error) {
	defer s.wrap(&err, "Factors(%s, %s)", t, u)
	if !iam.ValidID(string(u)) {
		return nil, nil
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		fs, err = all(ctx, x, scanFactor, readFactors, t, u)
		return err
	})
	return fs, err
}

// UsersWithCodes implements authn.Store.
func (s *Store) UsersWithCodes(ctx context.Context, t iam.TenantID) (us []iam.UserID, err error) {
	defer s.wrap(&err, "UsersWithCodes(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		us, err = all(ctx, x, scanOne[iam.UserID], usersWithCodes, t)
		return err
	})
	return us, err
}

// FactorByCredential implements authn.Store.
func (s *Store) FactorByCredential(ctx context.Context, t iam.TenantID, credential string) (f authn.FactorRecord, err error) {
	defer s.wrap(&err, "FactorByCredential(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		f, err = scanFactor(x.row(ctx, readByCredential, t, credential))
		return found("passkey", credential, err)
	})
	return f, err
}
