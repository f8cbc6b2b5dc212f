package authn

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// FactorStore keeps second factors and recovery codes.
type FactorStore interface {
	// Tenant answers a tenant, for the names by which it is shown and reached.
	// NotFound.
	Tenant(ctx context.Context, t iam.TenantID) (iam.Tenant, error)

	// InsertFactor writes a factor that is not active, in place of all such of
	// the user. Exists: the passkey is registered; NotFound: the user is gone.
	InsertFactor(ctx context.Context, t iam.TenantID, f FactorRecord, events ...iam.Event) error
	// ActivateFactor makes a factor active that was not, and counts the epoch
	// up. first tells that the user had no other active one. Precondition: the
	// user had, and was not to; NotFound: there is no such factor, it is
	// active, has expired, or its last step is not below the one given.
	ActivateFactor(ctx context.Context, t iam.TenantID, a Activation, events ...iam.Event) (first bool, err error)
	// UseFactor notes a use of an active factor where its last step is below
	// step, or both are 0, as those of a factor that has no steps: of many
	// uses of one step exactly one succeeds. Conflict: the step or a later one
	// was used before. NotFound.
	UseFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, step int64, at time.Time) error
	// RenameFactor writes a factor's name. NotFound.
	RenameFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, name string, events ...iam.Event) error
	// DeleteFactor removes a factor, with the last active one the recovery codes
	// and the wish to be asked for a factor, and counts the epoch up. NotFound;
	// Precondition: it is the last active one, which is to stay.
	DeleteFactor(ctx context.Context, t iam.TenantID, u iam.UserID, id iam.FactorID, keepLast bool, events ...iam.Event) error
	// DeleteFactors removes all factors and recovery codes of a user and
	// counts the epoch up.
	DeleteFactors(ctx context.Context, t iam.TenantID, u iam.UserID, events ...iam.Event) error
	// Factors answers the factors of a user, oldest first, also those that are
	// not active and those of them that have expired.
	Factors(ctx context.Context, t iam.TenantID, u iam.UserID) ([]FactorRecord, error)
	// UsersWithCodes answers the users who have an active factor of codes, by
	// app or by mail.
	UsersWithCodes(ctx context.Context, t iam.TenantID) ([]iam.UserID, error)
	// FactorByCredential answers the active passkey with a credential id. NotFound.
	FactorByCredential(ctx context.Context, t iam.TenantID, credential string) (FactorRecord, error)

	// ReplaceRecoveryCodes writes a user's recovery codes in place of all
	// earlier ones, and counts the epoch up. NotFound: the user is gone.
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
	Secret     []byte    // sealed: the key of TOTP, the credential of a passkey
	Credential string    // id of a passkey, base64url; empty else
	LastStep   int64     // of TOTP; of a passkey its signature counter; 0 else
	Expires    time.Time // until when it can become active; zero when it is
}

// Activation makes a factor of a user active.
type Activation struct {
	User   iam.UserID
	Factor iam.FactorID
	Step   int64 // its last step from now on, as for UseFactor
	At     time.Time
	// Alone refuses where the user has an active factor already.
	Alone bool
	// Codes become the user's recovery codes where it is the first active factor.
	Codes []RecoveryCode
}

// RecoveryCode is one recovery code as it is stored.
type RecoveryCode struct {
	ID      string // UUIDv7
	KeyID   string // which key of the tenant made the MAC
	MAC     []byte
	Created time.Time
}
