package keyring

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Purpose is what a key is for. A key of one purpose is never used for
// another.
type Purpose string

const (
	PurposeToken       Purpose = "api-token"   // MACs of the secrets of API tokens
	PurposeSession     Purpose = "session"     // signatures of session tokens
	PurposeSecret      Purpose = "secret"      // sealing of stored secrets
	PurposeCookie      Purpose = "cookie"      // MACs of the secrets of sessions in browsers
	PurposeChallenge   Purpose = "challenge"   // MACs of codes and links that prove something once
	PurposeRecovery    Purpose = "recovery"    // MACs of recovery codes
	PurposeUnsubscribe Purpose = "unsubscribe" // MACs of links that end a kind of notice
	PurposePlace       Purpose = "place"       // MACs of where somebody has signed in from
	PurposeSignup      Purpose = "signup"      // MACs of links that new customers prove their address with
)

// Key is a data key of a tenant as it is stored. ID is a running number for
// each purpose, from "1".
type Key struct {
	ID      string
	Purpose Purpose
	Wrapped []byte
	Created time.Time
}

// Store keeps wrapped keys. Its primary key is (tenant, purpose, id).
type Store interface {
	// Keys answers all keys of a tenant, in any order. A tenant without keys
	// has none; that is not an error. It must see what AddKey has written.
	Keys(ctx context.Context, t iam.TenantID) ([]Key, error)
	// AddKey adds a key. It answers Exists when the tenant has one of that
	// purpose and id: of several nodes that make the same key at once, one
	// wins and the others read its key.
	AddKey(ctx context.Context, t iam.TenantID, k Key) error
	// ReplaceKeys overwrites Wrapped of the keys given, all or none. Other
	// keys of the tenant stay. It answers NotFound when one is missing.
	ReplaceKeys(ctx context.Context, t iam.TenantID, ks []Key) error
}
