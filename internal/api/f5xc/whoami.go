package f5xc

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// whoamiTenancy is what it needs of tenants beside what users do.
type whoamiTenancy interface {
	Alias(ctx context.Context, by iam.Actor) (string, error)
}

func (d *dialect) whoamiOperations() []api.Operation {
	return []api.Operation{api.Handle(api.Op{
		ID: "user.whoami", Methods: []string{http.MethodGet}, Paths: []string{"/api/web/custom/namespaces/{namespace}/whoami"}, Access: api.SignedIn(),
		Tag: "Users", Summary: "Show the caller, with roles and tenant", Errors: []iam.Kind{iam.NotFound}, ResponseExample: exampleSelf,
	}, d.whoami)}
}

// self is the caller, and the tenant in which they act.
type self struct {
	AccessType        accessType             `json:"access_type"`
	PlanTransition    string                 `json:"active_plan_transition_uid"` // plans change at once: there is none
	Addons            map[string]addonStatus `json:"addon_service_status"`
	BillingFlags      []empty                `json:"billing_flags"` // nothing is billed here
	BillingPlanName   string                 `json:"billing_plan_name"`
	CName             string                 `json:"cname"`
	Company           string                 `json:"company"`
	Created           *timestamp             `json:"creation_timestamp,omitzero"`
	Disabled          bool                   `json:"disabled"`
	DomainOwner       bool                   `json:"domain_owner"`
	Email             string                 `json:"email"`
	Environment       string                 `json:"environment"`
	FeatureFlags      []featureFlag          `json:"feature_flags"`
	FirstName         string                 `json:"first_name"`
	GroupNames        []string               `json:"group_names"`
	IDMType           idmType                `json:"idm_type"`
	LastLogin         *timestamp             `json:"last_login_timestamp,omitzero"`
	LastName          string                 `json:"last_name"`
	MSPManaged        *mspManaged            `json:"msp_managed,omitzero"`
	Name              string                 `json:"name"`
	Namespace         string                 `json:"namespace"`
	NamespaceAccess   namespaceAccess        `json:"namespace_access"`
	NamespaceRoles    []namespaceRole        `json:"namespace_roles"`
	OriginalTenant    string                 `json:"original_tenant"`
	PlanType          planType               `json:"plan_type"`
	SelfManaged       *empty                 `json:"self_managed,omitzero"`
	SignupOrigin      signupOrigin           `json:"signup_origin"`
	State             userState              `json:"state"`
	SyncMode          syncMode               `json:"sync_mode"`
	Tenant            string                 `json:"tenant"`
	TenantFlags       map[string]bool        `json:"tenant_flags"`
	TenantState       string                 `json:"tenant_state"`
	TenantType        tenantType             `json:"tenant_type"`
	TileAccess        map[string]tileAccess  `json:"tile_access"`
	TOSCurrentVersion string                 `json:"tos_current_version"`
	acceptance
	Type userType `json:"type"`
	UUID string   `json:"user_uuid"`
}

// whoami answers who calls. Users are in namespace system, and so is the caller.
func (d *dialect) whoami(ctx context.Context, c *api.Call, in inNamespace) (self, error) {
	if err := inSystem("users", in.Namespace); err != nil {
		return self{}, err
	}
	by := c.Actor
	u, err := d.Directory.User(ctx, athome(by), directory.UserKey{ID: by.User})
	if err != nil {
		return self{}, err
	}
	s := self{BillingFlags: []empty{}, Created: timeOf(u.Created), Disabled: u.State == iam.UserDisabled, DomainOwner: u.Owner(), Email: u.Email,
		Environment: d.Host, FirstName: u.GivenName, GroupNames: namesOf(u.Groups), IDMType: idmTypeOf(u), LastLogin: timeOf(u.LastLogin),
		LastName: u.FamilyName, Name: u.Username, Namespace: iam.NamespaceSystem, SignupOrigin: originDirect, State: stateOf(u),
		SyncMode: syncModeOf(u.Attributes), acceptance: acceptanceOf(u), Type: typeOf(u), UUID: string(u.ID)}
	// The vendor's list has what is bound to the user itself; what holds through
	// groups too is in namespace_access. To who comes from another tenant nothing
	// is bound here, and they own nothing.
	if by.Home == by.Tenant {
		if s.NamespaceRoles, err = d.rolesShown(ctx, by, u.Bindings); err != nil {
			return self{}, err
		}
	} else {
		s.NamespaceRoles, s.DomainOwner = []namespaceRole{}, false
	}
	if err := d.tellTenant(ctx, by, &s); err != nil {
		return self{}, err
	}
	if err := d.tellRights(ctx, by, &s); err != nil {
		return self{}, err
	}
	return s, nil
}

