package storage

import (
	"cmp"
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

const (
	insertTenantName = `INSERT INTO tenant_names (name, kind, tenant_id) VALUES ($1, 'code', $2)`
	insertTenant     = `INSERT INTO tenants
		(tenant_id, parent_id, code, name, name_key, description, state, own_state, attributes, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)`
)

// InsertTenant implements tenancy.Store. NotFound: the parent is not there.
func (s *Store) InsertTenant(ctx context.Context, t iam.Tenant, born tenancy.Birth, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertTenant(%s, %s)", t.ID, t.Code)
	var parent any
	if t.Parent != "" {
		if err := checkID("tenant", t.Parent); err != nil {
			return err
		}
		parent = t.Parent
	}
	return s.write(ctx, t.ID, func(ctx context.Context, x *call) error {
		own := cmp.Or(t.Own, iam.TenantActive)
		state, err := x.stateBelow(ctx, t.Parent, own)
		if err != nil {
			return err
		}
		_, err = x.exec(ctx, insertTenant, t.ID, parent, t.Code, t.Name, iam.Fold(t.Name), t.Description, state, own, t.Attributes,
			t.Created, t.Updated)
		if err != nil {
			return x.refers("tenant", string(t.Parent), x.unique("tenant", t.Code, err))
		}
		if _, err := x.exec(ctx, insertTenantName, t.Code, t.ID); err != nil {
			return x.unique("tenant", t.Code, err)
		}
		if _, err := x.exec(ctx, x.store.epochs.insert, t.ID); err != nil {
			return err
		}
		for _, n := range born.Namespaces {
			if err := x.insertNamespace(ctx, n); err != nil {
				return err
			}
		}
		for _, r := range born.Roles {
			if _, err := x.insertRole(ctx, r); err != nil {
				return err
			}
		}
		return x.note(ctx, events)
	})
}

const (
	updateTenant = `UPDATE tenants SET name = $1, name_key = $2, description = $3, own_state = $4, ending = $5, attributes = $6,
		updated_at = $7, version = version + 1 WHERE tenant_id = $8 AND version = $9`
	tenantVersion = `SELECT version FROM tenants WHERE tenant_id = $1`
)

// UpdateTenant implements tenancy.Store. It counts the epoch up in any case,
// since what is remembered of a tenant is also its name.
func (s *Store) UpdateTenant(ctx context.Context, id iam.TenantID, t iam.Tenant, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateTenant(%s)", id)
	return s.write(ctx, id, func(ctx context.Context, x *call) error {
		change, err := x.stateChange(ctx, t.Own)
		if err != nil {
			return err
		}
		n, err := x.exec(ctx, updateTenant, t.Name, iam.Fold(t.Name), t.Description, t.Own, encodeEnding(t.Ending), t.Attributes,
			t.Updated, id, t.Version)
		if err := x.versioned(ctx, n, err, "tenant", string(id), tenantVersion, id); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		if change != "" {
			return x.setState(ctx, change)
		}
		return x.bump(ctx)
	})
}

// parent_id is cast, since PostgreSQL takes ” for no identifier.
const tenantColumns = `p.tenant_id, COALESCE(CAST(p.parent_id AS TEXT), ''), p.code, p.name, p.description, p.state, p.own_state,
	p.ending, p.plan, p.attributes, p.created_at, p.updated_at, p.version`

func scanTenant(row scanner) (t iam.Tenant, err error) {
	err = row.Scan(&t.ID, &t.Parent, &t.Code, &t.Name, &t.Description, &t.State, &t.Own, endingTo{&t.Ending},
		planTo{&t.Plan}, to(&t.Attributes), to(&t.Created), to(&t.Updated), &t.Version)
	return t, err
}

const (
	readTenant       = `SELECT ` + tenantColumns + ` FROM tenants p WHERE p.tenant_id = $1`
	readTenantByCode = `SELECT ` + tenantColumns + ` FROM tenant_names n JOIN tenants p ON p.tenant_id = n.tenant_id
		WHERE n.name = $1 AND n.kind IN ('code', 'alias')`
)

// Tenant implements tenancy.Store.
func (s *Store) Tenant(ctx context.Context, id iam.TenantID) (t iam.Tenant, err error) {
	defer s.wrap(&err, "Tenant(%s)", id)
	err = s.read(ctx, id, func(ctx context.Context, x *call) error {
		t, err = scanTenant(x.row(ctx, readTenant, id))
		return found("tenant", string(id), err)
	})
	return t, err
}

// TenantByCode implements tenancy.Store and authn.Store. It looks everywhere,
// since nobody knows the tenant yet.
func (s *Store) TenantByCode(ctx context.Context, code string) (t iam.Tenant, err error) {
	defer s.wrap(&err, "TenantByCode(%q)", code)
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		t, err = scanTenant(x.row(ctx, readTenantByCode, code))
		return found("tenant", code, err)
	})
	return t, err
}

