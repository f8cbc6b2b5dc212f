package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	// lockUser changes nothing, and makes all who decide from the rows of one
	// user wait for each other.
	lockUser        = `UPDATE users SET state = state WHERE tenant_id = $1 AND user_id = $2`
	countAccessKeys = `SELECT COUNT(*) FROM access_keys WHERE tenant_id = $1 AND user_id = $2`
	insertAccessKey = `INSERT INTO access_keys (tenant_id, access_key_id, user_id, secret, active, networks, created_at, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	updateAccessKey = `UPDATE access_keys SET active = $1, networks = $2 WHERE tenant_id = $3 AND access_key_id = $4`
	deleteAccessKey = `DELETE FROM access_keys WHERE tenant_id = $1 AND access_key_id = $2`
	touchAccessKey  = `UPDATE access_keys SET last_used_at = $1 WHERE tenant_id = $2 AND access_key_id = $3 AND last_used_at < $1`
	readAccessKey   = `SELECT ` + standingColumns + `, k.access_key_id, k.secret, k.active, k.networks, k.created_at, k.last_used_at
		FROM access_keys k
		JOIN users u ON u.tenant_id = k.tenant_id AND u.user_id = k.user_id
		JOIN tenants t ON t.tenant_id = k.tenant_id
		WHERE k.tenant_id = $1 AND k.access_key_id = $2`

	insertSignature = `INSERT INTO used_signatures (tenant_id, signature, expires_at) VALUES ($1, $2, $3)`
)

// InsertAccessKey implements authn.Store. Keys of one user are counted and
// written one after the other.
func (s *Store) InsertAccessKey(ctx context.Context, t iam.TenantID, k authn.AccessKeyRecord, most int, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertAccessKey(%s, %s)", t, k.ID)
	if err := checkID("user", k.User); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "user", string(k.User), lockUser, t, k.User); err != nil {
			return err
		}
		n, err := scanOne[int](x.row(ctx, countAccessKeys, t, k.User))
		if err != nil {
			return err
		}
		if n >= most {
			return iam.E(iam.Precondition, "a user may have %d access keys, and there are %d", most, n).Because(iam.ReasonLimit)
		}
		_, err = x.exec(ctx, insertAccessKey, t, k.ID, k.User, k.Secret, k.Active, networksText(k.Networks), k.Created, k.LastUsed)
		if err != nil {
			return x.unique("access key", string(k.ID), err)
		}
		return x.note(ctx, events)
	})
}

// UpdateAccessKey implements authn.Store.
func (s *Store) UpdateAccessKey(ctx context.Context, t iam.TenantID, k iam.AccessKey, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateAccessKey(%s, %s)", t, k.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "access key", string(k.ID), updateAccessKey, k.Active, networksText(k.Networks), t, k.ID); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// DeleteAccessKey implements authn.Store.
func (s *Store) DeleteAccessKey(ctx context.Context, t iam.TenantID, id iam.AccessKeyID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteAccessKey(%s, %s)", t, id)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "access key", string(id), deleteAccessKey, t, id); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// AccessKey implements authn.Store.
func (s *Store) AccessKey(ctx context.Context, t iam.TenantID, id iam.AccessKeyID) (r authn.AccessKeyRecord, err error) {
	defer s.wrap(&err, "AccessKey(%s, %s)", t, id)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		err := x.row(ctx, readAccessKey, t, id).Scan(append(standingTo(&r.Standing), &r.ID, &r.Secret, &r.Active,
			networksTo{&r.Networks}, to(&r.Created), to(&r.LastUsed))...)
		return found("access key", string(id), err)
	})
	r.User, r.Username = r.Standing.User, r.Standing.Username
	return r, err
}

var accessKeys = listing[iam.AccessKey]{
	table:   "access_keys",
	columns: `p.access_key_id, p.user_id, u.username, p.active, p.networks, p.created_at, p.last_used_at`,
	joins:   ` JOIN users u ON u.tenant_id = p.tenant_id AND u.user_id = p.user_id`,
	id:      "access_key_id",
	idOf:    func(k iam.AccessKey) string { return string(k.ID) },
	anyID:   true,
	sorts: map[string]ordering[iam.AccessKey]{
		"created": {column: "created_at", time: func(k iam.AccessKey) time.Time { return k.Created }},
	},
	sort: "created", latest: true,
	scan: func(row scanner) (k iam.AccessKey, err error) {
		err = row.Scan(&k.ID, &k.User, &k.Username, &k.Active, networksTo{&k.Networks}, to(&k.Created), to(&k.LastUsed))
		return k, err
	},
}

// AccessKeys implements authn.Store.
func (s *Store) AccessKeys(ctx context.Context, t iam.TenantID, u iam.UserID, p iam.Page) (l iam.List[iam.AccessKey], err error) {
	defer s.wrap(&err, "AccessKeys(%s, %s)", t, u)
	return credentialsOf(ctx, s, &accessKeys, t, u, p)
}

// TouchAccessKeys implements authn.Store.
func (s *Store) TouchAccessKeys(ctx context.Context, t iam.TenantID, used map[iam.AccessKeyID]time.Time) (err error) {
	defer s.wrap(&err, "TouchAccessKeys(%s)", t)
	return touch(ctx, s, t, touchAccessKey, used)
}

// UseSignature implements authn.Store.
func (s *Store) UseSignature(ctx context.Context, t iam.TenantID, signature string, expires time.Time) (err error) {
	defer s.wrap(&err, "UseSignature(%s)", t)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, insertSignature, t, signature, expires)
		if x.failed(err, FaultUnique) {
			return iam.E(iam.Exists, "the signature was used before").Because(iam.ReasonUsed)
		}
		return x.refers("tenant", string(t), err)
	})
}
