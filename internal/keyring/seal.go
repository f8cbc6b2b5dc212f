package keyring

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A sealed text is
//
//	version (1 byte) | length of the key's id (1) | key's id | nonce (12) | text under AES-256-GCM (+ 16)
//
// with everything before the nonce, the tenant and what the text is as
// additional data. Nonces are random, which is good for 2^32 texts under one key (NIST SP
// 800-38D section 8.3).
const sealVersion = 1

// Seal encrypts a secret for storage. What says what the secret is and whose, such as "totp:" and a user's id; Open needs the same, so that a sealed text
// put into another row does not open there.
func (k *Keyring) Seal(ctx context.Context, t iam.TenantID, plaintext []byte, what string) ([]byte, error) {
	id, key, err := k.newest(ctx, t, PurposeSecret)
	if err != nil {
		return nil, err
	}
	header := append([]byte{sealVersion, byte(len(id))}, id...) //nolint:gosec // an id has at most 20 digits
	return encrypt(key, header, plaintext, additional(header, string(t), what), k.env.Rand)
}

// Open decrypts what Seal made. A text that does not open is Internal, since it comes
// from our own storage: it is damaged, of another place, or of a lost key.
func (k *Keyring) Open(ctx context.Context, t iam.TenantID, sealed []byte, what string) ([]byte, error) {
	if len(sealed) < 2 || sealed[0] != sealVersion || len(sealed) < 2+int(sealed[1]) {
		return nil, iam.E(iam.Internal, "sealed text is not in a form that this version knows")
	}
	header := sealed[:2+int(sealed[1])]
	key, err := k.named(ctx, t, PurposeSecret, string(header[2:]))
	if iam.Is(err, iam.NotFound) {
		return nil, &iam.Error{Kind: iam.Internal, Message: "sealed text names a key that is not there", Err: err}
	}
	if err != nil {
		return nil, err
	}
	plaintext, err := decrypt(key, sealed[len(header):], additional(header, string(t), what))
	if err != nil {
		return nil, iam.E(iam.Internal, "sealed text is damaged or of another place")
	}
	return plaintext, nil
}
