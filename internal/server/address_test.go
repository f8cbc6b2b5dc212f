package server

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// proxies are the trusted ones of these tests.
var proxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}

func from(peer string, forwarded ...string) *http.Request {
	r := &http.Request{RemoteAddr: peer, Header: http.Header{}}
	for _, f := range forwarded {
		r.Header.Add("X-Forwarded-For", f)
	}
	return r
}

func TestClientAddress(t *testing.T) {
	for _, tt := range []struct {
		name string
		r    *http.Request
		want string
	}{
		{"peer", from("192.0.2.1:1234"), "192.0.2.1"},
		{"peer of IPv6", from("[2001:db8::1]:1234"), "2001:db8::1"},
		{"peer of IPv4 in IPv6", from("[::ffff:192.0.2.1]:1234"), "192.0.2.1"},
		{"no TCP", from("@"), "@"},
		{"stranger who claims", from("192.0.2.1:1", "198.51.100.7"), "192.0.2.1"},
		{"stranger who claims to be a proxy", from("192.0.2.1:1", "10.0.0.1"), "192.0.2.1"},
		{"one proxy", from("10.0.0.1:1", "198.51.100.7"), "198.51.100.7"},
		{"one proxy, IPv4 in IPv6", from("[::ffff:10.0.0.1]:1", "::ffff:198.51.100.7"), "198.51.100.7"},
		{"two proxies", from("10.0.0.1:1", "198.51.100.7, 10.0.0.2"), "198.51.100.7"},
		{"a line each", from("10.0.0.1:1", "198.51.100.7", "10.0.0.2"), "198.51.100.7"},
		{"client who wrote before the proxy", from("10.0.0.1:1", "127.0.0.1, 203.0.113.9, 198.51.100.7"), "198.51.100.7"},
		{"client who wrote a line before", from("10.0.0.1:1", "127.0.0.1", "198.51.100.7"), "198.51.100.7"},
		{"client who pretends to be a proxy", from("10.0.0.1:1", "10.9.9.9, 198.51.100.7"), "198.51.100.7"},
		{"client in the trusted network", from("10.0.0.1:1", "10.9.9.9"), "10.9.9.9"},
		{"garbage", from("10.0.0.1:1", "198.51.100.7, unknown"), "10.0.0.1"},
		{"garbage behind a proxy", from("10.0.0.1:1", "198.51.100.7, _hidden, 10.0.0.2"), "10.0.0.2"},
		{"an empty entry", from("10.0.0.1:1", "198.51.100.7, "), "10.0.0.1"},
		{"an empty line", from("10.0.0.1:1", ""), "10.0.0.1"},
		{"a port", from("10.0.0.1:1", "198.51.100.7:4321"), "198.51.100.7"},
		{"a port of IPv6", from("10.0.0.1:1", "[2001:db8::9]:4321"), "2001:db8::9"},
		{"brackets", from("10.0.0.1:1", "[2001:db8::9]"), "2001:db8::9"},
		{"a zone", from("10.0.0.1:1", "fe80::1%eth0"), "fe80::1"},
		{"proxy of IPv6", from("[2001:db8:1::5]:1", "198.51.100.7"), "198.51.100.7"},
	} {
		if got := clientAddress(tt.r, proxies); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if got, want := clientAddress(tt.r, nil), clientAddress(from(tt.r.RemoteAddr), proxies); got != want {
			t.Errorf("%s: with no trusted proxy %q, want the peer %q", tt.name, got, want)
		}
	}
}

// TestOtherHeaders: an address comes from X-Forwarded-For or from nowhere.
func TestOtherHeaders(t *testing.T) {
	for _, header := range []string{"Forwarded", "X-Real-Ip", "X-Client-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "X-Forwarded",
		"X-Originating-Ip", "X-Cluster-Client-Ip", "Via"} {
		for _, value := range []string{"198.51.100.7", "for=198.51.100.7", `for="198.51.100.7:80";by=10.0.0.1;proto=https`} {
			for _, peer := range []string{"10.0.0.1:1", "192.0.2.1:1"} {
				r := from(peer)
				want := clientAddress(r, proxies)
				r.Header.Set(header, value)
				if got := clientAddress(r, proxies); got != want {
					t.Errorf("%s: %s made %q of %q", header, value, got, want)
				}
			}
		}
	}
}

