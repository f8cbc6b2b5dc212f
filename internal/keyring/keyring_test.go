package keyring

import (
	"bytes"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	tenantA iam.TenantID = "01890000-0000-7000-8000-00000000000a"
	tenantB iam.TenantID = "01890000-0000-7000-8000-00000000000b"
)

// memory is a Store in memory that counts how often it is read.
type memory struct {
	mu    sync.Mutex
	rows  map[iam.TenantID][]Key
	reads int
	err   error // answered by all methods when set
}

func newMemory() *memory { return &memory{rows: make(map[iam.TenantID][]Key)} }

func (m *memory) Keys(_ context.Context, t iam.TenantID) ([]Key, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	return slices.Clone(m.rows[t]), m.err
}

func (m *memory) AddKey(_ context.Context, t iam.TenantID, k Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return m.err
	}
	if m.find(t, k) != nil {
		return iam.ErrExists("key", k.ID)
	}
	m.rows[t] = append(m.rows[t], k)
	return nil
}

func (m *memory) ReplaceKeys(_ context.Context, t iam.TenantID, ks []Key) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range ks {
		row := m.find(t, k)
		if row == nil {
			return iam.ErrNotFound("key", k.ID)
		}
		row.Wrapped = k.Wrapped
	}
	return m.err
}

func (m *memory) find(t iam.TenantID, k Key) *Key {
	for i, row := range m.rows[t] {
		if row.Purpose == k.Purpose && row.ID == k.ID {
			return &m.rows[t][i]
		}
	}
	return nil
}

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) env() iam.Env { return iam.Env{Now: c.Now, Rand: rand.Reader} }

func master(t *testing.T, digit string) Master {
	t.Helper()
	m, err := ParseMaster(strings.Repeat(digit, 64))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// must answers the value of a call that is not to fail.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestMAC(t *testing.T) {
	ctx := t.Context()
	k := New(master(t, "1"), newMemory(), newClock().env())
	id, mac, err := k.MAC(ctx, tenantA, PurposeToken, []byte("secret"))
	if err != nil || id != "1" || len(mac) != 32 {
		t.Fatalf("MAC = %q, %d bytes, %v; want key 1, 32 bytes", id, len(mac), err)
	}
	for _, tt := range []struct {
		name    string
		tenant  iam.TenantID
		purpose Purpose
		id      string
		data    string
		mac     []byte
		want    bool
	}{
		{"the same", tenantA, PurposeToken, "1", "secret", mac, true},
		{"other data", tenantA, PurposeToken, "1", "Secret", mac, false},
		{"cut mac", tenantA, PurposeToken, "1", "secret", mac[:16], false},
		{"no mac", tenantA, PurposeToken, "1", "secret", nil, false},
		{"unknown key", tenantA, PurposeToken, "2", "secret", mac, false},
		{"other spelling of the key", tenantA, PurposeToken, "01", "secret", mac, false},
		{"other purpose", tenantA, PurposeSession, "1", "secret", mac, false},
		{"other tenant", tenantB, PurposeToken, "1", "secret", mac, false},
	} {
		got, err := k.VerifyMAC(ctx, tt.tenant, tt.purpose, tt.id, []byte(tt.data), tt.mac)
		if err != nil || got != tt.want {
			t.Errorf("%s: VerifyMAC = %v, %v; want %v", tt.name, got, err, tt.want)
		}
	}
	// The other tenant has a key 1 of its own.
	must(k.Rotate(ctx, tenantB, PurposeToken))
	if ok, err := k.VerifyMAC(ctx, tenantB, PurposeToken, "1", []byte("secret"), mac); ok || err != nil {
		t.Errorf("tenant B verifies a MAC of tenant A: %v, %v", ok, err)
	}
}

func TestRotate(t *testing.T) {
	ctx := t.Context()
	time := newClock()
	store := newMemory()
	one, two := New(master(t, "1"), store, time.env()), New(master(t, "1"), store, time.env())

	id1, key1, err := one.Signing(ctx, tenantA, PurposeSession)
	if err != nil || id1 != "1" {
		t.Fatalf("Signing = %q, %v", id1, err)
	}
	if got := must(two.Verifying(ctx, tenantA, PurposeSession, "1")); !bytes.Equal(got, key1) {
		t.Error("two nodes have different keys 1")
	}
	for want := range 11 { // past 9, where text sorts otherwise than numbers
		if id := must(one.Rotate(ctx, tenantA, PurposeSession)); id != formatID(uint64(want)+2) {
			t.Fatalf("Rotate = %q, want %d", id, want+2)
		}
	}
	id, key, err := one.Signing(ctx, tenantA, PurposeSession)
	if err != nil || id != "12" || bytes.Equal(key, key1) {
		t.Errorf("Signing after rotation = %q, %v, want key 12 and not the old one", id, err)
	}
	if got := must(one.Verifying(ctx, tenantA, PurposeSession, "1")); !bytes.Equal(got, key1) {
		t.Error("the old key is lost or changed")
	}
	if got, err := two.Verifying(ctx, tenantA, PurposeSession, "12"); err != nil || !bytes.Equal(got, key) {
		t.Errorf("another node does not know the new key at once: %v", err)
	}

	// A node that has no reason to read the store follows in time.
	must(one.Rotate(ctx, tenantA, PurposeSession))
	if id, _, _ := two.Signing(ctx, tenantA, PurposeSession); id != "12" {
		t.Errorf("before refreshAfter the other node signs with %q, want 12", id)
	}
	time.add(refreshAfter)
	if id, _, _ := two.Signing(ctx, tenantA, PurposeSession); id != "13" {
		t.Errorf("after refreshAfter the other node signs with %q, want 13", id)
	}
	if id, _, _ := two.Signing(ctx, tenantA, PurposeToken); id != "1" {
		t.Errorf("rotation for one purpose changed another: %q", id)
	}
}

