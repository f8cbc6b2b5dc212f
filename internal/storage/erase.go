package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// eraseBatch is how many rows of a tenant one transaction removes.
const eraseBatch = 1000

// erased lists the tables that hold a tenant's rows, those that refer to
// others before them, each with the rest of its primary key.
var erased = []struct{ table, key string }{
	{"sessions", "session_id"},
	{"api_tokens", "token_id"},
	{"bindings", "binding_id"},
	{"memberships", "group_id, user_id"},
	{"role_api_groups", "role_id, api_group_id"},
	{"roles", "role_id"},
	{"api_groups", "api_group_id"},
	{"users", "user_id"},
	{"row_counts", "kind, slot"},
	{"user_groups", "group_id"},
	{"zones", "zone_id"},
	{"regions", "region_id"},
	{"jobs", "job_id"},
	{"login_events", "event_id"},
	{"audit_events", "event_id"},
	{"tenant_keys", "purpose, key_id"},
	{"namespaces", "namespace_id"},
}

const (
	anyChild      = `SELECT EXISTS (SELECT 1 FROM tenants WHERE parent_id = $1)`
	closeTenant   = `UPDATE tenants SET state = 'deleting', updated_at = $1, version = version + 1 WHERE tenant_id = $2 AND state <> 'deleting'`
	deleteNames   = `DELETE FROM tenant_names WHERE tenant_id = $1`
	deleteTenant  = `DELETE FROM tenants WHERE tenant_id = $1`
	eraseAttempts = 5
)

// EraseTenant implements tenancy.Store, in these steps, each of which may be
// the last before a crash:
//
//  1. A tenant with children is left alone.
//  2. The tenant is marked as being deleted, with a new epoch, so that nobody
//     acts in it.
//  3. Table by table, its rows go in batches.
//  4. What was written meanwhile, such as a failed attempt to sign in, goes
//     together with the tenant itself. Its last epoch stays, so that nodes
//     learn of step 2 that did not look in between.
func (s *Store) EraseTenant(ctx context.Context, id iam.TenantID) (err error) {
	defer s.wrap(&err, "EraseTenant(%s)", id)
	if !iam.ValidID(string(id)) {
		return nil // there is no such tenant, and never was
	}
	if err := s.checkChildless(ctx, id); err != nil {
		return err
	}
	err = s.write(ctx, id, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, closeTenant, s.env.Time(), id)
		if err != nil || n == 0 {
			return err
		}
		return x.bump(ctx)
	})
	if err != nil {
		return err
	}
	for _, e := range erased {
		if err := s.eraseTable(ctx, id, e.table, e.key); err != nil {
			return err
		}
	}
	for range eraseAttempts {
		if err = s.eraseRest(ctx, id); s.engine.Fault(err) != FaultReference {
			return err
		}
		// A child, or a row that was not there yet when its table was emptied.
		if err := s.checkChildless(ctx, id); err != nil {
			return err
		}
	}
	return err
}

func (s *Store) checkChildless(ctx context.Context, id iam.TenantID) error {
	return s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		var parent bool
		if err := x.row(ctx, anyChild, id).Scan(&parent); err != nil || !parent {
			return err
		}
		return iam.E(iam.Precondition, "tenant %q has tenants below it", id).Because(iam.ReasonInUse).About(string(id))
	})
}

// eraseTable removes a tenant's rows of one table, each batch durable.
func (s *Store) eraseTable(ctx context.Context, id iam.TenantID, table, key string) error {
	batch := "DELETE FROM " + table + " WHERE tenant_id = $1 AND (" + key + ") IN (SELECT " + key +
		" FROM " + table + " WHERE tenant_id = $1 LIMIT $2)"
	for {
		var n int64
		err := s.write(ctx, id, func(ctx context.Context, x *call) (err error) {
			n, err = x.exec(ctx, batch, id, eraseBatch)
			return err
		})
		if err != nil || n < eraseBatch {
			return err
		}
	}
}

func (s *Store) eraseRest(ctx context.Context, id iam.TenantID) error {
	return s.write(ctx, id, func(ctx context.Context, x *call) error {
		for _, e := range erased {
			if _, err := x.exec(ctx, "DELETE FROM "+e.table+" WHERE tenant_id = $1", id); err != nil {
				return err
			}
		}
		if _, err := x.exec(ctx, deleteNames, id); err != nil {
			return err
		}
		_, err := x.exec(ctx, deleteTenant, id)
		return err
	})
}
