package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// FactorStore keeps second factors and recovery codes.
type FactorStore interface {
	// InsertFactor writes a factor. Exists: the passkey is registered;
	// NotFound: the user is gone.
	InsertFactor(ctx context.Context, t iam.TenantID, f FactorRecord, events ...iam.Event) error
	// ActivateFactor makes a factor active that was not, where its last step
	// is below step, and counts the epoch up. NotFound.
	ActivateFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, step int64, at time.Time, events ...iam.Event) error
	// UseFactor notes a use of an active factor where its last step is below
	// step: of many uses of one step exactly one succeeds. Conflict: it was
	// used before. NotFound.
	UseFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, step int64, secret []byte, at time.Time) error
	// RenameFactor writes a factor's name. NotFound.
	RenameFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, name string, events ...iam.Event) error
	// DeleteFactor removes a factor, and the recovery codes with the last
	// active one, and counts the epoch up. NotFound.
	DeleteFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, events ...iam.Event) error
	// Factors answers the factors of a user, oldest first.
	Factors(ctx context.Context, t iam.TenantID, u iam.UserID) ([]FactorRecord, error)
	// FactorByCredential answers the passkey with a credential id. NotFound.
	FactorByCredential(ctx context.Context, t iam.TenantID, credential string) (FactorRecord, error)

	// ReplaceRecoveryCodes writes a user's recovery codes in place of all
	// earlier ones. NotFound: the user is gone.
	ReplaceRecoveryCodes(ctx context.Context, t iam.TenantID, u iam.UserID, codes []RecoveryCode, events ...iam.Event) error
	// RecoveryCodes answers a user's codes that are left.
	RecoveryCodes(ctx context.Context, t iam.TenantID, u iam.UserID) ([]RecoveryCode, error)
	// SpendRecoveryCode removes a code: of many uses at once exactly one
	// succeeds. NotFound.
	SpendRecoveryCode(ctx context.Context, t iam.TenantID, u iam.UserID, id string, events ...iam.Event) error
}

// FactorRecord is a factor with its secret.
type FactorRecord struct {
	iam.Factor
	Secret     []byte // sealed: the key of TOTP, the credential of a passkey
	Credential string // id of a passkey, base64url; empty else
	LastStep   int64  // of TOTP; of a passkey its signature counter
}

// RecoveryCode is one recovery code as it is stored.
type RecoveryCode struct {
	ID      string // UUIDv7
	KeyID   string // which key of the tenant made the MAC
	MAC     []byte
	Created time.Time
}
