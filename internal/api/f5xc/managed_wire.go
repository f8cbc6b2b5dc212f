package f5xc

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// accessInfo is a tenant to which another one has a half of a relation.
type accessInfo struct {
	Groups  []groupAssignment `json:"groups"`
	Link    tenantLink        `json:"link"`
	Name    string            `json:"name"` // of the object
	Tickets ticketInfo        `json:"support_request_count"`
	Status  tenantStatus      `json:"tenant_status"`
}

// groupAssignment gives the members of a group what groups of another tenant
// have.
type groupAssignment struct {
	Group  viewRef  `json:"group"`
	Theirs []string `json:"managed_tenant_groups"`
}

// tenantLink leads to a tenant, by its code.
type tenantLink struct {
	Href string `json:"href,omitzero"`
	Name string `json:"name"`
}

// ticketInfo has one of both: what is open in a child, or in another tenant.
type ticketInfo struct {
	Others *ticketCount `json:"all_tenants_summary,omitzero"`
	Child  *ticketCount `json:"ct_summary,omitzero"`
}

type ticketCount struct {
	Open int32 `json:"open_support_tickets_count"`
}

// accessPage is a page of a list of related tenants.
type accessPage struct {
	Items    []accessInfo `json:"access_config"`
	Next     string       `json:"next_page"`
	Total    int32        `json:"total_count"`
	Filtered int32        `json:"total_filtered_count"`
}

// managedPage has the total under the name that it once had, too.
type managedPage struct {
	accessPage
	TotalAccess int32 `json:"total_access_config_count"`
}

// supportedInfo is a tenant that lets the support tenant do something.
type supportedInfo struct {
	Disabled bool              `json:"disabled"` // for the time being
	Groups   []groupAssignment `json:"groups"`   // none: support is no matter of groups
	Link     tenantLink        `json:"link"`
	Name     string            `json:"name"`
	Status   tenantStatus      `json:"tenant_status"`
}

type supportedPage struct {
	Items    []supportedInfo `json:"items"`
	Next     string          `json:"next_page"`
	Total    int32           `json:"total_count"`
	Filtered int32           `json:"total_filtered_count"`
}

// tenantStatus is the vendor's word for where another tenant is in its life.
type tenantStatus string

const (
	tenantActive   tenantStatus = "TENANT_STATUS_ACTIVE"
	tenantDisabled tenantStatus = "TENANT_STATUS_DISABLED"
	tenantEnding   tenantStatus = "TENANT_STATUS_TO_BE_DELETED"
	tenantInactive tenantStatus = "TENANT_STATUS_INACTIVE" // whatever else
)

func statusOf(s iam.TenantState) tenantStatus {
	switch s {
	case iam.TenantActive:
		return tenantActive
	case iam.TenantDisabled:
		return tenantDisabled
	case iam.TenantLeaving, iam.TenantDeleting:
		return tenantEnding
	default: // suspended, or gone
		return tenantInactive
	}
}

// assignmentsOf shows assignments of groups of the tenant with a code.
func assignmentsOf(code string, all []tenancy.Assigned) []groupAssignment {
	shown := make([]groupAssignment, len(all))
	for i, a := range all {
		theirs := a.Theirs
		if theirs == nil { // of owners, who have everything
			theirs = []string{}
		}
		shown[i] = groupAssignment{viewRef{Name: a.Group.Name, Namespace: iam.NamespaceSystem, Tenant: code}, theirs}
	}
	return shown
}

// ticketsOf tells how many tickets are open in a tenant that is related so.
func ticketsOf(k iam.LinkKind, open int) ticketInfo {
	n := &ticketCount{int32(open)} //nolint:gosec // nobody opens two thousand million tickets
	if k == iam.LinkChild {
		return ticketInfo{Child: n}
	}
	return ticketInfo{Others: n}
}

// Examples of lists, for the document.
var (
	exampleAccess = accessInfo{Groups: []groupAssignment{{viewRef{"operators", iam.NamespaceSystem, iam.DefaultTenant}, []string{"auditors"}}},
		Link: exampleTenantLink, Name: "hanbit", Tickets: ticketsOf(iam.LinkManaged, 2), Status: tenantActive}
	exampleTenantLink = tenantLink{"https://hanbit.id.example.com", "hanbit"}
	exampleManaged    = managedPage{accessPage{[]accessInfo{exampleAccess}, "", 1, 1}, 1}
	exampleSupported  = supportedPage{[]supportedInfo{{false, []groupAssignment{}, exampleTenantLink, "hanbit", tenantActive}}, "", 1, 1}
)
