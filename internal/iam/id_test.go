package iam_test

import (
	"bytes"
	"crypto/rand"
	"regexp"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// uuid7 is the form of RFC 9562 section 5.7: version 7, variant 10.
var uuid7 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// at is an Env whose clock stands still.
func at(t time.Time) iam.Env {
	return iam.Env{Now: func() time.Time { return t }, Rand: rand.Reader}
}

func TestNewID(t *testing.T) {
	now := time.Date(2026, 2, 3, 4, 5, 6, 789_123_456, time.UTC)
	seen := map[string]bool{}
	for range 10_000 {
		id := at(now).NewID()
		if !uuid7.MatchString(id) || !iam.ValidID(id) {
			t.Fatalf("%q is no UUIDv7", id)
		}
		if seen[id] {
			t.Fatalf("%q was made twice in one millisecond", id)
		}
		seen[id] = true
	}
	// 2026-02-03T04:05:06.789Z is 1770091506789 ms: 0x019c21acec65.
	if id := at(now).NewID(); id[:14] != "019c21ac-ec65-" {
		t.Errorf("%q does not begin with the time", id)
	}
}

func TestIDsSortByTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, 1<<47).Draw(t, "ms")
		later := ms + rapid.Int64Range(1, 1<<40).Draw(t, "later")
		a, b := at(time.UnixMilli(ms)).NewID(), at(time.UnixMilli(later)).NewID()
		if a >= b {
			t.Fatalf("%q of %d is not before %q of %d", a, ms, b, later)
		}
	})
}

func TestNewIDWithoutRandomnessPanics(t *testing.T) {
	for name, use := range map[string]func(iam.Env){
		"NewID":  func(e iam.Env) { e.NewID() },
		"Secret": func(e iam.Env) { e.Secret(16) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic, and so a guessable id")
				}
			}()
			use(iam.Env{Now: time.Now, Rand: bytes.NewReader([]byte("short"))})
		})
	}
}

func TestSecret(t *testing.T) {
	env := at(time.Unix(0, 0))
	a, b := env.Secret(32), env.Secret(32)
	if len(a) != 64 || a == b {
		t.Errorf("Secret(32) = %q and %q, want 64 digits, never the same", a, b)
	}
}

func TestTimeHasThePrecisionOfStorage(t *testing.T) {
	seoul := time.FixedZone("KST", 9*3600)
	got := at(time.Date(2026, 1, 1, 9, 0, 0, 1_999_999, seoul)).Time()
	if want := time.Date(2026, 1, 1, 0, 0, 0, 1_999_000, time.UTC); got != want {
		t.Errorf("Time() = %v, want %v", got, want)
	}
}

func TestValidID(t *testing.T) {
	good := at(time.Now()).NewID()
	for _, tt := range []struct {
		name, id string
		want     bool
	}{
		{"made here", good, true},
		{"empty", "", false},
		{"upper case", "019C21EB-E465-7000-8000-000000000000", false},
		{"braces", "{" + good[1:35] + "}", false},
		{"no hyphens", "019c21ebe4657000800000000000000000ab", false},
		{"hyphen elsewhere", "019c21e-be465-7000-8000-000000000000", false},
		{"short", good[:35], false},
		{"long", good + "0", false},
		{"NUL", good[:35] + "\x00", false},
		{"quote", good[:35] + "'", false},
	} {
		if got := iam.ValidID(tt.id); got != tt.want {
			t.Errorf("%s: ValidID(%q) = %v", tt.name, tt.id, got)
		}
	}
}

// TestShort checks that the short form of an id finds it again: the id lies
// within ShortRange, and nothing of another short form does but by chance of
// the same millisecond.
func TestShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		env := at(time.UnixMilli(rapid.Int64Range(0, 1<<47).Draw(t, "ms")))
		id := iam.UserID(env.NewID())
		short := iam.Short(id)
		low, high, ok := iam.ShortRange(short)
		if !ok || len(short) != 24 {
			t.Fatalf("Short(%q) = %q is no short form", id, short)
		}
		if !(low <= string(id) && string(id) <= high) {
			t.Fatalf("%q is not between %q and %q", id, low, high)
		}
		if iam.Short(low) != short || iam.Short(high) != short {
			t.Fatalf("the ends %q and %q are not of short form %q", low, high, short)
		}
		earlier, later := at(env.Now().Add(-time.Millisecond)).NewID(), at(env.Now().Add(time.Millisecond)).NewID()
		if low <= earlier && earlier <= high || low <= later && later <= high {
			t.Fatalf("the range of %q reaches into another millisecond", short)
		}
	})
}

func TestShortOfWhatIsNone(t *testing.T) {
	if got := iam.Short(iam.UserID("admin")); got != "" {
		t.Errorf("Short of no id = %q", got)
	}
	for _, s := range []string{"", "admin", "019C21EBE465000000000000", "019c21ebe46500000000000g",
		"019c21ebe46500000000000", "019c21ebe4650000000000000", "019c21ebe465-00000000000", "019c21ebe465'; DROP TABL"} {
		if _, _, ok := iam.ShortRange(s); ok {
			t.Errorf("ShortRange(%q) is ok", s)
		}
	}
}

func TestEventNamesTheHomeOfWhoComesFromAbove(t *testing.T) {
	env := at(time.Unix(1, 0))
	by := iam.Actor{Tenant: "t1", Home: "t1", User: "u1", Username: "ann", Method: iam.MethodToken, Address: "192.0.2.1", RequestID: "r1"}
	e := env.Event(by, "user", "create", "u2", "bob")
	if e.Action != "user.create" || e.Object != "user" || e.ObjectID != "u2" || e.Name != "bob" || e.ActorID != "u1" ||
		e.ActorName != "ann" || e.Method != iam.MethodToken || e.Address != "192.0.2.1" || e.RequestID != "r1" || !e.At.Equal(time.Unix(1, 0)) {
		t.Errorf("event does not tell who did what: %+v", e)
	}
	if e.Details != nil {
		t.Errorf("details of somebody at home = %v", e.Details)
	}
	by.Tenant = "t2"
	if e := env.Event(by, "user", "create", "u2", "bob"); e.Details["home_tenant"] != "t1" {
		t.Errorf("details of somebody from above = %v, want their home", e.Details)
	}
}
