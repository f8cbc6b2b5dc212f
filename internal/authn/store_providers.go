package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// ProviderStore keeps by which OpenID provider a session was begun. It is written
// with the session, and gone with it.
type ProviderStore interface {
	// SessionProvider answers by which provider a session was begun. NotFound.
	SessionProvider(ctx context.Context, t iam.TenantID, id iam.SessionID) (SessionProvider, error)
	// EndProviderSessions ends the sessions that a provider began for a subject
	// at an issuer, only those of one of its own sessions where sid is not
	// empty, of whatever subject where that is empty, but never with neither.
	// Where there are any it writes the events and counts the epoch up; it
	// answers how many there were.
	EndProviderSessions(ctx context.Context, t iam.TenantID, p iam.ProviderID, issuer, subject, sid string, events ...iam.Event) (int, error)
}

// SessionProvider is by which provider a session was begun, and as whom.
type SessionProvider struct {
	Provider  iam.ProviderID
	Issuer    string
	Subject   string
	SessionID string // the provider's own; empty where it says none
	IDToken   []byte // sealed
}

// sealedAs binds the ID token to whom it is of. It is not bound to the session,
// in whose place others come.
func (p SessionProvider) sealedAs() string {
	return "id-token:" + string(p.Provider) + ":" + p.Issuer + " " + p.Subject
}
