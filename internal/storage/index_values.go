package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// Users and groups that were there before filters were answered by the database
// have none of the values that it compares. They are written once, when the
// program opens: in batches, each a transaction, of which any may be repeated.

const (
	everyTenant = `SELECT tenant_id FROM tenants ORDER BY tenant_id`

	keepKeys = `UPDATE users SET display_key = $1, given_key = $2, family_key = $3, emails_listed = $4 WHERE tenant_id = $5 AND user_id = $6`

	// indexBatch is how many are read and written at once.
	indexBatch = 500

	settingIndexed = "values-indexed"
)

var (
	usersBehind = `SELECT ` + userColumns + ` FROM users p WHERE p.tenant_id = $1 AND p.user_id > $2 AND p.attributes LIKE $3 ESCAPE '\'
		ORDER BY p.user_id LIMIT $4`
	groupsBehind = `SELECT ` + groupColumns + ` FROM user_groups p WHERE p.tenant_id = $1 AND p.group_id > $2 AND p.attributes LIKE $3 ESCAPE '\'
		ORDER BY p.group_id LIMIT $4`
)

// IndexValues writes what filters compare of users and groups that are older than
// it, unless that was done before. It calls begin where there is something to do,
// which takes a minute or two for a million users.
func (s *Store) IndexValues(ctx context.Context, begin func()) (err error) {
	defer s.wrap(&err, "IndexValues()")
	if _, done, err := s.Setting(ctx, settingIndexed); done || err != nil {
		return err
	}
	var tenants []iam.TenantID
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		tenants, err = all(ctx, x, scanOne[iam.TenantID], everyTenant)
		return err
	})
	if err != nil {
		return err
	}
	if len(tenants) > 0 {
		begin()
	}
	for _, t := range tenants {
		for _, index := range []indexing{indexUsers, indexGroups} {
			for after := firstID; after != ""; {
				var next string
				err := s.write(ctx, t, func(ctx context.Context, x *call) (err error) {
					next, err = index(ctx, x, "%", after)
					return err
				})
				if err != nil {
					return err
				}
				after = next
			}
		}
	}
	_, err = s.ClaimSetting(ctx, settingIndexed, "1")
	return err
}

// indexSchema writes the values of a schema that users or groups have had before
// it was made.
func (x *call) indexSchema(ctx context.Context, e scim.Extension) (err error) {
	index := indexUsers
	if e.Of == scim.Groups.Name {
		index = indexGroups
	}
	for after := firstID; after != "" && err == nil; {
		after, err = index(ctx, x, contains(`"`+e.Schema.ID+`:`), after)
	}
	return err
}

// indexing does a batch of users or groups: those behind an id whose attributes
// are like a pattern. It answers the id of the last, empty after all.
type indexing = func(ctx context.Context, x *call, pattern, after string) (last string, err error)

func indexUsers(ctx context.Context, x *call, pattern, after string) (last string, err error) {
	batch, err := all(ctx, x, scanUser, usersBehind+x.store.engine.Lock(Frozen, "p"), x.tenant, after, pattern, indexBatch)
	if err != nil {
		return "", err
	}
	for _, u := range batch {
		_, err := x.exec(ctx, keepKeys, iam.Fold(u.DisplayName), iam.Fold(u.GivenName), iam.Fold(u.FamilyName), scim.EmailsListed(u), x.tenant, u.ID)
		if err != nil {
			return "", err
		}
		if err := x.updateUserValues(ctx, u); err != nil {
			return "", err
		}
		last = string(u.ID)
	}
	return last, nil
}

func indexGroups(ctx context.Context, x *call, pattern, after string) (last string, err error) {
	batch, err := all(ctx, x, scanGroup, groupsBehind+x.store.engine.Lock(Frozen, "p"), x.tenant, after, pattern, indexBatch)
	if err != nil {
		return "", err
	}
	for _, g := range batch {
		if err := x.updateGroupValues(ctx, g); err != nil {
			return "", err
		}
		last = string(g.ID)
	}
	return last, nil
}
