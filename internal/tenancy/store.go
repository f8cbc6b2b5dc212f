package tenancy

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store keeps tenants and their places. Every method is one transaction and
// writes the events it is given in it. All answer Unavailable when the
// database cannot be reached.
type Store interface {
	SettingsStore
	NamespaceStore
	NamespaceGroupStore
	AliasStore
	RelationStore

	// InsertTenant writes a tenant with everything that it is born with. Where
	// Own is empty it is active; the State is what the tenant above makes of it.
	// Exists: the code is taken; NotFound: the parent is not there.
	InsertTenant(ctx context.Context, t iam.Tenant, born Birth, events ...iam.Event) error
	// UpdateTenant writes name, description, the tenant's own state, its ending
	// and attributes where the stored version is t.Version, and counts it up.
	// Where the own state changes, the state of the tenant and of all below it
	// follows, and their epochs are counted up. NotFound, Conflict.
	UpdateTenant(ctx context.Context, id iam.TenantID, t iam.Tenant, events ...iam.Event) error
	// SetPlan writes the plan, and counts the epoch up. NotFound.
	SetPlan(ctx context.Context, id iam.TenantID, p iam.Plan, events ...iam.Event) error
	// EraseTenant removes the tenant and every row of it, in batches of its
	// own transactions, children first refused. NotFound is success: a
	// second run finds the rest done. Precondition: it has children.
	EraseTenant(ctx context.Context, id iam.TenantID) error
	// Tenant answers one tenant. NotFound.
	Tenant(ctx context.Context, id iam.TenantID) (iam.Tenant, error)
	// TenantByCode resolves a code or an alias before a tenant is known. NotFound.
	TenantByCode(ctx context.Context, code string) (iam.Tenant, error)
	// Descendants lists root and every tenant below it, or, where the filter
	// says so, only one of them. Sorts: "created", "name", "code".
	Descendants(ctx context.Context, root iam.TenantID, f TenantFilter, p iam.Page) (iam.List[iam.Tenant], error)
	// AllTenants lists every tenant of the installation, for its operator at
	// the command line only.
	AllTenants(ctx context.Context, p iam.Page) (iam.List[iam.Tenant], error)

	// InsertRegion writes a region. Exists: the name is taken.
	InsertRegion(ctx context.Context, t iam.TenantID, r iam.Region, events ...iam.Event) error
	// UpdateRegion writes name and description at r.Version. NotFound, Conflict, Exists.
	UpdateRegion(ctx context.Context, t iam.TenantID, r iam.Region, events ...iam.Event) error
	// DeleteRegion removes a region. NotFound; Precondition: it has zones.
	DeleteRegion(ctx context.Context, t iam.TenantID, id iam.RegionID, events ...iam.Event) error
	// Region answers a region by name, with its zones. NotFound.
	Region(ctx context.Context, t iam.TenantID, name string) (iam.Region, error)
	// Regions lists regions with their zones. Sorts: "created", "name".
	Regions(ctx context.Context, t iam.TenantID, f PlaceFilter, p iam.Page) (iam.List[iam.Region], error)

	// InsertZone writes a zone. Exists: the name is taken; NotFound: its
	// RegionID is gone.
	InsertZone(ctx context.Context, t iam.TenantID, z iam.Zone, events ...iam.Event) error
	// UpdateZone writes name and description at z.Version. NotFound, Conflict, Exists.
	UpdateZone(ctx context.Context, t iam.TenantID, z iam.Zone, events ...iam.Event) error
	// DeleteZone removes a zone. NotFound.
	DeleteZone(ctx context.Context, t iam.TenantID, id iam.ZoneID, events ...iam.Event) error
	// Zone answers a zone by name. NotFound.
	Zone(ctx context.Context, t iam.TenantID, name string) (iam.Zone, error)
	// Zones lists zones. Sorts: "created", "name".
	Zones(ctx context.Context, t iam.TenantID, f PlaceFilter, p iam.Page) (iam.List[iam.Zone], error)
}

// Birth is what a tenant is born with.
type Birth struct {
	Namespaces []iam.Namespace
	Roles      []iam.Role
}

// TenantFilter narrows a list of tenants; empty members do not narrow.
// Name and Code are patterns, see iam.Pattern.
type TenantFilter struct {
	ID         iam.TenantID
	Short      string // iam.Short of the id
	Name, Code iam.Pattern
	// ChildrenOnly leaves the root itself out.
	ChildrenOnly bool
}

// PlaceFilter narrows a list of regions or zones; empty members do not narrow.
type PlaceFilter struct {
	Name, Description iam.Pattern
	// Region is the exact name of the region, for zones.
	Region string
}
