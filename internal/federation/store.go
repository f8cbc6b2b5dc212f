package federation

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store keeps providers and identities. Every method is one transaction and
// writes the events it is given in it.
type Store interface {
	// InsertProvider writes a provider, unless there are most of them already,
	// and counts the epoch up. Exists: the name is taken; Precondition, with
	// ReasonLimit.
	InsertProvider(ctx context.Context, t iam.TenantID, r Record, most int, events ...iam.Event) error
	// UpdateProvider writes a provider where the stored version is r.Version,
	// and counts that and the epoch up. The name stays. NotFound, Conflict.
	UpdateProvider(ctx context.Context, t iam.TenantID, r Record, events ...iam.Event) error
	// DeleteProvider removes a provider with its identities and the sessions
	// that it began, and counts the epoch up. NotFound.
	DeleteProvider(ctx context.Context, t iam.TenantID, id iam.ProviderID, events ...iam.Event) error
	// Provider answers one by its name. NotFound.
	Provider(ctx context.Context, t iam.TenantID, name string) (Record, error)
	// Providers answers all, by name.
	Providers(ctx context.Context, t iam.TenantID) ([]Record, error)

	// Identity answers whose an identity is. NotFound.
	Identity(ctx context.Context, t iam.TenantID, p iam.ProviderID, issuer, subject string) (iam.Identity, error)
	// Identities answers those of a user, the oldest first.
	Identities(ctx context.Context, t iam.TenantID, u iam.UserID) ([]iam.Identity, error)
	// InsertIdentity links one to a user. Exists: it is linked already, to
	// whomever; NotFound: the user or the provider is not there.
	InsertIdentity(ctx context.Context, t iam.TenantID, i iam.Identity, events ...iam.Event) error
	// UseIdentity notes when one was last used, and what the provider said the
	// address is. One that is not there is passed over.
	UseIdentity(ctx context.Context, t iam.TenantID, i iam.Identity) error
	// DeleteIdentity unlinks what a user is at a provider by a subject, ends the
	// sessions that were begun by it but for keep, and counts the epoch up.
	// NotFound; Precondition, with ReasonLastWay: the user has neither a
	// password nor a passkey nor another identity.
	DeleteIdentity(ctx context.Context, t iam.TenantID, i iam.Identity, keep iam.SessionID, events ...iam.Event) error
}

// Record is a provider as it is stored.
type Record struct {
	iam.Provider
	Secret []byte // sealed; empty without one
}
