package object

import (
	"context"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Host is a kind of what an API is behind.
type Host string

// The hosts of which endpoints are counted.
const (
	HostHTTP  Host = kindHTTP
	HostCDN   Host = kindCDN
	HostNGINX Host = kindNGINX
	HostBIGIP Host = kindBIGIP
)

var hosts = []Host{HostHTTP, HostCDN, HostNGINX, HostBIGIP}

// Endpoints is how many endpoints the APIs of some hosts have. Nobody here sees
// traffic: what is known of them is what specs say.
type Endpoints struct {
	// Inventory are those that API definitions have; Discovered those that a
	// rule of a host names, or that a definition excludes; Shadow those of them
	// that are not in the inventory; Sensitive those for which a rule says that
	// they answer personal data; Total are all.
	Inventory, Discovered, Shadow, Sensitive, Total int
}

// Endpoints counts those of the hosts of some kinds, all where there are none,
// and some names, likewise, in some namespaces. An endpoint is one of its host.
func (s *Service) Endpoints(ctx context.Context, by iam.Actor, namespaces []string, of []Host, names []string) (Endpoints, error) {
	if len(of) == 0 {
		of = hosts
	}
	kinds := make([]string, len(of))
	for i, h := range of {
		kinds[i] = string(h)
	}
	items, err := s.items(ctx, by.Tenant, namespaces, kinds...)
	if err != nil {
		return Endpoints{}, err
	}
	definitions, err := s.referred(ctx, by.Tenant, namespaces, kindAPIDefinition)
	if err != nil {
		return Endpoints{}, err
	}
	var sum Endpoints
	for kind, all := range items {
		for _, item := range all {
			if len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return meant(name, kind, item.Name) }) {
				continue
			}
			if host := item.API; host != nil {
				sum.add(*host, definitions.of(item.Namespace, host.Definition).API)
			}
		}
	}
	return sum, nil
}

// meant reports whether a virtual host is meant that was made of an object: by
// its own name, or by that which the vendor gives it.
func meant(virtualHost, kind, name string) bool {
	return virtualHost == name || virtualHost == "ves-io-"+strings.ReplaceAll(kind, "_", "-")+"-"+name
}

// add counts the endpoints of a host. There may be no definition.
func (e *Endpoints) add(host APIFacts, definition *APIFacts) {
	if definition == nil {
		definition = &APIFacts{}
	}
	no := set(definition.Other)
	known := map[string]bool{} // whether it is in the inventory
	excluded := set(definition.Excluded)
	for _, endpoint := range definition.Included {
		if !no[endpoint] && !excluded[endpoint] {
			known[endpoint] = true
			e.Inventory++
		}
	}
	for _, endpoint := range distinct(slices.Concat(host.Named, definition.Excluded)) {
		if no[endpoint] {
			continue
		}
		e.Discovered++
		if !known[endpoint] {
			known[endpoint] = false
			e.Shadow++
		}
	}
	for _, endpoint := range host.Sensitive {
		if !no[endpoint] {
			e.Sensitive++
		}
	}
	e.Total += len(known)
}