// athome is the actor in the tenant where their account is.
func athome(by iam.Actor) iam.Actor {
	by.Tenant, by.Reach, by.HomeCode = by.Home, iam.ReachHome, ""
	return by
}

// tellRights fills in what the caller may do in the tenant in which they act.
func (d *dialect) tellRights(ctx context.Context, by iam.Actor, s *self) error {
	in, err := d.Access.RolesIn(ctx, by)
	if err != nil {
		return err
	}
	s.NamespaceAccess.Roles = make(map[string]roleList, len(in))
	for namespace, roles := range in {
		if namespace != "" && len(roles) > 0 {
			s.NamespaceAccess.Roles[namespace] = roleList{roleNames(roles)}
		}
	}
	return d.tellTiles(ctx, by, s)
}

// tiles are the parts of the console that the vendor's pages show, each with a
// call that reads what is there.
var tiles = []struct {
	name string
	call access.Call
	// everywhere is set for what is in every namespace: the tile is open to who
	// may look into one of them.
	everywhere bool
}{
	{"users", access.Call{Method: http.MethodGet, Path: "/api/web/custom/namespaces/{namespace}/user_roles"}, false},
	{"user_groups", access.Call{Method: http.MethodGet, Path: "/api/web/custom/namespaces/system/user_groups"}, false},
	{"roles", access.Call{Method: http.MethodGet, Path: "/api/web/namespaces/{namespace}/roles"}, false},
	{"tenant_settings", access.Call{Method: http.MethodGet, Path: "/api/config/namespaces/{namespace}/tenant_configurations"}, false},
	{"namespaces", access.Call{Method: http.MethodGet, Path: "/api/web/namespaces/{name}"}, true},
	{"configuration", access.Call{Method: http.MethodGet, Path: "/api/web/namespaces/{namespace}/contacts"}, true},
}

// tellTiles fills in which parts of the console are open to the caller, and
// which the plan leaves out.
func (d *dialect) tellTiles(ctx context.Context, by iam.Actor, s *self) error {
	calls := make([]access.Call, len(tiles))
	for i, t := range tiles {
		calls[i] = t.call
	}
	planned, err := d.Access.Evaluate(ctx, by, access.ByPlan, iam.NamespaceSystem, calls)
	if err != nil {
		return err
	}
	open := make([]bool, len(tiles))
	for _, namespace := range slices.Concat([]string{iam.NamespaceSystem}, slices.Sorted(maps.Keys(s.NamespaceAccess.Roles))) {
		decided, err := d.Access.Evaluate(ctx, by, access.ByAll, namespace, calls)
		if err != nil {
			return err
		}
		for i, t := range tiles {
			open[i] = open[i] || decided[i].Allowed && (t.everywhere || namespace == iam.NamespaceSystem)
		}
	}
	s.TileAccess = make(map[string]tileAccess, len(tiles))
	for i, t := range tiles {
		s.FeatureFlags = append(s.FeatureFlags, featureFlag{Disabled: !planned[i].Allowed, Name: t.name})
		switch {
		case open[i]:
			s.TileAccess[t.name] = tileAllowed
		case planned[i].Allowed:
			s.TileAccess[t.name] = tileNone
		case len(planned[i].Addons) > 0:
			s.TileAccess[t.name] = tileNotSubscribed
		default:
			s.TileAccess[t.name] = tileUpgradePlan
		}
	}
	return nil
}
