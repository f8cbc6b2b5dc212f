package storage

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// eraseBatch is how many rows of a tenant one transaction removes.
const eraseBatch = 1000

const (
	anyChild      = `SELECT EXISTS (SELECT 1 FROM tenants WHERE parent_id = $1)`
	closeTenant   = `UPDATE tenants SET state = 'deleting', own_state = 'deleting', updated_at = $1, version = version + 1 WHERE tenant_id = $2 AND state <> 'deleting'`
	deleteNames   = `DELETE FROM tenant_names WHERE tenant_id = $1`
	endSupport    = `DELETE FROM installation WHERE name = $1 AND value = $2`
	deleteTenant  = `DELETE FROM tenants WHERE tenant_id = $1`
	eraseAttempts = 5
	epochsTable   = "tenant_epochs"
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
	tables, err := s.erasable(ctx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := s.eraseTable(ctx, id, t); err != nil {
			return err
		}
	}
	for range eraseAttempts {
		if err = s.eraseRest(ctx, id, tables); s.engine.Fault(err) != FaultReference {
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

// erasable answers the tables that hold rows of tenants, those that refer to
// others before them. The tenants themselves and their epochs are not among
// them.
func (s *Store) erasable(ctx context.Context) ([]Table, error) {
	var catalog Catalog
	err := s.engine.Read(ctx, Everywhere, func(ctx context.Context, tx Tx) (err error) {
		catalog, err = s.engine.Catalog(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	tables, err := catalog.InOrder()
	slices.Reverse(tables)
	return slices.DeleteFunc(tables, func(t Table) bool {
		return !t.OfTenant() || t.Name == tenantsTable || t.Name == epochsTable
	}), err
}

// eraseTable removes a tenant's rows of one table, each batch durable.
func (s *Store) eraseTable(ctx context.Context, id iam.TenantID, t Table) error {
	key := strings.Join(t.Primary(), ", ")
	batch := "DELETE FROM " + t.Name + " WHERE tenant_id = $1 AND (" + key + ") IN (SELECT " + key +
		" FROM " + t.Name + " WHERE tenant_id = $1 LIMIT $2)"
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

func (s *Store) eraseRest(ctx context.Context, id iam.TenantID, tables []Table) error {
	return s.write(ctx, id, func(ctx context.Context, x *call) error {
		for _, t := range tables {
			if _, err := x.exec(ctx, "DELETE FROM "+t.Name+" WHERE tenant_id = $1", id); err != nil {
				return err
			}
		}
		if _, err := x.exec(ctx, deleteNames, id); err != nil {
			return err
		}
		if _, err := x.exec(ctx, deleteTenant, id); err != nil {
			return err
		}
		return x.everywhere(ctx, func() error {
			_, err := x.exec(ctx, endSupport, supportSetting, id)
			return err
		})
	})
}
