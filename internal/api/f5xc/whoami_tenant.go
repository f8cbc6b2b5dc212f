package f5xc

import (
	"cmp"
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// accessType is how a caller has come into the tenant.
type accessType string

const (
	accessDirect    accessType = "DIRECT_ACCESS"
	accessManaged   accessType = "MSP_ACCESS" // from a tenant above
	accessDelegated accessType = "DELEGATED_ACCESS"
	accessSupport   accessType = "SUPPORT_ACCESS"
)

// accessTypes are the vendor's words for the relations of two tenants.
var accessTypes = map[iam.Reach]accessType{iam.ReachHome: accessDirect, iam.ReachBelow: accessManaged, iam.ReachTree: accessManaged,
	iam.ReachDelegation: accessDelegated, iam.ReachSupport: accessSupport}

// signupOrigin is where a tenant comes from.
type signupOrigin string

// originDirect is the only one: no marketplace sells Gatehouse.
const originDirect signupOrigin = "ORIGIN_F5XC"

// planType is what kind of plan a tenant has.
type planType string

// planTypes are those that the vendor has a word for.
var planTypes = []string{"FREE", "INDIVIDUAL", "TEAM", "ORGANIZATION"}

const planUnspecified = "PLAN_TYPE_UNSPECIFIED"

// tenantStates are the vendor's words for where a tenant is in its life.
var tenantStates = map[iam.TenantState]string{iam.TenantActive: "StateActive", iam.TenantDisabled: "StateDisabled",
	iam.TenantSuspended: "StateSuspended", iam.TenantLeaving: "StateInactive", iam.TenantDeleting: "StateInactive"}

// addonStatus is whether an add-on service is subscribed to, and why not.
type addonStatus struct {
	Access string `json:"access"`
	State  string `json:"state"`
}

type featureFlag struct {
	Disabled bool   `json:"disabled"`
	Name     string `json:"name"`
}

// mspManaged says who runs a tenant that is below another.
type mspManaged struct {
	MSP      string `json:"msp_id"` // the tenant at the root
	NodeType string `json:"node_type"`
	Parent   string `json:"parent_tenant_id"`
	Tier     int64  `json:"tier"` // how many tenants are above
}

// namespaceAccess are the roles that hold in each namespace.
type namespaceAccess struct {
	Roles map[string]roleList `json:"namespace_role_map"`
}

type roleList struct {
	Names []string `json:"names"`
}

// tileAccess is whether a part of the console is open, and why not.
type tileAccess string

const (
	tileNone          tileAccess = "TILE_AC_NONE"
	tileAllowed       tileAccess = "TILE_AC_ALLOWED"
	tileUpgradePlan   tileAccess = "TILE_AC_UPGRADE_PLAN"
	tileNotSubscribed tileAccess = "TILE_AC_NOT_SUBSCRIBED"
)

// tellTenant fills in the tenant in which the caller acts.
func (d *dialect) tellTenant(ctx context.Context, by iam.Actor, s *self) error {
	t, err := d.Tenancy.Tenant(ctx, by)
	if err != nil {
		return err
	}
	if s.CName, err = d.Tenancy.Alias(ctx, by); err != nil {
		return err
	}
	settings, err := d.Tenancy.Settings(ctx, by.Tenant)
	if err != nil {
		return err
	}
	// The terms are those that the caller is asked to accept, at home.
	terms, err := d.Tenancy.Settings(ctx, by.Home)
	if err != nil {
		return err
	}
	s.Tenant, s.OriginalTenant, s.AccessType = t.Code, cmp.Or(by.HomeCode, t.Code), accessTypes[by.Reach]
	s.Company, s.TenantState, s.TenantType = t.Name, tenantStates[t.State], tenantTypeOf(t)
	s.BillingPlanName, s.PlanType = t.Plan.Name, planType(oneOf(planTypes, t.Plan.Type, planUnspecified))
	s.TOSCurrentVersion = terms.Terms.Version
	s.TenantFlags = map[string]bool{"mfa_required": settings.Factor.Required}
	s.Addons = map[string]addonStatus{}
	for _, w := range t.Plan.Withheld {
		if w.Addon != "" {
			s.Addons[w.Addon] = addonStatus{Access: "AS_AC_PBAC_DENY", State: "AS_NONE"}
		}
	}
	return d.tellManager(ctx, t, s)
}

// tellManager fills in the tenants above the one in which the caller acts.
func (d *dialect) tellManager(ctx context.Context, t iam.Tenant, s *self) error {
	if t.Parent == "" {
		s.SelfManaged = &empty{}
		return nil
	}
	m := &mspManaged{NodeType: "MspNodeTypeChild", Parent: string(t.Parent)}
	for above := t.Parent; above != ""; m.Tier++ {
		t, err := d.Tenancy.Tenant(ctx, iam.Actor{Tenant: above})
		if err != nil {
			return err
		}
		m.MSP, above = string(above), t.Parent
	}
	s.MSPManaged = m
	return nil
}

// exampleSelf is a caller, for the document.
var exampleSelf = self{AccessType: accessDirect, Addons: map[string]addonStatus{}, BillingFlags: []empty{}, CName: iam.DefaultTenant,
	Company: iam.DefaultTenant, Created: timeOf(exampleTime), Email: "mina@example.com", Environment: "id.example.com",
	FeatureFlags: []featureFlag{{Name: "users"}}, FirstName: "Mina", GroupNames: []string{"auditors"}, IDMType: idmOwn, LastLogin: timeOf(exampleTime),
	LastName: "Seo", Name: "mina@example.com", Namespace: iam.NamespaceSystem,
	NamespaceAccess: namespaceAccess{map[string]roleList{"shop": {[]string{"ves-io-developer-role"}}}},
	NamespaceRoles:  []namespaceRole{{"shop", "ves-io-developer-role"}}, OriginalTenant: iam.DefaultTenant, PlanType: planUnspecified,
	SelfManaged: &empty{}, SignupOrigin: originDirect, State: "StateActive", SyncMode: "SELF", Tenant: iam.DefaultTenant,
	TenantFlags: map[string]bool{"mfa_required": false}, TenantState: "StateActive", TenantType: "ENTERPRISE",
	TileAccess: map[string]tileAccess{"users": tileAllowed}, Type: typeUser, UUID: "0191a5c4-7a3c-7b1e-9d2f-3c4b5a697888"}