func TestFirstKeyIsMadeOnce(t *testing.T) {
	ctx := t.Context()
	store := newMemory()
	nodes := []*Keyring{New(master(t, "1"), store, newClock().env()), New(master(t, "1"), store, newClock().env())}
	var wg sync.WaitGroup
	macs := make([][]byte, 32)
	for i := range macs {
		wg.Go(func() {
			_, mac, err := nodes[i%len(nodes)].MAC(ctx, tenantA, PurposeToken, []byte("x"))
			if err != nil {
				t.Error(err)
			}
			macs[i] = mac
		})
	}
	wg.Wait()
	for _, mac := range macs {
		if !bytes.Equal(mac, macs[0]) {
			t.Fatal("two nodes that raced for the first key use different ones")
		}
	}
	if n := len(store.rows[tenantA]); n != 1 {
		t.Errorf("%d keys were made, want 1", n)
	}
}

func TestUnknownKeysDoNotReachTheStore(t *testing.T) {
	ctx := t.Context()
	time := newClock()
	store := newMemory()
	k := New(master(t, "1"), store, time.env())
	must(k.Rotate(ctx, tenantA, PurposeSession))
	store.reads = 0
	for range 100 {
		for _, id := range []string{"7", "8", "-1", "0", "01", "", "key", strings.Repeat("9", 40)} {
			if _, err := k.Verifying(ctx, tenantA, PurposeSession, id); !iam.Is(err, iam.NotFound) {
				t.Fatalf("Verifying(%q) = %v, want NotFound", id, err)
			}
		}
	}
	if store.reads != 1 {
		t.Errorf("made-up ids read the store %d times, want once", store.reads)
	}
	// A key made by another node meanwhile is found when the pause is over.
	must(New(master(t, "1"), store, time.env()).Rotate(ctx, tenantA, PurposeSession))
	time.add(missPause)
	if _, err := k.Verifying(ctx, tenantA, PurposeSession, "2"); err != nil {
		t.Errorf("a new key of another node: %v", err)
	}
}

func TestStoreErrorsPassThrough(t *testing.T) {
	ctx := t.Context()
	store := newMemory()
	time := newClock()
	k := New(master(t, "1"), store, time.env())
	id, mac, err := k.MAC(ctx, tenantA, PurposeToken, nil)
	if err != nil {
		t.Fatal(err)
	}
	store.err = iam.E(iam.Unavailable, "down")
	if _, _, err := k.MAC(ctx, tenantB, PurposeToken, nil); !iam.Is(err, iam.Unavailable) {
		t.Errorf("MAC without a store = %v, want Unavailable", err)
	}
	if _, err := k.VerifyMAC(ctx, tenantA, PurposeToken, "2", nil, nil); !iam.Is(err, iam.Unavailable) {
		t.Errorf("VerifyMAC of a new key without a store = %v, want Unavailable and not a refusal", err)
	}
	time.add(24 * 60 * refreshAfter)
	if ok, err := k.VerifyMAC(ctx, tenantA, PurposeToken, id, nil, mac); !ok || err != nil {
		t.Errorf("a known key does not outlive the store: %v, %v", ok, err)
	}
}

func TestGivesUpWaiting(t *testing.T) {
	k := New(master(t, "1"), newMemory(), newClock().env())
	must(0, k.ring(tenantA).acquire(t.Context())) // somebody reads and does not come back
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := k.Signing(ctx, tenantA, PurposeSession); !iam.Is(err, iam.Unavailable) {
		t.Errorf("Signing = %v, want Unavailable", err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	k := New(master(t, "1"), newMemory(), newClock().env())
	for i := range maxRings + 10 {
		k.ring(iam.TenantID(formatID(uint64(i))))
	}
	if n := len(k.rings); n != maxRings {
		t.Errorf("%d tenants are held, want %d", n, maxRings)
	}
}

func BenchmarkVerifyMAC(b *testing.B) {
	k := New(Master{}, newMemory(), newClock().env())
	data := []byte("0123456789012345678901234567890123456789")
	id, mac, err := k.MAC(b.Context(), tenantA, PurposeToken, data)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if ok, _ := k.VerifyMAC(b.Context(), tenantA, PurposeToken, id, data, mac); !ok {
			b.Fatal("refused")
		}
	}
}
