package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertAuthority = `INSERT INTO authorities (tenant_id, authority_id, certificate, private_key, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6)`
	readAuthorities = `SELECT authority_id, certificate, private_key, created_at, expires_at FROM authorities
		WHERE tenant_id = $1 ORDER BY created_at DESC, authority_id DESC`

	insertCertificate = `INSERT INTO certificates
		(tenant_id, serial, user_id, name, fingerprint, created_at, expires_at, revoked_at, last_used_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	revokeCertificate = `UPDATE certificates SET revoked_at = $1 WHERE tenant_id = $2 AND serial = $3 AND revoked_at = 0`
	touchCertificate  = `UPDATE certificates SET last_used_at = $1 WHERE tenant_id = $2 AND serial = $3 AND last_used_at < $1`
	readCertificate   = `SELECT ` + standingColumns + `, c.serial, c.name, c.fingerprint, c.created_at, c.expires_at, c.revoked_at,
		c.last_used_at
		FROM certificates c
		JOIN users u ON u.tenant_id = c.tenant_id AND u.user_id = c.user_id
		JOIN tenants t ON t.tenant_id = c.tenant_id
		WHERE c.tenant_id = $1 AND c.serial = $2`
)

func scanAuthority(row scanner) (a authn.Authority, err error) {
	err = row.Scan(&a.ID, &a.Certificate, &a.Private, to(&a.Created), to(&a.Expires))
	return a, err
}

// InsertAuthority implements authn.Store. It counts the epoch up first, since all
// who do that wait for each other.
func (s *Store) InsertAuthority(ctx context.Context, t iam.TenantID, a authn.Authority, until time.Time) (newest authn.Authority, err error) {
	defer s.wrap(&err, "InsertAuthority(%s, %s)", t, a.ID)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.bump(ctx); err != nil {
			return err
		}
		present, err := all(ctx, x, scanAuthority, readAuthorities, t)
		if err != nil {
			return err
		}
		if len(present) > 0 && present[0].Expires.After(until) {
			newest = present[0]
			return nil
		}
		newest = a
		_, err = x.exec(ctx, insertAuthority, t, a.ID, a.Certificate, a.Private, a.Created, a.Expires)
		return x.unique("authority", a.ID, err)
	})
	return newest, err
}

// Authorities implements authn.Store.
func (s *Store) Authorities(ctx context.Context, t iam.TenantID) (authorities []authn.Authority, err error) {
	defer s.wrap(&err, "Authorities(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		authorities, err = all(ctx, x, scanAuthority, readAuthorities, t)
		return err
	})
	return authorities, err
}

// InsertCertificate implements authn.Store.
func (s *Store) InsertCertificate(ctx context.Context, t iam.TenantID, c iam.Certificate, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertCertificate(%s, %s)", t, c.Serial)
	if err := checkID("user", c.User); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, insertCertificate, t, c.Serial, c.User, c.Name, c.Fingerprint, c.Created, c.Expires, c.Revoked, c.LastUsed)
		if err != nil {
			return x.refers("user", string(c.User), x.unique("certificate", c.Serial, err))
		}
		return x.note(ctx, events)
	})
}

// RevokeCertificate implements authn.Store.
func (s *Store) RevokeCertificate(ctx context.Context, t iam.TenantID, serial string, at time.Time, events ...iam.Event) (err error) {
	defer s.wrap(&err, "RevokeCertificate(%s, %s)", t, serial)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.one(ctx, "certificate", serial, revokeCertificate, at, t, serial); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// Certificate implements authn.Store.
func (s *Store) Certificate(ctx context.Context, t iam.TenantID, serial string) (r authn.CertificateRecord, err error) {
	defer s.wrap(&err, "Certificate(%s, %s)", t, serial)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		err := x.row(ctx, readCertificate, t, serial).Scan(append(standingTo(&r.Standing), &r.Serial, &r.Name, &r.Fingerprint,
			to(&r.Created), to(&r.Expires), to(&r.Revoked), to(&r.LastUsed))...)
		return found("certificate", serial, err)
	})
	r.User, r.Username = r.Standing.User, r.Standing.Username
	return r, err
}

var certificates = listing[iam.Certificate]{
	table:   "certificates",
	columns: `p.serial, p.user_id, u.username, p.name, p.fingerprint, p.created_at, p.expires_at, p.revoked_at, p.last_used_at`,
	joins:   ` JOIN users u ON u.tenant_id = p.tenant_id AND u.user_id = p.user_id`,
	id:      "serial",
	idOf:    func(c iam.Certificate) string { return c.Serial },
	anyID:   true,
	sorts: map[string]ordering[iam.Certificate]{
		"created": {column: "created_at", time: func(c iam.Certificate) time.Time { return c.Created }},
	},
	sort: "created", latest: true,
	scan: func(row scanner) (c iam.Certificate, err error) {
		err = row.Scan(&c.Serial, &c.User, &c.Username, &c.Name, &c.Fingerprint, to(&c.Created), to(&c.Expires), to(&c.Revoked),
			to(&c.LastUsed))
		return c, err
	},
}

// Certificates implements authn.Store.
func (s *Store) Certificates(ctx context.Context, t iam.TenantID, u iam.UserID, p iam.Page) (l iam.List[iam.Certificate], err error) {
	defer s.wrap(&err, "Certificates(%s, %s)", t, u)
	return credentialsOf(ctx, s, &certificates, t, u, p)
}

// TouchCertificates implements authn.Store.
func (s *Store) TouchCertificates(ctx context.Context, t iam.TenantID, used map[string]time.Time) (err error) {
	defer s.wrap(&err, "TouchCertificates(%s)", t)
	return touch(ctx, s, t, touchCertificate, used)
}
