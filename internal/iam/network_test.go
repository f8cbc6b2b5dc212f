package iam_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestParseNetwork(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"10.0.0.0/8", "10.0.0.0/8"},
		{"192.0.2.7", "192.0.2.7/32"},
		{"192.0.2.7/32", "192.0.2.7/32"},
		{"0.0.0.0/0", "0.0.0.0/0"},
		{"2001:db8::/32", "2001:db8::/32"},
		{"2001:DB8::1", "2001:db8::1/128"},
		{"::/0", "::/0"},
		{"::ffff:192.0.2.7", "192.0.2.7/32"}, // how some write an IPv4 address
	} {
		p, err := iam.ParseNetwork(tt.text)
		if err != nil || p.String() != tt.want {
			t.Errorf("%q is %v, %v, want %s", tt.text, p, err, tt.want)
		}
	}
	for _, text := range []string{"", " ", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "/8", "10.0.0/8", "10.0.0.1/8", "2001:db8::1/32",
		"10.0.0.0/08", "010.0.0.1", "10.0.0.0/8 ", " 10.0.0.1", "10.0.0.0/8,10.0.0.0/8", "fe80::1%eth0", "fe80::/10%eth0",
		"::ffff:10.0.0.0/104", "example.com", "10.0.0.0-10.0.0.9", "0x0a000001", "167772161", "10.0.0.1\x00", "*"} {
		if p, err := iam.ParseNetwork(text); !iam.Is(err, iam.Invalid) {
			t.Errorf("%q is %v, %v, want Invalid", text, p, err)
		}
	}
	if _, err := iam.ParseNetwork(strings.Repeat("1", 1000)); err == nil || len(err.Error()) > 200 {
		t.Errorf("a long text is repeated whole: %v", err)
	}
}

func TestSourceRule(t *testing.T) {
	ips := func(values ...string) []iam.Source {
		var sources []iam.Source
		for _, v := range values {
			sources = append(sources, iam.Source{Type: iam.SourceIP, Value: v})
		}
		return sources
	}
	for _, tt := range []struct {
		name    string
		on      bool
		sources []iam.Source
		address string
		want    bool
	}{
		{"off", false, ips("10.0.0.0/8"), "192.0.2.1", true},
		{"off, no address", false, nil, "@", true},
		{"on, none", true, nil, "192.0.2.1", false},
		{"on, in", true, ips("192.0.2.0/24"), "192.0.2.1", true},
		{"on, out", true, ips("192.0.2.0/24"), "192.0.3.1", false},
		{"on, in the second", true, ips("10.0.0.0/8", "192.0.2.1"), "192.0.2.1", true},
		{"IPv4 in IPv6", true, ips("192.0.2.0/24"), "::ffff:192.0.2.1", true},
		{"a zone", true, ips("fe80::/10"), "fe80::1%eth0", true},
		{"all of IPv4 is none of IPv6", true, ips("0.0.0.0/0"), "2001:db8::1", false},
		{"no address", true, ips("0.0.0.0/0", "::/0"), "@", false},
		{"empty", true, ips("0.0.0.0/0", "::/0"), "", false},
		{"with a port", true, ips("0.0.0.0/0"), "192.0.2.1:80", false},
		{"a virtual network", true, []iam.Source{{Type: iam.SourceVPC, Value: "192.0.2.0/24"}}, "192.0.2.1", false},
		{"a broken one", true, ips("192.0.2.0/33", "nonsense"), "192.0.2.1", false},
	} {
		if got := (iam.SourceRule{On: tt.on, Sources: tt.sources}).Allows(tt.address); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

// FuzzParseNetwork: what is taken is a network in its one form, which is taken
// again as the same, and has no bit behind its prefix.
func FuzzParseNetwork(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::ffff:1.2.3.4/128", "fe80::1%lo", "1/1", "::/0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := iam.ParseNetwork(text)
		if err != nil {
			if !iam.Is(err, iam.Invalid) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if !p.IsValid() || p != p.Masked() || p.Addr().Is4In6() || p.Addr().Zone() != "" {
			t.Fatalf("%q is %v", text, p)
		}
		if again, err := iam.ParseNetwork(p.String()); err != nil || again != p {
			t.Fatalf("%q is %v, and that %v, %v", text, p, again, err)
		}
	})
}

// FuzzSourceRule: a rule that is on allows what is in one of its networks, and
// nothing else; whatever the texts are.
func FuzzSourceRule(f *testing.F) {
	f.Add("10.0.0.0/8", "10.1.2.3")
	f.Add("2001:db8::/32", "2001:db8::1%eth0")
	f.Add("::ffff:10.0.0.1", "::ffff:10.0.0.1")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, network, address string) {
		r := iam.SourceRule{On: true, Sources: []iam.Source{{Type: iam.SourceIP, Value: network}}}
		p, errNetwork := netip.ParsePrefix(network)
		if errNetwork != nil {
			var a netip.Addr
			if a, errNetwork = netip.ParseAddr(network); errNetwork == nil {
				p = netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen())
			}
		}
		a, errAddress := netip.ParseAddr(address)
		in := errNetwork == nil && errAddress == nil && p.Contains(a.Unmap().WithZone(""))
		if r.Allows(address) && !in {
			t.Fatalf("%q allows %q", network, address)
		}
		if r.On = false; !r.Allows(address) {
			t.Fatalf("a rule that is off refuses %q", address)
		}
	})
}
