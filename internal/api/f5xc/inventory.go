package f5xc

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// inventories count what configuration objects say.
type inventories interface {
	Applications(ctx context.Context, by iam.Actor, namespaces []string) (object.Applications, error)
	Excluding(ctx context.Context, by iam.Actor, namespaces []string, signature int64, violation string) (http, cdn []*object.Item, err error)
	Networking(ctx context.Context, by iam.Actor) (object.Networking, error)
	Endpoints(ctx context.Context, by iam.Actor, namespaces []string, of []object.Host, names []string) (object.Endpoints, error)
}

func (d *dialect) inventoryOperations() []api.Operation {
	const config, everywhere = "/api/config/namespaces/", "Only of the namespaces in which the caller may read objects."
	op := func(id, path, summary string, request, response any) api.Op {
		return api.Op{ID: id, Methods: []string{http.MethodPost}, Paths: []string{path}, Access: api.SignedIn(), Tag: "Inventory",
			Summary: summary, RequestExample: request, ResponseExample: response}
	}
	one := func(o api.Op) api.Op {
		o.Access, o.Namespace, o.Errors = api.Requires(iam.ObjectsRead), "namespace", []iam.Kind{iam.NotFound}
		return o
	}
	all := func(o api.Op) api.Op {
		o.Description = everywhere
		return o
	}
	filter := applicationFilters{HTTP: &httpFilter{WAF: true}}
	networking := op("inventory.networking", config+"system/networking_inventory", "Count what networks are made of", empty{},
		networkingInventory{Segments: 2, Sites: 3})
	networking.Access = api.Requires(iam.ObjectsRead)
	return []api.Operation{
		api.Handle(one(op("inventory.applications", config+"{namespace}/application_inventory", "List and count the applications of a namespace",
			applicationForm{applicationFilters: filter, Namespace: "shop"}, inventoryExample)), d.applications),
		api.Handle(all(op("inventory.all-applications", config+"system/all_application_inventory", "List and count all applications",
			filter, inventoryExample)), d.allApplications),
		api.Handle(all(op("inventory.waf-exclusions", config+"system/all_application_inventory_waf_filters",
			"List the applications that keep their firewall from looking for something",
			exclusionForm{Signature: new(int64(200000001))}, exclusionInventory{HTTP: []itemName{{"front", "shop"}}, CDN: []itemName{}})), d.exclusions),
		api.Handle(networking, d.networking),
		api.Handle(one(op("api-endpoints.stats", "/api/ml/data/namespaces/{namespace}/api_endpoints/stats", "Count the endpoints of the APIs of a namespace",
			endpointsForm{Namespace: "shop", Types: []hostType{"HTTP_LOAD_BALANCER"}}, endpointsExample)), d.endpoints),
		api.Handle(all(op("api-endpoints.all-stats", "/api/ml/data/namespaces/system/api_endpoints/all_ns_stats", "Count the endpoints of all APIs",
			allEndpointsForm{iam.NamespaceSystem}, endpointsExample)), d.allEndpoints),
	}
}

var (
	inventoryExample = applicationInventory{
		LoadBalancers: 1, OriginPools: 1,
		HTTP: httpInventory{httpCounts{WAF: 1, Public: 1}, []httpResult{{Name: "front", Namespace: "shop", Domains: []string{"shop.example.com"},
			Ports: "80", VIP: "advertise_on_public_default_vip", Mode: "blocking", Features: jsontext.Value(`{"http_enabled":{},"waf_enabled":{}}`),
			Firewall: []viewRef{{Name: "shield", Namespace: "shop", Tenant: "default"}}}}},
		CDN: cdnInventory{Results: []httpResult{}}, TCP: tcpInventory{Results: []tcpResult{}}, UDP: udpInventory{Results: []udpResult{}},
		BIGIP: bigipInventory{Results: []bigipResult{}}, NGINX: nginxInventory{Results: []nginxResult{}},
		ThirdParty: thirdPartyInventory{Results: []thirdPartyResult{}},
	}
	endpointsExample = endpointsAnswer{Discovered: 2, Inventory: 5, Shadow: 1, Total: 6}
)

