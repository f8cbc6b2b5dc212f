package password

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/scrypt"
)

// Bounds of scrypt. The memory that it goes over, p times, is at most maxMemory.
const maxLogN, maxBlock, maxParallel = 20, 32, 16

// scryptHash is a hash of scrypt (RFC 7914):
//
//	$scrypt$ln=<log2 N>,r=<block size>,p=<parallelization>$<salt>$<hash>
type scryptHash struct {
	logN, r, p uint32
	salt, key  []byte
}

func readScrypt(text string) (foreign, error) {
	parts := strings.Split(text, "$")
	if len(parts) != 5 {
		return nil, errors.New("scrypt does not have four parts")
	}
	costs := strings.Split(parts[2], ",")
	if len(costs) != 3 {
		return nil, errors.New("parameters are not ln, r and p")
	}
	var h scryptHash
	var err error
	for i, c := range []struct {
		name string
		high uint32
		to   *uint32
	}{{"ln", maxLogN, &h.logN}, {"r", maxBlock, &h.r}, {"p", maxParallel, &h.p}} {
		if *c.to, err = number(costs[i], c.name+"=", c.name, 1, c.high); err != nil {
			return nil, err
		}
	}
	if h.memory()*h.p > maxMemory {
		return nil, fmt.Errorf("scrypt goes over more than %d KiB of memory", maxMemory)
	}
	if h.salt, err = plainBase64(parts[3], "salt", 1, maxHash); err != nil {
		return nil, err
	}
	if h.key, err = plainBase64(parts[4], "hash", minHash, maxHash); err != nil {
		return nil, err
	}
	return h, nil
}

func (h scryptHash) String() string {
	return fmt.Sprintf("$scrypt$ln=%d,r=%d,p=%d$%s$%s", h.logN, h.r, h.p, encoding.EncodeToString(h.salt), encoding.EncodeToString(h.key))
}

// memory is 128*N*r bytes for the table, and 128*r*p for what goes through it.
func (h scryptHash) memory() uint32 { return (h.r<<h.logN + h.r*h.p + 7) / 8 }

func (h scryptHash) matches(pw string) bool {
	got, err := scrypt.Key([]byte(pw), h.salt, 1<<h.logN, int(h.r), int(h.p), len(h.key))
	return err == nil && equal(got, h.key)
}
