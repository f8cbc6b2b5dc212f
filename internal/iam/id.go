package iam

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"
	"time"
)

// Identifiers are UUIDv7 (RFC 9562 section 5.7) in their canonical text form.
// Each kind has its own type, so that the compiler refuses a group's id where
// a user's is meant.
type (
	TenantID    string
	NamespaceID string
	UserID      string
	GroupID     string
	RoleID      string
	APIGroupID  string
	BindingID   string
	SessionID   string
	EventID     string
	RegionID    string
	ZoneID      string
	JobID       string
	ChallengeID string
	FactorID    string
	MailID      string
	ObjectID    string
	TicketID    string
	CommentID   string
	ProviderID  string

	NamespaceGroupID string
)

// AccessKeyID is the public half of an access key, "ncp_iam_" and 40 letters
// and digits, in which the tenant is named.
type AccessKeyID string

// TokenID is the middle part of an API token, gh_<tenant>_<id>_<secret>. It is
// chosen by Gatehouse or by whoever brings their own token, and is unique in
// its tenant.
type TokenID string

// Env is the world as the core sees it: the clock and the source of
// randomness are injected, so that tests can hold both still.
type Env struct {
	Now  func() time.Time
	Rand io.Reader
}

// Time answers the present with the precision that storage keeps:
// microseconds, UTC.
func (e Env) Time() time.Time { return e.Now().UTC().Truncate(time.Microsecond) }

// NewID makes a UUIDv7 from the clock and the source of randomness.
// A source that fails is a broken machine, and panics like crypto/rand does.
func (e Env) NewID() string {
	var b [16]byte
	if _, err := io.ReadFull(e.Rand, b[6:]); err != nil {
		panic("iam: source of randomness failed: " + err.Error())
	}
	binary.BigEndian.PutUint64(b[:8], uint64(e.Now().UnixMilli())<<16|uint64(b[6])<<8|uint64(b[7]))
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	return formatUUID(b)
}

// Secret makes n random bytes as lower-case hexadecimal digits.
func (e Env) Secret(n int) string {
	b := make([]byte, n)
	if _, err := io.ReadFull(e.Rand, b); err != nil {
		panic("iam: source of randomness failed: " + err.Error())
	}
	return hex.EncodeToString(b)
}

func formatUUID(b [16]byte) string {
	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	s[8] = '-'
	hex.Encode(s[9:13], b[4:6])
	s[13] = '-'
	hex.Encode(s[14:18], b[6:8])
	s[18] = '-'
	hex.Encode(s[19:23], b[8:10])
	s[23] = '-'
	hex.Encode(s[24:36], b[10:16])
	return string(s[:])
}

// ValidID reports whether s is a UUID in canonical lower-case form. What comes
// from outside is checked with it before it reaches storage.
func ValidID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f':
		default:
			return false
		}
	}
	return true
}

// Short is the form of an id for dialects whose clients expect 24 hexadecimal
// digits (a Mongo ObjectID): the 48 bits of time and the last 48 of the random
// bits of the UUIDv7. It is stable for the life of the object, and is found
// again through the primary key, see ShortRange.
func Short[T ~string](id T) string {
	if !ValidID(string(id)) {
		return ""
	}
	return string(id[0:8] + id[9:13] + id[24:36])
}

// ShortRange answers the lowest and the highest UUIDv7 whose Short form is s.
// What lies between them in the index was made in the same millisecond; the
// caller compares Short. ok is false when s is not 24 lower-case hexadecimal
// digits.
func ShortRange(s string) (low, high string, ok bool) {
	if len(s) != 24 || strings.Trim(s, "0123456789abcdef") != "" {
		return "", "", false
	}
	head := s[0:8] + "-" + s[8:12]
	return head + "-7000-8000-" + s[12:], head + "-7fff-bfff-" + s[12:], true
}
