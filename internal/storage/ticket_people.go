package storage

import (
	"cmp"
	"context"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

const (
	namedTenant  = `(SELECT c.tenant_id FROM tenant_names c WHERE c.name = ? AND c.kind IN ('code', 'alias'))`
	readManagers = `SELECT m.tenant_id FROM tenant_links a JOIN tenant_links l ON l.tenant_id = a.other_id AND l.kind = 'managed'
		AND l.other_id = a.tenant_id JOIN tenants m ON m.tenant_id = l.tenant_id
		WHERE a.tenant_id = $1 AND a.kind = 'allowed' AND NOT a.disabled AND NOT l.disabled AND m.state = 'active' ORDER BY m.tenant_id`
	readPerson = `SELECT username, display_name, given_name, family_name, email, language, state FROM users
		WHERE tenant_id = $1 AND user_id = $2`
)

// LookedAfter implements support.Store. It looks everywhere, as Ticket does.
func (s *Store) LookedAfter(ctx context.Context, t iam.TenantID, of iam.LinkKind, other string) (id iam.TenantID, err error) {
	defer s.wrap(&err, "LookedAfter(%s, %q, %s)", t, of, other)
	if err := checkID("tenant", t); err != nil {
		return "", err
	}
	after, ok := lookedAfter[of]
	if !ok {
		return "", iam.ErrNotFound("tenant", other)
	}
	one := namedTenant
	if iam.ValidID(other) {
		one = "?"
	}
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		err := x.row(ctx, numbered("SELECT "+after.id+" FROM "+after.from+" AND "+after.id+" = "+one, 1), t, other).Scan(&id)
		return found("tenant", other, err)
	})
	return id, err
}

// Managers implements support.Store. Both halves count, and so each of the two
// is asked.
func (s *Store) Managers(ctx context.Context, t iam.TenantID) (ids []iam.TenantID, err error) {
	defer s.wrap(&err, "Managers(%s)", t)
	if err := checkID("tenant", t); err != nil {
		return nil, err
	}
	err = s.readIn(ctx, Everywhere, func(ctx context.Context, x *call) error {
		ids, err = all(ctx, x, scanOne[iam.TenantID], readManagers, t)
		return err
	})
	return ids, err
}

// Person implements support.Store.
func (s *Store) Person(ctx context.Context, t iam.TenantID, u iam.UserID) (p support.Person, err error) {
	defer s.wrap(&err, "Person(%s, %s)", t, u)
	if err := checkID("user", u); err != nil {
		return p, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		var display, given, family string
		err := x.row(ctx, readPerson, t, u).Scan(&p.Username, &display, &given, &family, &p.Email, &p.Language, &p.State)
		p.Name = cmp.Or(display, strings.TrimSpace(given+" "+family))
		return found("user", string(u), err)
	})
	return p, err
}