// readable answers the namespaces in which the caller may read objects.
func (d *dialect) readable(ctx context.Context, by iam.Actor) ([]string, error) {
	found, err := d.Tenancy.Namespaces(ctx, by)
	if err != nil {
		return nil, err
	}
	calls := make([]access.Call, len(found))
	for i, n := range found {
		calls[i] = access.Call{Method: http.MethodGet, Path: "/api/config/namespaces/" + n.Name + "/http_loadbalancers"}
	}
	decisions, err := d.Access.Evaluate(ctx, by, access.ByAll, iam.NamespaceSystem, calls)
	if err != nil {
		return nil, err
	}
	readable := []string{}
	for i, n := range found {
		if decisions[i].Allowed {
			readable = append(readable, n.Name)
		}
	}
	return readable, nil
}

// existing answers the namespace of a path, as a list. NotFound; Invalid: the
// body names another.
func (d *dialect) existing(ctx context.Context, by iam.Actor, at inNamespace, said string) ([]string, error) {
	if err := repeats("namespace", said, at.Namespace); err != nil {
		return nil, err
	}
	n, err := d.Tenancy.Namespace(ctx, by, at.Namespace)
	return []string{n.Name}, err
}

func (d *dialect) applications(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body applicationForm `body:"required"`
}) (applicationInventory, error) {
	namespaces, err := d.existing(ctx, c.Actor, in.inNamespace, in.Body.Namespace)
	if err != nil {
		return applicationInventory{}, err
	}
	return d.inventory(ctx, c.Actor, namespaces, in.Body.applicationFilters)
}

func (d *dialect) allApplications(ctx context.Context, c *api.Call, in struct {
	Body applicationFilters `body:"required"`
}) (applicationInventory, error) {
	namespaces, err := d.readable(ctx, c.Actor)
	if err != nil {
		return applicationInventory{}, err
	}
	return d.inventory(ctx, c.Actor, namespaces, in.Body)
}

func (d *dialect) inventory(ctx context.Context, by iam.Actor, namespaces []string, want applicationFilters) (applicationInventory, error) {
	found, err := d.Objects.Applications(ctx, by, namespaces)
	if err != nil {
		return applicationInventory{}, err
	}
	t, err := d.Tenancy.Tenant(ctx, by)
	if err != nil {
		return applicationInventory{}, err
	}
	return inventoryOf(found, want, t.Code), nil
}

// exclusionForm says what a firewall is kept from looking for; neither is
// anything.
type exclusionForm struct {
	Signature *int64     `json:"exclusion_signature_id,omitzero" oneof:"waf_filter_choice"`
	Violation *violation `json:"exclusion_violation_type,omitzero" oneof:"waf_filter_choice"`
}

type exclusionInventory struct {
	CDN  []itemName `json:"cdn_loadbalancers"`
	HTTP []itemName `json:"http_loadbalancers"`
}

type itemName struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
}

func (d *dialect) exclusions(ctx context.Context, c *api.Call, in struct {
	Body exclusionForm `body:"required"`
}) (exclusionInventory, error) {
	namespaces, err := d.readable(ctx, c.Actor)
	if err != nil {
		return exclusionInventory{}, err
	}
	var signature int64
	var of violation
	if in.Body.Signature != nil {
		signature = *in.Body.Signature
	}
	if in.Body.Violation != nil && string(*in.Body.Violation) != of.Names()[0] {
		of = *in.Body.Violation
	}
	balancers, cdn, err := d.Objects.Excluding(ctx, c.Actor, namespaces, signature, string(of))
	return exclusionInventory{itemNames(cdn), itemNames(balancers)}, err
}

func itemNames(items []*object.Item) []itemName {
	all := make([]itemName, len(items))
	for i, item := range items {
		all[i] = itemName{item.Name, item.Namespace}
	}
	return all
}

