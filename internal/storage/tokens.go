package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

//nolint:gosec // SQL about credentials, not credentials
const (
	insertToken = `INSERT INTO api_tokens (tenant_id, token_id, user_id, name, key_id, mac, scope, networks, created_at, expires_at, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	deleteToken = `DELETE FROM api_tokens WHERE tenant_id = $1 AND token_id = $2`
	touchToken  = `UPDATE api_tokens SET last_used_at = $1 WHERE tenant_id = $2 AND token_id = $3 AND last_used_at < $1`
	readToken   = `SELECT ` + standingColumns + `, p.token_id, p.name, p.scope, p.networks, p.created_at, p.expires_at, p.last_used_at,
		p.key_id, p.mac
		FROM api_tokens p
		JOIN users u ON u.tenant_id = p.tenant_id AND u.user_id = p.user_id
		JOIN tenants t ON t.tenant_id = p.tenant_id
		WHERE p.tenant_id = $1 AND p.token_id = $2`
)

// InsertToken implements authn.Store.
func (s *Store) InsertToken(ctx context.Context, t iam.TenantID, r authn.TokenRecord, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertToken(%s, %s)", t, r.ID)
	if err := checkID("user", r.User); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, insertToken, t, r.ID, r.User, r.Name, r.KeyID, r.MAC, r.Scope, networksText(r.Networks), r.Created,
			r.Expires, r.LastUsed)
		if err != nil {
			return x.refers("user", string(r.User), x.unique("token", string(r.ID), err))
		}
		return x.note(ctx, events)
	})
}

// Token implements authn.Store.
func (s *Store) Token(ctx context.Context, t iam.TenantID, id iam.TokenID) (r authn.TokenRecord, err error) {
	defer s.wrap(&err, "Token(%s, %s)", t, id)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		err := x.row(ctx, readToken, t, id).Scan(append(standingTo(&r.Standing), &r.ID, &r.Name, &r.Scope, networksTo{&r.Networks},
			to(&r.Created), to(&r.Expires), to(&r.LastUsed), &r.KeyID, &r.MAC)...)
		return found("token", string(id), err)
	})
	r.User, r.Username = r.Standing.User, r.Standing.Username
	return r, err
}

var tokens = listing[iam.APIToken]{
	table:   "api_tokens",
	columns: `p.token_id, p.user_id, u.username, p.name, p.scope, p.networks, p.created_at, p.expires_at, p.last_used_at`,
	joins:   ` JOIN users u ON u.tenant_id = p.tenant_id AND u.user_id = p.user_id`,
	id:      "token_id",
	idOf:    func(t iam.APIToken) string { return string(t.ID) },
	anyID:   true,
	sorts: map[string]ordering[iam.APIToken]{
		"created": {column: "created_at", time: func(t iam.APIToken) time.Time { return t.Created }},
	},
	sort: "created", latest: true,
	scan: scanToken,
}

func scanToken(row scanner) (t iam.APIToken, err error) {
	err = row.Scan(&t.ID, &t.User, &t.Username, &t.Name, &t.Scope, networksTo{&t.Networks}, to(&t.Created), to(&t.Expires), to(&t.LastUsed))
	return t, err
}

// Tokens implements authn.Store.
func (s *Store) Tokens(ctx context.Context, t iam.TenantID, u iam.UserID, p iam.Page) (l iam.List[iam.APIToken], err error) {
	defer s.wrap(&err, "Tokens(%s, %s)", t, u)
	return credentialsOf(ctx, s, &tokens, t, u, p)
}

// TokensOfScope implements authn.Store.
func (s *Store) TokensOfScope(ctx context.Context, t iam.TenantID, scope string, p iam.Page) (l iam.List[iam.APIToken], err error) {
	defer s.wrap(&err, "TokensOfScope(%s, %s)", t, scope)
	where := rowsOf(t)
	where.and("scope = ?", scope)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		l, err = tokens.list(ctx, x, where, p)
		return err
	})
	return l, err
}

// DeleteToken implements authn.Store.
func (s *Store) DeleteToken(ctx context.Context, t iam.TenantID, id iam.TokenID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteToken(%s, %s)", t, id)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "token", string(id), deleteToken, t, id); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// TouchTokens implements authn.Store.
func (s *Store) TouchTokens(ctx context.Context, t iam.TenantID, used map[iam.TokenID]time.Time) (err error) {
	defer s.wrap(&err, "TouchTokens(%s)", t)
	return touch(ctx, s, t, touchToken, used)
}

// credentialsOf answers a page of credentials, of one user when u is not empty.
func credentialsOf[T any](ctx context.Context, s *Store, l *listing[T], t iam.TenantID, u iam.UserID, p iam.Page) (page iam.List[T], err error) {
	where := rowsOf(t)
	if u != "" {
		if !iam.ValidID(string(u)) {
			return page, nil
		}
		where.and("user_id = ?", u)
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		page, err = l.list(ctx, x, where, p)
		return err
	})
	return page, err
}
