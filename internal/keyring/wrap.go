package keyring

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A wrapped key is
//
//	version (1 byte) | fingerprint of the master (8) | nonce (12) | key under AES-256-GCM (32 + 16)
//
// with everything before the nonce, the tenant, the purpose and the key's id
// as additional data, so that a row moved elsewhere does not open. The
// fingerprint tells a wrong master key from a damaged row.
const wrapVersion = 1

const nonceSize = 12

// wrap encrypts a data key under the master key.
func (m Master) wrap(t iam.TenantID, p Purpose, id string, key []byte, random io.Reader) ([]byte, error) {
	fingerprint := m.fingerprint()
	header := append([]byte{wrapVersion}, fingerprint[:]...)
	return encrypt(m.key[:], header, key, additional(header, string(t), string(p), id), random)
}

// unwrap decrypts a data key.
func (m Master) unwrap(t iam.TenantID, k Key) ([]byte, error) {
	const headerSize = 1 + fingerprintSize
	name := fmt.Sprintf("key %s for %s of tenant %s", k.ID, k.Purpose, t)
	if len(k.Wrapped) < headerSize || k.Wrapped[0] != wrapVersion {
		return nil, iam.E(iam.Internal, "%s is not in a form that this version knows", name)
	}
	header := k.Wrapped[:headerSize]
	if !m.wrapped(k) {
		return nil, iam.E(iam.Internal, "wrong master key: %s is wrapped with master key %s, this node has %s",
			name, hex.EncodeToString(header[1:]), m.Fingerprint())
	}
	key, err := decrypt(m.key[:], k.Wrapped[headerSize:], additional(header, string(t), string(k.Purpose), k.ID))
	if err != nil || len(key) != keySize {
		return nil, iam.E(iam.Internal, "%s is damaged", name)
	}
	return key, nil
}

// wrapped reports whether a key claims to be wrapped with this master key.
func (m Master) wrapped(k Key) bool {
	return len(k.Wrapped) > fingerprintSize && [fingerprintSize]byte(k.Wrapped[1:]) == m.fingerprint()
}

// additional joins parts so that no two lists of parts give the same bytes.
func additional(header []byte, parts ...string) []byte {
	out := append([]byte(nil), header...)
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p))) //nolint:gosec // parts are names, far below 4 GiB
		out = append(out, p...)
	}
	return out
}

// encrypt appends a random nonce and the sealed text to header.
func encrypt(key, header, plaintext, additional []byte, random io.Reader) ([]byte, error) {
	out := append([]byte(nil), header...)
	nonce := make([]byte, nonceSize)
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, &iam.Error{Kind: iam.Internal, Message: "source of randomness failed", Err: err}
	}
	out = append(out, nonce...)
	return gcm(key).Seal(out, nonce, plaintext, additional), nil
}

// decrypt opens a nonce and the sealed text behind it.
func decrypt(key, sealed, additional []byte) ([]byte, error) {
	if len(sealed) < nonceSize {
		return nil, io.ErrUnexpectedEOF
	}
	return gcm(key).Open(nil, sealed[:nonceSize], sealed[nonceSize:], additional)
}

// gcm makes AES-256-GCM of a key, which cannot fail for keys of keySize.
func gcm(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("keyring: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("keyring: " + err.Error())
	}
	return aead
}