var allTenants = listing[iam.Tenant]{
	table:   "tenants",
	columns: tenantColumns,
	id:      "tenant_id",
	idOf:    func(t iam.Tenant) string { return string(t.ID) },
	sorts: map[string]ordering[iam.Tenant]{
		"created": {column: "created_at", time: func(t iam.Tenant) time.Time { return t.Created }},
		"name":    {column: "name_key", text: func(t iam.Tenant) string { return iam.Fold(t.Name) }},
		"code":    {column: "code", text: func(t iam.Tenant) string { return t.Code }},
	},
	sort: "created",
	scan: scanTenant,
}

// subtree is the same, for the tenant $1 and all below it.
var subtree = func() listing[iam.Tenant] {
	l := allTenants
	l.with = `WITH RECURSIVE below (tenant_id) AS (
		SELECT tenant_id FROM tenants WHERE tenant_id = $1
		UNION ALL SELECT t.tenant_id FROM tenants t JOIN below b ON t.parent_id = b.tenant_id) `
	return l
}()

// ancestry is the same, for tenants that a condition finds, with all above
// them: to find one costs the same however many there are.
func ancestry(condition string) listing[iam.Tenant] {
	l := allTenants
	l.with = `WITH RECURSIVE above (origin, tenant_id, parent_id) AS (
		SELECT tenant_id, tenant_id, parent_id FROM tenants WHERE ` + numbered(condition, 1) + `
		UNION ALL SELECT a.origin, t.tenant_id, t.parent_id FROM above a JOIN tenants t ON t.tenant_id = a.parent_id) `
	return l
}

var (
	ancestryOfID    = ancestry("tenant_id = ?")
	ancestryOfShort = ancestry(short("tenant_id"))
)

// Descendants implements tenancy.Store. It looks everywhere, but answers
// nothing that does not descend from root.
func (s *Store) Descendants(ctx context.Context, root iam.TenantID, f tenancy.TenantFilter, p iam.Page) (l iam.List[iam.Tenant], err error) {
	defer s.wrap(&err, "Descendants(%s)", root)
	if err := checkID("tenant", root); err != nil {
		return l, err
	}
	from, where, ok := descent(root, f)
	if !ok {
		return l, nil // no tenant has such an id
	}
	if f.ChildrenOnly {
		where.and("tenant_id <> ?", root)
	}
	where.match("name", "name_key", f.Name)
	where.match("code", "code", f.Code)
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		l, err = from.list(ctx, x, where, p)
		return err
	})
	return l, err
}

// descent answers the tenants among which those below root are to be found, and
// the beginning of the filter that finds them.
func descent(root iam.TenantID, f tenancy.TenantFilter) (from *listing[iam.Tenant], where *filter, ok bool) {
	const descends = "tenant_id IN (SELECT origin FROM above WHERE above.tenant_id = ?)"
	switch {
	case f.ID != "" && f.Short != "" && f.Short != iam.Short(f.ID):
		return nil, nil, false
	case f.ID != "":
		where = &filter{args: []any{f.ID}}
		where.and(descends, root)
		return &ancestryOfID, where, iam.ValidID(string(f.ID))
	case f.Short != "":
		low, high, ok := iam.ShortRange(f.Short)
		where = &filter{args: []any{low, high, f.Short}}
		where.and(descends, root)
		return &ancestryOfShort, where, ok
	default:
		where = &filter{args: []any{root}}
		where.and("tenant_id IN (SELECT tenant_id FROM below)")
		return &subtree, where, true
	}
}

// AllTenants implements tenancy.Store.
func (s *Store) AllTenants(ctx context.Context, p iam.Page) (l iam.List[iam.Tenant], err error) {
	defer s.wrap(&err, "AllTenants()")
	where := &filter{}
	where.and("TRUE")
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		l, err = allTenants.list(ctx, x, where, p)
		return err
	})
	return l, err
}