type networkingInventory struct {
	CloudLinks     int64 `json:"cloud_links"`
	ClusterGroups  int64 `json:"dc_cluster_groups"`
	GlobalNetworks int64 `json:"global_networks"`
	Segments       int64 `json:"segments"`
	MeshGroups     int64 `json:"site_mesh_groups"`
	Sites          int64 `json:"sites"`
}

func (d *dialect) networking(ctx context.Context, c *api.Call, _ struct {
	Body empty `body:"required"`
}) (networkingInventory, error) {
	n, err := d.Objects.Networking(ctx, c.Actor)
	return networkingInventory{int64(n.CloudLinks), int64(n.ClusterGroups), int64(n.GlobalNetworks), int64(n.Segments),
		int64(n.MeshGroups), int64(n.Sites)}, err
}

// endpointsForm asks for the endpoints of some virtual hosts, of all where it
// names none.
type endpointsForm struct {
	Namespace string     `json:"namespace"`
	Names     []string   `json:"vhosts_filter"`
	Types     []hostType `json:"vhosts_types_filter" rule:"enum.in=[1,6,7,8];repeated.unique=true"`
}

type allEndpointsForm struct {
	Namespace string `json:"namespace" doc:"Empty, or system."`
}

type endpointsAnswer struct {
	Discovered int `json:"discovered" doc:"That a rule names, or that a definition excludes."`
	Inventory  int `json:"inventory" doc:"That API definitions have."`
	Sensitive  int `json:"pii_detected" doc:"For which a rule says that they answer personal data."`
	Shadow     int `json:"shadow" doc:"Those discovered that no API definition has."`
	Total      int `json:"total_endpoints"`
}

// hostType is the make of a virtual host.
type hostType string

// Names has those that the vendor's document tells of in words, and numbers its
// rule by, besides those that it lists.
func (hostType) Names() []string {
	return []string{"VIRTUAL_SERVICE", "HTTP_LOAD_BALANCER", "API_GATEWAY", "TCP_LOAD_BALANCER", "PROXY", "LOCAL_K8S_API_GATEWAY",
		"CDN_LOAD_BALANCER", "NGINX_SERVER", "BIGIP_VIRTUAL_SERVER", "UDP_LOAD_BALANCER", "THIRD_PARTY_APPLICATION"}
}

var hostTypes = map[hostType]object.Host{"HTTP_LOAD_BALANCER": object.HostHTTP, "CDN_LOAD_BALANCER": object.HostCDN,
	"NGINX_SERVER": object.HostNGINX, "BIGIP_VIRTUAL_SERVER": object.HostBIGIP}

func (d *dialect) endpoints(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body endpointsForm `body:"required"`
}) (endpointsAnswer, error) {
	namespaces, err := d.existing(ctx, c.Actor, in.inNamespace, in.Body.Namespace)
	if err != nil {
		return endpointsAnswer{}, err
	}
	hosts := make([]object.Host, len(in.Body.Types))
	for i, t := range in.Body.Types {
		hosts[i] = hostTypes[t]
	}
	return d.countEndpoints(ctx, c.Actor, namespaces, hosts, in.Body.Names)
}

func (d *dialect) allEndpoints(ctx context.Context, c *api.Call, in struct {
	Body allEndpointsForm `body:"required"`
}) (endpointsAnswer, error) {
	if err := repeats("namespace", in.Body.Namespace, iam.NamespaceSystem); err != nil {
		return endpointsAnswer{}, err
	}
	namespaces, err := d.readable(ctx, c.Actor)
	if err != nil {
		return endpointsAnswer{}, err
	}
	return d.countEndpoints(ctx, c.Actor, namespaces, nil, nil)
}

func (d *dialect) countEndpoints(ctx context.Context, by iam.Actor, namespaces []string, of []object.Host, names []string) (endpointsAnswer, error) {
	n, err := d.Objects.Endpoints(ctx, by, namespaces, of, names)
	return endpointsAnswer{Discovered: n.Discovered, Inventory: n.Inventory, Sensitive: n.Sensitive, Shadow: n.Shadow, Total: n.Total}, err
}
