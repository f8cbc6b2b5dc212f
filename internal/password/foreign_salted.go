package password

import (
	"crypto/sha1" //nolint:gosec // what others have hashed with
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"hash"
)

// salted are the schemes of LDAP servers by which a password and a salt behind
// it are hashed once.
var salted = map[string]func() hash.Hash{"SSHA": sha1.New, "SSHA256": sha256.New, "SSHA384": sha512.New384, "SSHA512": sha512.New}

// saltedHash is a hash of such a scheme: the Base64 of digest and salt.
type saltedHash struct {
	scheme       string
	digest, salt []byte
}

// Salts that are read, in bytes. The oldest servers made those of four.
const minSalted, maxSalted = 4, 64

func readSalted(scheme, text string) (foreign, error) {
	if scheme == "SSHA1" {
		scheme = "SSHA"
	}
	made, known := salted[scheme]
	if !known {
		return nil, errors.New("it is of no known scheme")
	}
	size := made().Size()
	b, err := plainBase64(text, "hash and salt", size+minSalted, size+maxSalted)
	if err != nil {
		return nil, err
	}
	return saltedHash{scheme, b[:size], b[size:]}, nil
}

func (h saltedHash) String() string {
	both := append(append([]byte(nil), h.digest...), h.salt...)
	return "{" + h.scheme + "}" + base64.StdEncoding.EncodeToString(both)
}

func (saltedHash) memory() uint32 { return 1 }

func (h saltedHash) matches(pw string) bool {
	d := salted[h.scheme]()
	_, _ = d.Write(append([]byte(pw), h.salt...)) // a hash does not fail
	return equal(d.Sum(nil), h.digest)
}