// FuzzForwarded: Forwarded changes nothing, beside X-Forwarded-For or without,
// however it is quoted.
func FuzzForwarded(f *testing.F) {
	f.Add("for=198.51.100.7", "203.0.113.9")
	f.Add(`for="[2001:db8::1]:4711";proto=http;by="10.0.0.1"`, "")
	f.Add(`for="\"127.0.0.1", for=unknown`, "10.0.0.2")
	f.Add(`for=_hidden, for="_SEVKISEK"`, ",")
	f.Fuzz(func(t *testing.T, forwarded, hops string) {
		for _, peer := range []string{"10.0.0.1:1", "192.0.2.1:1"} {
			r := from(peer, hops)
			want := clientAddress(r, proxies)
			r.Header.Add("Forwarded", forwarded)
			if got := clientAddress(r, proxies); got != want {
				t.Fatalf("Forwarded: %s made %q of %q", forwarded, got, want)
			}
		}
	})
}

// FuzzClientAddress: whatever a header says, the answer is an address, it is
// the peer's unless that is a trusted proxy, and nothing that stands left of
// the last hop that no trusted proxy has can change it.
func FuzzClientAddress(f *testing.F) {
	f.Add("192.0.2.1", "198.51.100.7", "10.0.0.2")
	f.Add("10.0.0.1", "127.0.0.1, 198.51.100.7", "10.0.0.2")
	f.Add("10.0.0.1", `for="[2001:db8::1]:4711"`, "[::1%25lo]:99")
	f.Add("10.0.0.1", ",,,", "\x00")
	f.Fuzz(func(t *testing.T, peer, first, second string) {
		addr, err := netip.ParseAddr(peer)
		if err != nil {
			return
		}
		remote := netip.AddrPortFrom(addr, 1234).String()
		got := clientAddress(from(remote, first, second), proxies)
		answer, err := netip.ParseAddr(got)
		if err != nil {
			t.Fatalf("answers %q, which is no address", got)
		}
		if !isTrusted(addr.Unmap(), proxies) {
			if got != addr.Unmap().String() {
				t.Fatalf("the header of the stranger %s made %s of it", peer, got)
			}
			return
		}
		if isTrusted(answer, proxies) {
			return // every hop is a proxy, or one passed garbage on
		}
		for _, claim := range []string{"127.0.0.1", "10.1.1.1", "garbage", strings.Repeat("1.1.1.1,", 10)} {
			if again := clientAddress(from(remote, claim, first, second), proxies); again != got {
				t.Fatalf("writing %q in front makes %s of %s", claim, again, got)
			}
		}
	})
}

func TestTenantOfHost(t *testing.T) {
	const public = "id.example.com"
	for _, tt := range []struct{ host, want string }{
		{"id.example.com", ""},
		{"acme.id.example.com", "acme"},
		{"acme.id.example.com:8443", "acme"},
		{"ACME.ID.Example.Com", "acme"},
		{"acme.id.example.com.", "acme"},
		{"a_b-c.id.example.com", "a_b-c"},
		{"x.acme.id.example.com", ""},
		{".id.example.com", ""},
		{"acmeid.example.com", ""},
		{"acme.evil.com", ""},
		{"acme.id.example.com.evil.com", ""},
		{"192.0.2.1", ""},
		{"[2001:db8::1]:80", ""},
		{"", ""},
	} {
		if got := tenantOfHost(tt.host, public); got != tt.want {
			t.Errorf("%q means tenant %q, want %q", tt.host, got, tt.want)
		}
		if got := tenantOfHost(tt.host, ""); got != "" {
			t.Errorf("%q means tenant %q without a public host", tt.host, got)
		}
	}
}
