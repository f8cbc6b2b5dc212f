package storage

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertSessionProvider = `INSERT INTO session_providers (tenant_id, session_id, provider_id, issuer, subject, sid, id_token)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`
	moveSessionProvider = `UPDATE session_providers SET session_id = $1 WHERE tenant_id = $2 AND session_id = $3`
	readSessionProvider = `SELECT provider_id, issuer, subject, sid, id_token FROM session_providers
		WHERE tenant_id = $1 AND session_id = $2`
	endProviderSubject = `DELETE FROM sessions WHERE tenant_id = $1 AND session_id IN (
		SELECT session_id FROM session_providers WHERE tenant_id = $1 AND provider_id = $2 AND issuer = $3 AND subject = $4)`
	endProviderSession = `DELETE FROM sessions WHERE tenant_id = $1 AND session_id IN (
		SELECT session_id FROM session_providers WHERE tenant_id = $1 AND provider_id = $2 AND issuer = $3 AND sid = $4
			AND (subject = $5 OR $5 = ''))`
)

func (x *call) insertSessionProvider(ctx context.Context, id iam.SessionID, p authn.SessionProvider) error {
	if err := checkID("provider", p.Provider); err != nil {
		return err
	}
	_, err := x.exec(ctx, insertSessionProvider, x.tenant, id, p.Provider, p.Issuer, p.Subject, p.SessionID, p.IDToken)
	return err
}

// replaceSession removes the session in whose place another was written. What is
// known of its provider goes on with the new one, unless that has its own.
func (x *call) replaceSession(ctx context.Context, ns authn.NewSession) error {
	if err := checkID("session", ns.Replaces); err != nil {
		return err
	}
	if ns.Provider == nil {
		if _, err := x.exec(ctx, moveSessionProvider, ns.ID, x.tenant, ns.Replaces); err != nil {
			return err
		}
	}
	return x.takeSession(ctx, ns.Replaces, ns.User)
}

// SessionProvider implements authn.Store.
func (s *Store) SessionProvider(ctx context.Context, t iam.TenantID, id iam.SessionID) (p authn.SessionProvider, err error) {
	defer s.wrap(&err, "SessionProvider(%s, %s)", t, id)
	if err := checkID("session", id); err != nil {
		return p, err
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		err := x.row(ctx, readSessionProvider, t, id).Scan(&p.Provider, &p.Issuer, &p.Subject, &p.SessionID, &p.IDToken)
		return found("provider of session", string(id), err)
	})
	return p, err
}

// EndProviderSessions implements authn.Store.
func (s *Store) EndProviderSessions(ctx context.Context, t iam.TenantID, p iam.ProviderID, issuer, subject, sid string, events ...iam.Event) (ended int, err error) {
	defer s.wrap(&err, "EndProviderSessions(%s, %s)", t, p)
	if !iam.ValidID(string(p)) || subject == "" && sid == "" {
		return 0, nil
	}
	statement, args := endProviderSubject, []any{t, p, issuer, subject}
	if sid != "" {
		statement, args = endProviderSession, []any{t, p, issuer, sid, subject}
	}
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, statement, args...)
		if ended = int(n); err != nil || n == 0 {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
	return ended, err
}
