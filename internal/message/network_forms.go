package message

import (
	"net/netip"
	"strings"
)

// networkForms are the rules of texts that stand for something in a network.
var networkForms = []struct {
	word string
	is   func(s string) bool
	what string
}{
	{"string.hostname", isHostname, "a host name"},
	{"string.ip", func(s string) bool { return isAddress(s, netip.Addr.IsValid) }, "an IP address"},
	{"string.ipv4", func(s string) bool { return isAddress(s, netip.Addr.Is4) }, "an IPv4 address"},
	{"string.ipv6", func(s string) bool { return isAddress(s, netip.Addr.Is6) }, "an IPv6 address"},
	{"string.ip_prefix", func(s string) bool { return isPrefix(s, netip.Addr.IsValid) }, "an IP address and the length of its prefix"},
	{"string.ipv4_prefix", func(s string) bool { return isPrefix(s, netip.Addr.Is4) }, "an IPv4 address and the length of its prefix"},
	{"string.ipv6_prefix", func(s string) bool { return isPrefix(s, netip.Addr.Is6) }, "an IPv6 address and the length of its prefix"},
	{"string.http_path", isPath, "the path of a URI, which begins with a slash"},
}

// isHostname reports whether s is the name of a host: labels of letters, digits
// and hyphens, in whatever case (RFC 1123 section 2.1).
func isHostname(s string) bool {
	if s = strings.TrimSuffix(s, "."); len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if len(label) > 63 || !only(label, lower+upper+digits+"-") || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	return true
}

func isAddress(s string, family func(netip.Addr) bool) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Zone() == "" && family(a)
}

func isPrefix(s string, family func(netip.Addr) bool) bool {
	p, err := netip.ParsePrefix(s)
	return err == nil && family(p.Addr())
}

// isPath reports whether s is an absolute path (RFC 3986 section 3.3).
func isPath(s string) bool {
	return strings.HasPrefix(s, "/") && only(s, uriChars+"%") && !strings.ContainsAny(s, "?#[]") && escaped(s)
}
