package f5xc

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// managedTenancy knows which tenants another one may work in.
type managedTenancy interface {
	Related(ctx context.Context, by iam.Actor, f tenancy.RelatedFilter) (tenancy.RelatedPage, error)
	Supported(ctx context.Context, by iam.Actor, f tenancy.RelatedFilter) (tenancy.RelatedPage, error)
	SupportAccess(ctx context.Context, by iam.Actor) (iam.SupportAccess, error)
	SetSupportAccess(ctx context.Context, by iam.Actor, a iam.SupportAccess) (iam.SupportAccess, error)
}

func (d *dialect) managedOperations() []api.Operation {
	const system, tag = "/api/web/namespaces/system/", "Managed tenants"
	return []api.Operation{
		api.Handle(api.Op{
			ID: "managed_tenant.list-by-user", Methods: []string{http.MethodGet}, Paths: []string{system + "managed_tenants_by_user"}, Access: api.SignedIn(),
			Tag: tag, Summary: "List the managed tenants that the caller reaches",
			Description: "Those in which a group of the caller's is given something. next_page is what page_start takes for the next page; it is empty at the end.",
			Errors:      []iam.Kind{iam.Denied}, ResponseExample: exampleManaged,
		}, d.managedByUser),
		api.Handle(api.Op{
			ID: "managed_tenant.list-all", Methods: []string{http.MethodGet}, Paths: []string{system + "managed_tenants_list"},
			Access: api.Requires(iam.DelegationsRead), Tag: tag, Summary: "List the managed tenants, whoever reaches them", ResponseExample: exampleManaged,
		}, d.managedList),
		api.Handle(api.Op{
			ID: "managed_tenant.list-supported", Methods: []string{http.MethodGet}, Paths: []string{system + "support-tenant/managed_tenants"}, Access: api.SignedIn(),
			Tag: tag, Summary: "List the tenants that let the support tenant in",
			Description:     "For people of the support tenant who may change tenants in the whole of it; empty for everybody else.",
			ResponseExample: exampleSupported,
		}, d.supportedTenants),
	}
}

// search is what narrows a list of related tenants.
type search struct {
	keyset
	Keyword string `query:"search_keyword" doc:"In the name or the tenant's code, in whatever case."`
}

// keyset is which page of a list of related tenants is wanted.
type keyset struct {
	Start string `query:"page_start" doc:"The id with which the page begins, next_page of the one before."`
	Limit int32  `query:"page_limit" doc:"At most so many; 100 where it is missing, never more than 10000."`
}

// wireOfRelated are the words for members of tenancy.RelatedFilter.
var wireOfRelated = map[string]string{"search": "search_keyword", "from": "page_start", "manager": "ctm"}

// filter is the part of a filter that the query gives.
func (s search) filter() tenancy.RelatedFilter {
	return tenancy.RelatedFilter{Search: s.Keyword, From: s.Start, Limit: int(s.Limit)}
}

func (d *dialect) managedByUser(ctx context.Context, c *api.Call, in search) (managedPage, error) {
	f := in.filter()
	f.Kind, f.Member = iam.LinkManaged, c.Actor.User
	return d.managed(ctx, c.Actor, f)
}

func (d *dialect) managedList(ctx context.Context, c *api.Call, in search) (managedPage, error) {
	f := in.filter()
	f.Kind = iam.LinkManaged
	return d.managed(ctx, c.Actor, f)
}

func (d *dialect) managed(ctx context.Context, by iam.Actor, f tenancy.RelatedFilter) (managedPage, error) {
	p, err := d.accessPage(ctx, by, f)
	return managedPage{p, p.Total}, err
}

// accessPage answers a page of the tenants to which that of the actor has a
// half of a relation, as lists show it.
func (d *dialect) accessPage(ctx context.Context, by iam.Actor, f tenancy.RelatedFilter) (accessPage, error) {
	p, err := d.Tenancy.Related(ctx, by, f)
	if err != nil {
		return accessPage{}, inWords(err, wireOfRelated)
	}
	own, err := d.Tenancy.Tenant(ctx, by)
	if err != nil {
		return accessPage{}, err
	}
	shown := accessPage{Items: make([]accessInfo, len(p.Items)), Next: p.Next, Total: int32(p.Total), Filtered: int32(p.Filtered)} //nolint:gosec // fewer than objects in a tenant
	for i, r := range p.Items {
		shown.Items[i] = accessInfo{Groups: assignmentsOf(own.Code, r.Assigned), Link: d.linkTo(r.Code), Name: r.Name,
			Tickets: ticketsOf(f.Kind, r.OpenTickets), Status: statusOf(r.State)}
	}
	return shown, nil
}

func (d *dialect) supportedTenants(ctx context.Context, c *api.Call, in search) (supportedPage, error) {
	p, err := d.Tenancy.Supported(ctx, c.Actor, in.filter())
	if err != nil {
		return supportedPage{}, inWords(err, wireOfRelated)
	}
	shown := supportedPage{Items: make([]supportedInfo, len(p.Items)), Next: p.Next, Total: int32(p.Total), Filtered: int32(p.Filtered)} //nolint:gosec // fewer than tenants
	for i, r := range p.Items {
		shown.Items[i] = supportedInfo{Disabled: r.Disabled, Groups: []groupAssignment{}, Link: d.linkTo(r.Code), Name: r.Code, Status: statusOf(r.State)}
	}
	return shown, nil
}

// linkTo leads to a tenant: to the host name that it has below that of the
// public URL, or where that is an address, which has no names below it, to its
// path.
func (d *dialect) linkTo(code string) tenantLink {
	if d.PublicURL == nil {
		return tenantLink{Name: code}
	}
	u := *d.PublicURL
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		u = *u.JoinPath("t", code)
	} else {
		u.Host = code + "." + u.Host
	}
	return tenantLink{Name: code, Href: u.String()}
}
