package object

import (
	"cmp"
	"context"
	"slices"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// FactsOf is an object with its facts as they are stored: JSON, or nothing of
// one that was written before there were any. Then the spec is with it.
type FactsOf struct {
	Kind      string
	Namespace string
	Name      string
	Facts     []byte
	Spec      []byte
}

// Count is how many objects of a kind a namespace has.
type Count struct {
	Kind      string
	Namespace string
	N         int
}

// Item is an object of an inventory.
type Item struct {
	Named
	Facts
}

// Applications is what there is of the kinds that applications are made of,
// each by namespace and name.
type Applications struct {
	HTTP, CDN, TCP, UDP      []*Item
	BIGIP, NGINX, ThirdParty []*Item
	OriginPools, Discovered  int
}

// Applications answers what there is in some namespaces.
func (s *Service) Applications(ctx context.Context, by iam.Actor, namespaces []string) (Applications, error) {
	items, err := s.items(ctx, by.Tenant, namespaces, kindHTTP, kindCDN, kindTCP, kindUDP, kindBIGIP, kindNGINX, kindThirdParty)
	if err != nil {
		return Applications{}, err
	}
	firewalls, err := s.referred(ctx, by.Tenant, namespaces, kindFirewall)
	if err != nil {
		return Applications{}, err
	}
	counts, err := s.counts(ctx, by.Tenant, namespaces, kindOriginPool, kindDiscovered)
	if err != nil {
		return Applications{}, err
	}
	for _, kind := range []string{kindHTTP, kindCDN} {
		for _, item := range items[kind] {
			item.Mode = firewalls.of(item.Namespace, item.Firewall).Mode
		}
	}
	return Applications{
		HTTP: items[kindHTTP], CDN: items[kindCDN], TCP: items[kindTCP], UDP: items[kindUDP],
		BIGIP: items[kindBIGIP], NGINX: items[kindNGINX], ThirdParty: items[kindThirdParty],
		OriginPools: counts[kindOriginPool], Discovered: counts[kindDiscovered],
	}, nil
}

// Excluding answers the load balancers for HTTP, and those of CDNs, in some
// namespaces that keep their firewall from looking for a signature, or for a
// violation where that is not empty; for anything at all where both are.
func (s *Service) Excluding(ctx context.Context, by iam.Actor, namespaces []string, signature int64, violation string) (http, cdn []*Item, err error) {
	items, err := s.items(ctx, by.Tenant, namespaces, kindHTTP, kindCDN)
	if err != nil {
		return nil, nil, err
	}
	policies, err := s.referred(ctx, by.Tenant, namespaces, kindExclusionPolicy)
	if err != nil {
		return nil, nil, err
	}
	excludes := func(e *Exclusions) bool {
		switch {
		case e == nil:
			return false
		case violation != "":
			return slices.Contains(e.Violations, violation)
		}
		return slices.Contains(e.Signatures, signature)
	}
	keep := func(all []*Item) []*Item {
		return slices.DeleteFunc(all, func(item *Item) bool {
			switch {
			case signature == 0 && violation == "":
				return !item.On.Has(WAFExclusion)
			case item.Exclusions == nil:
				return true
			}
			return !excludes(item.Exclusions) && !excludes(policies.of(item.Namespace, item.Exclusions.Policy).Exclusions)
		})
	}
	return keep(items[kindHTTP]), keep(items[kindCDN]), nil
}

// Networking is how many there are of the kinds that networks are made of.
type Networking struct {
	CloudLinks, ClusterGroups, GlobalNetworks, Segments, MeshGroups, Sites int
}

// Networking answers what there is in namespace "system".
func (s *Service) Networking(ctx context.Context, by iam.Actor) (Networking, error) {
	system := []string{iam.NamespaceSystem}
	networks, err := s.items(ctx, by.Tenant, system, kindVirtualNetwork)
	if err != nil {
		return Networking{}, err
	}
	counts, err := s.counts(ctx, by.Tenant, system, kindCloudLink, kindClusterGroup, kindSegment, kindMeshGroup)
	if err != nil {
		return Networking{}, err
	}
	n := Networking{CloudLinks: counts[kindCloudLink], ClusterGroups: counts[kindClusterGroup], Segments: counts[kindSegment],
		MeshGroups: counts[kindMeshGroup]}
	for _, item := range networks[kindVirtualNetwork] {
		if item.On.Has(GlobalNetwork) {
			n.GlobalNetworks++
		}
	}
	sites := map[string]bool{}
	for _, kind := range siteKinds {
		found, err := s.Store.Objects(ctx, by.Tenant, kind, iam.NamespaceSystem)
		if err != nil {
			return Networking{}, err
		}
		for _, r := range found {
			sites[r.Name] = true
		}
	}
	n.Sites = len(sites)
	return n, nil
}

// items answers the objects of some kinds in some namespaces, by kind, each by
// namespace and name.
func (s *Service) items(ctx context.Context, t iam.TenantID, namespaces []string, kinds ...string) (map[string][]*Item, error) {
	found, err := s.Store.ObjectFacts(ctx, t, kinds, only(namespaces))
	if err != nil {
		return nil, err
	}
	in := set(namespaces)
	all := map[string][]*Item{}
	for _, o := range found {
		if !in[o.Namespace] {
			continue
		}
		item, err := o.item()
		if err != nil {
			return nil, err
		}
		all[o.Kind] = append(all[o.Kind], item)
	}
	for _, items := range all {
		slices.SortFunc(items, func(a, b *Item) int {
			return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
		})
	}
	return all, nil
}

// counts answers how many objects of some kinds there are in some namespaces.
func (s *Service) counts(ctx context.Context, t iam.TenantID, namespaces []string, kinds ...string) (map[string]int, error) {
	found, err := s.Store.CountObjects(ctx, t, kinds, only(namespaces))
	if err != nil {
		return nil, err
	}
	in := set(namespaces)
	all := map[string]int{}
	for _, c := range found {
		if in[c.Namespace] {
			all[c.Kind] += c.N
		}
	}
	return all, nil
}

// only answers the namespace that Store is to look into, "" where there are
// several.
func only(namespaces []string) string {
	if len(namespaces) == 1 {
		return namespaces[0]
	}
	return ""
}

func set(all []string) map[string]bool {
	in := make(map[string]bool, len(all))
	for _, s := range all {
		in[s] = true
	}
	return in
}

// referable are objects of a kind that others refer to.
type referable map[Named]Facts

// referred answers the objects of a kind to which those of some namespaces may
// refer.
func (s *Service) referred(ctx context.Context, t iam.TenantID, namespaces []string, kind string) (referable, error) {
	items, err := s.items(ctx, t, append(slices.Clone(namespaces), iam.NamespaceShared), kind)
	if err != nil {
		return nil, err
	}
	all := make(referable, len(items[kind]))
	for _, item := range items[kind] {
		all[item.Named] = item.Facts
	}
	return all, nil
}

// of answers the facts of what an object in a namespace refers to: one of its
// own namespace, or of that which all share. Of another one nobody learns
// through it what they may not read.
func (r referable) of(namespace string, to *Named) Facts {
	if to == nil || to.Namespace != namespace && to.Namespace != iam.NamespaceShared {
		return Facts{}
	}
	return r[*to]
}

// item reads the facts, out of the spec where they were never found before.
func (o FactsOf) item() (*Item, error) {
	item := &Item{Named: Named{o.Namespace, o.Name}}
	var err error
	if len(o.Facts) > 0 {
		err = json.Unmarshal(o.Facts, &item.Facts)
	} else {
		item.Facts, err = findFacts(o.Kind, o.Namespace, o.Spec)
	}
	return item, err
}
