package outbound

import (
	"net/netip"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// reserved are the networks, beyond those that netip tells by itself, that are
// no one's on the public internet (IANA special-purpose address registries), or
// through which an address of another kind is reached.
var reserved = prefixes(
	"0.0.0.0/8",       // this network, RFC 791
	"100.64.0.0/10",   // shared address space, RFC 6598
	"192.0.0.0/24",    // protocol assignments, RFC 6890
	"192.0.2.0/24",    // documentation, RFC 5737
	"192.88.99.0/24",  // 6to4 relays, RFC 7526
	"198.18.0.0/15",   // benchmarking, RFC 2544
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"240.0.0.0/4",     // reserved, RFC 1112, and broadcast
	"::/96",           // IPv4-compatible, RFC 4291
	"::ffff:0:0:0/96", // IPv4-translated, RFC 2765
	"64:ff9b::/96",    // NAT64, RFC 6052
	"64:ff9b:1::/48",  // NAT64 of one's own, RFC 8215
	"100::/64",        // discard, RFC 6666
	"2001::/23",       // protocol assignments, among them Teredo, RFC 2928
	"2001:db8::/32",   // documentation, RFC 3849
	"2002::/16",       // 6to4, RFC 3056
	"3fff::/20",       // documentation, RFC 9637
	"5f00::/16",       // segment routing, RFC 9602
	"fec0::/10",       // site-local, RFC 3879
)

func prefixes(texts ...string) []netip.Prefix {
	ps := make([]netip.Prefix, len(texts))
	for i, s := range texts {
		ps[i] = netip.MustParsePrefix(s)
	}
	return ps
}

// Plain reports whether a host, a name or an address, may be spoken to without
// TLS: it is in a network that the operator has named, as far as can be told
// before a connection is made.
func (c *Client) Plain(host string) bool {
	a, err := netip.ParseAddr(host)
	if err != nil {
		return len(c.allowed) > 0
	}
	return in(c.allowed, a.Unmap().WithZone(""))
}

// Check answers nil when an address may be connected to, else Invalid.
func (c *Client) Check(a netip.Addr) error {
	a = a.Unmap().WithZone("") // ::ffff:10.0.0.1 is 10.0.0.1 to the kernel
	if in(c.allowed, a) {
		return nil
	}
	// Said without the address: where a name leads to inside of a network is
	// nobody's business outside of it.
	if !a.IsGlobalUnicast() || a.IsPrivate() || in(reserved, a) {
		return iam.E(iam.Invalid, "the address is not on the public internet")
	}
	return nil
}

func in(networks []netip.Prefix, a netip.Addr) bool {
	for _, p := range networks {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
