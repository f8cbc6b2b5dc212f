package authn

import (
	"crypto/rand"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

var keyForm = regexp.MustCompile(`^ncp_iam_[A-Za-z0-9]{40}$`)

func TestKeyID(t *testing.T) {
	for _, tenant := range []iam.TenantID{"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
		"0197f1b2-0000-7000-8000-00000000abcd"} {
		id := newKeyID(tenant, rand.Reader)
		if !keyForm.MatchString(string(id)) {
			t.Errorf("%q has not the form", id)
		}
		if got, ok := tenantOfKey(id); !ok || got != tenant {
			t.Errorf("%s names %q, %v, want %s", id, got, ok, tenant)
		}
		if again := newKeyID(tenant, rand.Reader); again == id {
			t.Errorf("two keys have the id %s", id)
		}
	}
	for _, id := range []string{"", "ncp_iam_", "ncp_iam_" + strings.Repeat("9", 40), "NCP_IAM_" + strings.Repeat("A", 40),
		"ncp_iam_" + strings.Repeat("A", 39), "ncp_iam_" + strings.Repeat("A", 41), "ncp_iam_" + strings.Repeat("A", 39) + "-"} {
		if tenant, ok := tenantOfKey(iam.AccessKeyID(id)); ok {
			t.Errorf("%q names %s", id, tenant)
		}
	}
}

// FuzzKeyID: an id names one tenant, in one way.
func FuzzKeyID(f *testing.F) {
	f.Add("ncp_iam_" + strings.Repeat("A", 40))
	f.Add("ncp_iam_7n42DGM5Tflk9n8mt7Fhc7" + strings.Repeat("a", 18)) // near 2^128
	f.Add("ncp_iam_" + strings.Repeat("9", 40))
	f.Fuzz(func(t *testing.T, id string) {
		tenant, ok := tenantOfKey(iam.AccessKeyID(id))
		if !ok {
			return
		}
		if !iam.ValidID(string(tenant)) || !keyForm.MatchString(id) {
			t.Fatalf("%q names %q", id, tenant)
		}
		named := len(keyPrefix) + tenantDigits
		if again := newKeyID(tenant, rand.Reader); string(again[:named]) != id[:named] {
			t.Fatalf("%q names %s, which is %q", id, tenant, again)
		}
	})
}

func TestLetters(t *testing.T) {
	seen := map[rune]int{}
	for range 1000 {
		text := letters(rand.Reader, 40)
		if len(text) != 40 || strings.Trim(text, alphanumeric) != "" {
			t.Fatalf("made %q", text)
		}
		for _, r := range text {
			seen[r]++
		}
	}
	// 645 of each are expected; six standard deviations are 151.
	for _, r := range alphanumeric {
		if n := seen[r]; n < 645-151 || n > 645+151 {
			t.Errorf("%q came %d times of 40000", r, n)
		}
	}
}

func TestWithin(t *testing.T) {
	some := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("192.0.2.7/32")}
	for _, tt := range []struct {
		networks []netip.Prefix
		address  string
		want     bool
	}{
		{nil, "192.0.2.1", true},
		{nil, "@", true},
		{some, "10.255.0.1", true},
		{some, "::ffff:10.0.0.1", true},
		{some, "2001:db8:ffff::1%eth0", true},
		{some, "192.0.2.7", true},
		{some, "192.0.2.8", false},
		{some, "11.0.0.1", false},
		{some, "2001:db9::1", false},
		{some, "@", false},
		{some, "", false},
		{some, "10.0.0.1:80", false},
		{some, "10.0.0.1, 192.0.2.9", false},
	} {
		if got := within(tt.networks, tt.address); got != tt.want {
			t.Errorf("%q in %v: %v", tt.address, tt.networks, got)
		}
	}
}
