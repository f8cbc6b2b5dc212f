package password

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// foreign is a hash that another system made, of a kind that is not made here.
type foreign interface {
	// String is how it is stored.
	String() string
	// matches reports in constant time whether a password has the hash. The
	// password is as it was typed: the other system did not prepare it.
	matches(pw string) bool
	// memory is how much matches needs, in KiB.
	memory() uint32
}

// longestForeign is more than any hash has that is taken, in bytes.
const longestForeign = 1024

// Foreign checks a hash that another system made, in any of its usual spellings,
// and answers it as it is to be stored; Verify verifies that. Invalid, about
// passwordHash: it cannot be read, or to verify it would exhaust the machine. It
// takes:
//
//	$2a$ $2b$ $2y$                                  bcrypt
//	$argon2id$ $argon2i$                            argon2 of version 19 (RFC 9106)
//	$pbkdf2-sha256$i=600000$<salt>$<hash>           PBKDF2 (RFC 8018), in PHC format
//	$pbkdf2-sha256$600000$<salt>$<hash>             of passlib
//	{PBKDF2-SHA256}600000$<salt>$<hash>             of OpenLDAP
//	{PBKDF2_SHA256}<iterations, salt, hash>         of 389 Directory Server
//	pbkdf2_sha256$600000$<salt as text>$<hash>      of Django
//	$scrypt$ln=17,r=8,p=1$<salt>$<hash>             scrypt (RFC 7914)
//	{SSHA} {SSHA256} {SSHA384} {SSHA512}            salted SHA of LDAP servers
//
// PBKDF2 is also of SHA-1 and SHA-512. The schemes {CRYPT}, {BCRYPT} and {ARGON2}
// may stand before what they are of.
func Foreign(text string) (string, error) {
	h, err := normalized(text)
	if err != nil {
		var c iam.Checker
		c.Add("passwordHash", iam.ReasonFormat, "passwordHash cannot be taken: %s", err)
		return "", c.Err()
	}
	return h, nil
}

func normalized(text string) (string, error) {
	if len(text) > longestForeign {
		return "", fmt.Errorf("it has more than %d bytes", longestForeign)
	}
	if scheme, rest := schemeOf(text); scheme == "CRYPT" || scheme == "BCRYPT" || scheme == "ARGON2" {
		text = rest
	}
	if isOwn(text) {
		h, err := parsePHC(text)
		return h.String(), err
	}
	h, err := readForeign(text)
	if err != nil {
		return "", err
	}
	return h.String(), nil
}

// isOwn reports whether a hash is of the kind that is made here.
func isOwn(stored string) bool { return strings.HasPrefix(stored, "$argon2id$") }

// readForeign reads what String of a foreign hash writes, and the other
// spellings of it. Its errors name the part that is wrong and quote nothing.
func readForeign(text string) (foreign, error) {
	scheme, rest := schemeOf(text)
	switch {
	case scheme == "PBKDF2_SHA256":
		return read389(rest)
	case scheme == "PBKDF2" || strings.HasPrefix(scheme, "PBKDF2-"):
		return readPBKDF2("$" + strings.ToLower(scheme) + "$" + rest)
	case scheme != "":
		return readSalted(scheme, rest)
	case strings.HasPrefix(text, "$2"):
		return readBcrypt(text)
	case strings.HasPrefix(text, "$argon2i$"):
		h, err := parsePHC(text)
		return argon2i(h), err
	case strings.HasPrefix(text, "$pbkdf2"):
		return readPBKDF2(text)
	case strings.HasPrefix(text, "pbkdf2_"):
		return readDjango(text)
	case strings.HasPrefix(text, "$scrypt$"):
		return readScrypt(text)
	}
	return nil, errors.New("it is of no known kind")
}

// schemeOf takes the scheme of RFC 2307 off a hash, in upper case.
func schemeOf(text string) (scheme, rest string) {
	if inner, ok := strings.CutPrefix(text, "{"); ok {
		if scheme, rest, ok = strings.Cut(inner, "}"); ok {
			return strings.ToUpper(scheme), rest
		}
	}
	return "", text
}

// matchesForeign is matches for a hash that another system made. It is always
// weaker than one of ours. The work of an own hash is done besides, so that the
// clock does not tell who has one that costs nothing.
func (h *Hasher) matchesForeign(ctx context.Context, stored, pw string, refused bool) (ok, weaker bool, err error) {
	want, err := readForeign(stored)
	if err != nil {
		return false, false, unreadable(err)
	}
	if refused { // it could not be hashed anew
		return false, false, nil
	}
	err = h.run(ctx, want.memory(), func() {
		begun := time.Now()
		ok = want.matches(pw)
		argon2.IDKey([]byte(pw), make([]byte, saltSize), h.params.Time, h.params.Memory, h.params.Lanes, hashSize)
		h.took(time.Since(begun))
	})
	return ok, true, err
}

// maxEven bounds how long a wrong password waits for the sake of others.
const maxEven = 3 * time.Second

// took notes how long a foreign hash has taken.
func (h *Hasher) took(d time.Duration) {
	for {
		dearest := h.dearest.Load()
		if int64(d) <= dearest || h.dearest.CompareAndSwap(dearest, int64(min(d, maxEven))) {
			return
		}
	}
}

// even waits until a wrong password has taken as long as the dearest foreign hash
// has so far. Who watches the clock would otherwise find out who was brought in
// with one that costs more than ours, and so that they are here at all.
func (h *Hasher) even(ctx context.Context, begun time.Time) {
	left := time.Duration(h.dearest.Load()) - time.Since(begun)
	if left <= 0 {
		return
	}
	select {
	case <-time.After(left):
	case <-ctx.Done():
	}
}

// plainBase64 reads Base64 with the letters of RFC 4648 or with the "." that
// passlib and OpenLDAP have for "+", padded or not.
func plainBase64(s, name string, low, high int) ([]byte, error) {
	return octets(strings.ReplaceAll(strings.TrimRight(s, "="), ".", "+"), name, low, high)
}

// argon2i is a hash of the variant that withstands GPUs less.
type argon2i phc

func (h argon2i) String() string { return phc(h).String() }

func (h argon2i) memory() uint32 { return h.Memory }

func (h argon2i) matches(pw string) bool {
	return equal(argon2.Key([]byte(pw), h.salt, h.Time, h.Memory, h.Lanes, uint32(len(h.hash))), h.hash) //nolint:gosec // at most maxHash
}
