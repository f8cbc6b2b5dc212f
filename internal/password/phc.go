package password

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Params is what an argon2id hash costs.
type Params struct {
	Memory uint32 // KiB
	Time   uint32 // passes over the memory
	Lanes  uint8  // degree of parallelism
}

// DefaultParams takes about 20 ms and 19 MiB: the first choice of the OWASP
// Password Storage Cheat Sheet for argon2id with little memory.
func DefaultParams() Params { return Params{Memory: 19 * 1024, Time: 2, Lanes: 1} }

// Sizes of new hashes, in bytes (RFC 9106 sections 3.1 and 4).
const (
	saltSize = 16
	hashSize = 32
)

// Bounds of what is verified: a hash beyond them is taken for an attempt to
// exhaust the machine. Those of salt and hash are the PHC string format's for
// argon2, save that a hash of less than 16 bytes is refused.
const (
	maxMemory        = 1 << 20 // KiB, which is 1 GiB
	maxTime          = 64
	maxLanes         = 64
	minSalt, maxSalt = 8, 48
	minHash, maxHash = 16, 64
)

// phc is a hash in the PHC string format:
//
//	$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>
type phc struct {
	Params
	variant    string // argon2id, or argon2i of a foreign hash
	salt, hash []byte
}

// base64 without padding, and without the loose bits that would let two texts
// mean the same.
var encoding = base64.RawStdEncoding.Strict()

func (h phc) String() string {
	return fmt.Sprintf("$%s$v=%d$m=%d,t=%d,p=%d$%s$%s", h.variant, argon2.Version, h.Memory, h.Time, h.Lanes,
		encoding.EncodeToString(h.salt), encoding.EncodeToString(h.hash))
}

// parsePHC reads exactly what String writes, within the bounds. Its errors
// name the part that is wrong and quote nothing.
func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" {
		return phc{}, errors.New("not a PHC string of five parts")
	}
	if parts[1] != "argon2id" && parts[1] != "argon2i" {
		return phc{}, errors.New("algorithm is not argon2id or argon2i")
	}
	if parts[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, errors.New("version is not 19")
	}
	params := strings.Split(parts[3], ",")
	if len(params) != 3 {
		return phc{}, errors.New("parameters are not m, t and p")
	}
	lanes, err := number(params[2], "p=", "p", 1, maxLanes)
	if err != nil {
		return phc{}, err
	}
	time, err := number(params[1], "t=", "t", 1, maxTime)
	if err != nil {
		return phc{}, err
	}
	memory, err := number(params[0], "m=", "m", 8*lanes, maxMemory) // 8 per lane: RFC 9106 section 3.1
	if err != nil {
		return phc{}, err
	}
	salt, err := octets(parts[4], "salt", minSalt, maxSalt)
	if err != nil {
		return phc{}, err
	}
	hash, err := octets(parts[5], "hash", minHash, maxHash)
	if err != nil {
		return phc{}, err
	}
	return phc{Params{Memory: memory, Time: time, Lanes: uint8(lanes)}, parts[1], salt, hash}, nil //nolint:gosec // at most maxLanes
}

// number reads a parameter behind a prefix, in its one decimal form.
func number(s, prefix, name string, low, high uint32) (uint32, error) {
	digits, ok := strings.CutPrefix(s, prefix)
	n, err := strconv.ParseUint(digits, 10, 32)
	if !ok || err != nil || strconv.FormatUint(n, 10) != digits {
		return 0, fmt.Errorf("parameter %s is not a number", name)
	}
	if n < uint64(low) || n > uint64(high) {
		return 0, fmt.Errorf("parameter %s is not between %d and %d", name, low, high)
	}
	return uint32(n), nil
}

func octets(s, name string, low, high int) ([]byte, error) {
	if n := encoding.DecodedLen(len(s)); n < low || n > high {
		return nil, fmt.Errorf("%s does not have between %d and %d bytes", name, low, high)
	}
	// The decoder skips line breaks.
	b, err := encoding.DecodeString(s)
	if err != nil || encoding.EncodeToString(b) != s {
		return nil, fmt.Errorf("%s is not Base64", name)
	}
	return b, nil
}
