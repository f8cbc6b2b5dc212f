package keyring

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestSeal(t *testing.T) {
	ctx := t.Context()
	k := New(master(t, "1"), newMemory(), newClock().env())
	rapid.Check(t, func(t *rapid.T) {
		plaintext := rapid.SliceOf(rapid.Byte()).Draw(t, "plaintext")
		what := rapid.String().Draw(t, "what")
		sealed := must(k.Seal(ctx, tenantA, plaintext, what))
		if len(plaintext) > 3 && bytes.Contains(sealed, plaintext) {
			t.Fatal("the sealed text shows the secret")
		}
		if got, err := k.Open(ctx, tenantA, sealed, what); err != nil || !bytes.Equal(got, plaintext) {
			t.Fatalf("Open = %x, %v; want %x", got, err, plaintext)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	ctx := t.Context()
	k := New(master(t, "1"), newMemory(), newClock().env())
	must(k.Seal(ctx, tenantB, nil, "")) // tenant B has a key 1 too
	sealed := must(k.Seal(ctx, tenantA, []byte("seed"), "totp:u1"))
	if _, err := k.Open(ctx, tenantB, sealed, "totp:u1"); !iam.Is(err, iam.Internal) || err == nil {
		t.Errorf("another tenant opens it: %v", err)
	}
	if _, err := k.Open(ctx, tenantA, sealed, "totp:u2"); err == nil {
		t.Error("it opens in another place")
	}
	for i := range sealed {
		damaged := bytes.Clone(sealed)
		damaged[i] ^= 1
		if _, err := k.Open(ctx, tenantA, damaged, "totp:u1"); err == nil {
			t.Errorf("it opens with byte %d changed", i)
		}
		if _, err := k.Open(ctx, tenantA, sealed[:i], "totp:u1"); err == nil {
			t.Errorf("it opens when cut to %d bytes", i)
		}
	}
	must(k.Rotate(ctx, tenantA, PurposeSecret))
	if got, err := k.Open(ctx, tenantA, sealed, "totp:u1"); err != nil || string(got) != "seed" {
		t.Errorf("after rotation Open = %q, %v", got, err)
	}
	if again := must(k.Seal(ctx, tenantA, []byte("seed"), "totp:u1")); again[2] != '2' {
		t.Errorf("after rotation it seals with key %c, want 2", again[2])
	}
}

func TestWrongMaster(t *testing.T) {
	ctx := t.Context()
	store := newMemory()
	right, wrong := master(t, "1"), master(t, "2")
	must(New(right, store, newClock().env()).Rotate(ctx, tenantA, PurposeToken))
	k := New(wrong, store, newClock().env())
	_, _, err := k.MAC(ctx, tenantA, PurposeToken, nil)
	if err == nil || !iam.Is(err, iam.Internal) {
		t.Fatalf("MAC = %v, want Internal", err)
	}
	for _, want := range []string{"wrong master key", right.Fingerprint(), wrong.Fingerprint()} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if _, err := k.Rotate(ctx, tenantA, PurposeToken); err == nil {
		t.Error("a node with the wrong master key made a key")
	}
}

func TestDamagedKey(t *testing.T) {
	ctx := t.Context()
	store := newMemory()
	m := master(t, "1")
	must(New(m, store, newClock().env()).Rotate(ctx, tenantA, PurposeToken))
	good := store.rows[tenantA][0]
	open := func(tenant iam.TenantID, row Key) error {
		store := newMemory()
		store.rows[tenant] = []Key{row}
		_, err := New(m, store, newClock().env()).Verifying(ctx, tenant, row.Purpose, row.ID)
		return err
	}
	if err := open(tenantA, good); err != nil {
		t.Fatal(err)
	}
	if open(tenantB, good) == nil {
		t.Error("a key opens in another tenant")
	}
	for i := range good.Wrapped {
		damaged := good
		damaged.Wrapped = bytes.Clone(good.Wrapped)
		damaged.Wrapped[i] ^= 1
		if err := open(tenantA, damaged); err == nil || !iam.Is(err, iam.Internal) {
			t.Errorf("byte %d changed: %v, want Internal", i, err)
		}
		damaged.Wrapped = good.Wrapped[:i]
		if err := open(tenantA, damaged); err == nil {
			t.Errorf("it opens when cut to %d bytes", i)
		}
	}
	moved := good
	moved.Purpose = PurposeSession
	if open(tenantA, moved) == nil {
		t.Error("a key opens for another purpose")
	}
	moved = good
	moved.ID = "2"
	if open(tenantA, moved) == nil {
		t.Error("a key opens under another id")
	}
	moved.ID = "one"
	k := New(m, &memory{rows: map[iam.TenantID][]Key{tenantA: {moved}}}, newClock().env())
	if _, _, err := k.Signing(ctx, tenantA, PurposeToken); err == nil {
		t.Error("an id that is no number passes")
	}
}

func TestRewrap(t *testing.T) {
	ctx := t.Context()
	store := newMemory()
	before, after := master(t, "1"), master(t, "2")
	k := New(before, store, newClock().env())
	sealed := must(k.Seal(ctx, tenantA, []byte("seed"), "x"))
	must(k.Rotate(ctx, tenantA, PurposeSession))
	if err := k.Rewrap(ctx, tenantA, after); err != nil {
		t.Fatal(err)
	}
	renewed := New(after, store, newClock().env())
	if got, err := renewed.Open(ctx, tenantA, sealed, "x"); err != nil || string(got) != "seed" {
		t.Errorf("under the new master key Open = %q, %v", got, err)
	}
	if _, err := New(before, store, newClock().env()).Open(ctx, tenantA, sealed, "x"); err == nil {
		t.Error("the old master key still opens")
	}
	// A run that was cut short is repeated: one key is under either.
	must(renewed.Rotate(ctx, tenantB, PurposeSession))
	must(0, renewed.Rewrap(ctx, tenantB, before))
	must(New(before, store, newClock().env()).Rotate(ctx, tenantB, PurposeToken))
	must(0, k.Rewrap(ctx, tenantB, after))
	if err := k.Rewrap(ctx, tenantB, after); err != nil {
		t.Errorf("Rewrap again = %v", err)
	}
	if _, err := renewed.Verifying(ctx, tenantB, PurposeToken, "1"); err != nil {
		t.Error(err)
	}
	if err := renewed.Rewrap(ctx, tenantB, after); err != nil {
		t.Errorf("Rewrap with nothing to do = %v", err)
	}
	if err := New(master(t, "3"), store, newClock().env()).Rewrap(ctx, tenantA, before); err == nil {
		t.Error("Rewrap from a master key that never was passes")
	}
}
