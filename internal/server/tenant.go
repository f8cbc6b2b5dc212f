package server

import (
	"net"
	"strings"
)

// tenantOfHost answers the tenant that a host name means: the one label in
// front of the public host, as in acme.gatehouse.example.com. It is empty for
// the public host itself and for every other name, so that a Host header can
// choose among tenants and nothing else.
func tenantOfHost(host, public string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	label, ok := strings.CutSuffix(strings.ToLower(strings.TrimSuffix(host, ".")), "."+public)
	if !ok || public == "" || strings.Contains(label, ".") {
		return ""
	}
	return label
}
