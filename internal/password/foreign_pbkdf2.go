package password

import (
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // what others have hashed with
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"
)

// maxIterations of PBKDF2 take some seconds: fifteen times what is recommended today.
const maxIterations = 10_000_000

// digests are the functions that PBKDF2 is of, by the name in a PHC string.
var digests = map[string]func() hash.Hash{"pbkdf2": sha1.New, "pbkdf2-sha1": sha1.New, "pbkdf2-sha256": sha256.New, "pbkdf2-sha512": sha512.New}

// pbkdf2Hash is a hash of PBKDF2 (RFC 8018 section 5.2). Of a key that is longer
// than one output of the function only that first one is kept: it is what has to
// be guessed, since every further one follows from the password by itself.
type pbkdf2Hash struct {
	name       string
	iterations uint32
	salt, key  []byte
}

func newPBKDF2(name string, iterations uint32, salt, key []byte) (foreign, error) {
	digest, known := digests[name]
	if !known {
		return nil, errors.New("function of PBKDF2 is not SHA-1, SHA-256 or SHA-512")
	}
	return pbkdf2Hash{name, iterations, salt, key[:min(len(key), digest().Size())]}, nil
}

// Bounds of what is read, in bytes. 389 Directory Server makes the longest.
const (
	maxSaltPBKDF2 = 128
	maxKeyPBKDF2  = 256
)

// readPBKDF2 reads $pbkdf2-sha256$<iterations>$<salt>$<hash>, where the
// iterations are "i=1000", "i=1000,l=32" or "1000".
func readPBKDF2(text string) (foreign, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 5 {
		return nil, errors.New("PBKDF2 does not have four parts")
	}
	cost, length, told := strings.Cut(strings.TrimPrefix(parts[2], "i="), ",")
	iterations, err := number(cost, "", "i", 1, maxIterations)
	if err != nil {
		return nil, err
	}
	salt, err := plainBase64(parts[3], "salt", 1, maxSaltPBKDF2)
	if err != nil {
		return nil, err
	}
	key, err := plainBase64(parts[4], "hash", minHash, maxKeyPBKDF2)
	if err != nil {
		return nil, err
	}
	if told && length != "l="+strconv.Itoa(len(key)) {
		return nil, errors.New("parameter l is not the length of the hash")
	}
	return newPBKDF2(parts[1], iterations, salt, key)
}

// readDjango reads pbkdf2_sha256$<iterations>$<salt>$<hash>, where the salt is
// not encoded.
func readDjango(text string) (foreign, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 4 || len(parts[2]) < 1 || len(parts[2]) > maxSaltPBKDF2 {
		return nil, fmt.Errorf("PBKDF2 of Django does not have four parts with a salt of at most %d bytes", maxSaltPBKDF2)
	}
	iterations, err := number(parts[1], "", "i", 1, maxIterations)
	if err != nil {
		return nil, err
	}
	key, err := plainBase64(parts[3], "hash", minHash, maxKeyPBKDF2)
	if err != nil {
		return nil, err
	}
	return newPBKDF2(strings.Replace(parts[0], "_", "-", 1), iterations, []byte(parts[2]), key)
}

// read389 reads the Base64 of four bytes of iterations, 64 of salt and 256 of hash.
func read389(text string) (foreign, error) {
	const counts, salt, key = 4, 64, 256
	b, err := plainBase64(text, "salt and hash", counts+salt+key, counts+salt+key)
	if err != nil {
		return nil, err
	}
	iterations, err := number(strconv.FormatUint(uint64(binary.BigEndian.Uint32(b)), 10), "", "i", 1, maxIterations)
	if err != nil {
		return nil, err
	}
	return newPBKDF2("pbkdf2-sha256", iterations, b[counts:counts+salt], b[counts+salt:])
}

func (h pbkdf2Hash) String() string {
	return fmt.Sprintf("$%s$i=%d,l=%d$%s$%s", h.name, h.iterations, len(h.key), encoding.EncodeToString(h.salt), encoding.EncodeToString(h.key))
}

func (pbkdf2Hash) memory() uint32 { return 1 }

func (h pbkdf2Hash) matches(pw string) bool {
	got, err := pbkdf2.Key(digests[h.name], pw, h.salt, int(h.iterations), len(h.key))
	return err == nil && equal(got, h.key)
}
