package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/signup"
)

const (
	insertSignup = `INSERT INTO signups (tenant_id, signup_id, name, email, domain, facts, key_id, mac, state, reason, made_id,
		created_at, updated_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`
	readSignup = `SELECT signup_id, name, email, domain, facts, key_id, mac, state, reason, made_id, created_at, updated_at, expires_at
		FROM signups WHERE tenant_id = $1 AND `
	readSignupByID   = readSignup + `signup_id = $2`
	readSignupByName = readSignup + `name = $2`
	proveSignup      = `UPDATE signups SET state = $1, updated_at = $2 WHERE tenant_id = $3 AND signup_id = $4 AND state = $5 AND expires_at > $6`
	settleSignup     = `UPDATE signups SET state = $1, reason = $2, made_id = $3, updated_at = $4 WHERE tenant_id = $5 AND signup_id = $6 AND state = $7`

	// Tenant by tenant, since every index begins with the tenant.
	purgeSignups = `DELETE FROM signups WHERE (tenant_id, signup_id) IN (
		SELECT s.tenant_id, s.signup_id FROM tenants t CROSS JOIN signups s
		WHERE s.tenant_id = t.tenant_id AND s.expires_at < $1 LIMIT $2)`
)

// signupFacts are what nothing is looked up by, in the column of JSON.
type signupFacts struct {
	GivenName  string    `json:"given_name,omitempty"`
	FamilyName string    `json:"family_name,omitempty"`
	Company    string    `json:"company,omitempty"`
	Language   string    `json:"language,omitempty"`
	Terms      string    `json:"terms,omitempty"`
	Accepted   time.Time `json:"accepted,omitzero"`
}

// InsertSignup implements signup.Store.
func (s *Store) InsertSignup(ctx context.Context, t iam.TenantID, r signup.Record, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertSignup(%s, %s)", t, r.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		_, err := x.exec(ctx, insertSignup, t, r.ID, r.Name, r.Email, r.Domain, encodeJSON(signupFacts{GivenName: r.GivenName,
			FamilyName: r.FamilyName, Company: r.Company, Language: r.Language, Terms: r.Terms, Accepted: r.Accepted}),
			r.KeyID, append([]byte{}, r.MAC...), r.State, r.Reason, r.Tenant, r.Created, r.Updated, r.Expires)
		if err != nil {
			return x.refers("tenant", string(t), err)
		}
		return x.note(ctx, events)
	})
}

func scanSignup(row scanner) (r signup.Record, err error) {
	var facts signupFacts
	err = row.Scan(&r.ID, &r.Name, &r.Email, &r.Domain, jsonTo[signupFacts]{&facts}, &r.KeyID, &r.MAC, &r.State, &r.Reason, &r.Tenant,
		to(&r.Created), to(&r.Updated), to(&r.Expires))
	r.GivenName, r.FamilyName, r.Company, r.Language = facts.GivenName, facts.FamilyName, facts.Company, facts.Language
	r.Terms, r.Accepted = facts.Terms, facts.Accepted
	return r, err
}

// Signup implements signup.Store.
func (s *Store) Signup(ctx context.Context, t iam.TenantID, id signup.ID) (r signup.Record, err error) {
	defer s.wrap(&err, "Signup(%s, %s)", t, id)
	if err := checkID("sign-up", id); err != nil {
		return r, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		r, err = scanSignup(x.row(ctx, readSignupByID, t, id))
		return found("sign-up", string(id), err)
	})
	return r, err
}

// SignupNamed implements signup.Store.
func (s *Store) SignupNamed(ctx context.Context, t iam.TenantID, name string) (r signup.Record, err error) {
	defer s.wrap(&err, "SignupNamed(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		r, err = scanSignup(x.row(ctx, readSignupByName, t, name))
		return found("sign-up", iam.Cut(name, 64), err)
	})
	return r, err
}

// ProveSignup implements signup.Store.
func (s *Store) ProveSignup(ctx context.Context, t iam.TenantID, id signup.ID, now time.Time, j iam.Job, events ...iam.Event) (err error) {
	defer s.wrap(&err, "ProveSignup(%s, %s)", t, id)
	if err := checkID("sign-up", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		err := x.one(ctx, "sign-up", string(id), proveSignup, signup.StateProved, now, t, id, signup.StateAsked, now)
		if err == nil {
			err = x.insertJob(ctx, j)
		}
		if err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

// SettleSignup implements signup.Store.
func (s *Store) SettleSignup(ctx context.Context, t iam.TenantID, r signup.Signup, events ...iam.Event) (err error) {
	defer s.wrap(&err, "SettleSignup(%s, %s)", t, r.ID)
	if err := checkID("sign-up", r.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		err := x.one(ctx, "sign-up", string(r.ID), settleSignup, r.State, r.Reason, r.Tenant, r.Updated, t, r.ID, signup.StateProved)
		if err != nil {
			return err
		}
		return x.note(ctx, events)
	})
}

// PurgeSignups implements signup.Store.
func (s *Store) PurgeSignups(ctx context.Context, before time.Time, n int) (removed int, err error) {
	defer s.wrap(&err, "PurgeSignups(%s, %d)", before, n)
	return s.purge(ctx, before, n, purgeSignups)
}
