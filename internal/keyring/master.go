package keyring

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// keySize is the length of every key, master and data, in bytes.
const keySize = 32

// Master is the key that wraps all others. However it is printed, logged or
// encoded, only its fingerprint shows.
type Master struct{ key [keySize]byte }

// ParseMaster reads a master key of 64 hexadecimal digits.
func ParseMaster(digits string) (Master, error) {
	var m Master
	// Neither message tells what was found instead: it may be most of a key.
	if len(digits) != 2*keySize {
		return Master{}, iam.E(iam.Invalid, "a master key must have %d hexadecimal digits, not %d characters", 2*keySize, len(digits))
	}
	if _, err := hex.Decode(m.key[:], []byte(digits)); err != nil {
		return Master{}, iam.E(iam.Invalid, "a master key must have nothing but hexadecimal digits")
	}
	return m, nil
}

// LoadMaster reads the master key from a file that holds it as 64 hexadecimal
// digits, with or without a newline. It answers NotFound when there is no such
// file, and refuses a file that anybody but its owner may read or write.
func LoadMaster(path string) (Master, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Master{}, &iam.Error{Kind: iam.NotFound, Message: fmt.Sprintf("there is no master key at %s", path), Object: path, Err: err}
	}
	if err != nil {
		return Master{}, &iam.Error{Kind: iam.Unavailable, Message: "cannot open the master key", Err: err}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Master{}, &iam.Error{Kind: iam.Unavailable, Message: "cannot examine the master key", Err: err}
	}
	if !info.Mode().IsRegular() {
		return Master{}, iam.E(iam.Invalid, "the master key %s is not a regular file", path)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return Master{}, iam.E(iam.Invalid, "the master key %s has mode %#o, so that others than its owner can get at it: run chmod 600 %s", path, mode, path)
	}
	// A little more than a key, so that too long a file is noticed.
	text, err := io.ReadAll(io.LimitReader(f, 4*keySize))
	if err != nil {
		return Master{}, &iam.Error{Kind: iam.Unavailable, Message: "cannot read the master key", Err: err}
	}
	m, err := ParseMaster(strings.TrimRight(string(text), "\r\n"))
	if err != nil {
		return Master{}, &iam.Error{Kind: iam.Invalid, Message: fmt.Sprintf("the file %s holds no master key", path), Err: err}
	}
	return m, nil
}

// CreateMaster makes a new master key and keeps it in a file that only its
// owner can read. When it returns, the key survives a loss of power. It
// answers Exists, and changes nothing, when there is such a file.
//
// The file appears whole or not at all, so that a node killed in between, or
// two that start at once, leave no half of a key.
func CreateMaster(path string, env iam.Env) (Master, error) {
	var m Master
	if _, err := io.ReadFull(env.Rand, m.key[:]); err != nil {
		return Master{}, &iam.Error{Kind: iam.Internal, Message: "cannot make a master key", Err: err}
	}
	return m, SaveMaster(path, m)
}

// SaveMaster writes a master key to a new file, as CreateMaster does. Exists:
// there is a file.
func SaveMaster(path string, m Master) error {
	err := writeOnce(path, m.Reveal()+"\n")
	if errors.Is(err, fs.ErrExist) {
		return iam.ErrExists("master key", path)
	}
	if err != nil {
		return &iam.Error{Kind: iam.Unavailable, Message: "cannot keep the master key", Err: err}
	}
	return nil
}

// Reveal answers the key itself, as 64 hexadecimal digits. It is for the key's
// own file and for backups, and for nothing that people read.
func (m Master) Reveal() string { return hex.EncodeToString(m.key[:]) }

// writeOnce makes a file of mode 0600, on disk when it returns; the error is
// fs.ErrExist when there is one.
func writeOnce(path, text string) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, "."+filepath.Base(path)+"-*") // mode 0600, O_EXCL
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	// Unlike a rename, a link never replaces.
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// fingerprintSize is the length of a fingerprint, in bytes.
const fingerprintSize = 8

func (m Master) fingerprint() [fingerprintSize]byte {
	sum := sha256.Sum256(append([]byte("gatehouse master key fingerprint\x00"), m.key[:]...))
	return [fingerprintSize]byte(sum[:])
}

// Fingerprint tells one master key from another and tells nothing else of it:
// 16 hexadecimal digits. A node that was started with the wrong key notices.
func (m Master) Fingerprint() string {
	f := m.fingerprint()
	return hex.EncodeToString(f[:])
}

// String shows the fingerprint.
func (m Master) String() string { return "master key " + m.Fingerprint() }

// Format prints what String answers, for every verb.
func (m Master) Format(s fmt.State, _ rune) { io.WriteString(s, m.String()) }

// MarshalText answers what String answers.
func (m Master) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// LogValue answers what String answers.
func (m Master) LogValue() slog.Value { return slog.StringValue(m.String()) }
