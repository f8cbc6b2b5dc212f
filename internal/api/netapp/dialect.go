package netapp

import (
	"context"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/job"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// name of the dialect, in events and in the document.
const name = "netapp"

// Deps are the use cases that the dialect translates for.
type Deps struct {
	Tenancy   Tenancy
	Directory Directory
	Access    Access
	Authn     Authn
	Jobs      Jobs
}

// Authn proves who callers are. Package authn satisfies it.
type Authn interface {
	Tenant(ctx context.Context, code string) (iam.TenantID, error)
	SignIn(ctx context.Context, t iam.TenantID, username, password string, from authn.Origin) (iam.Session, error)
	ChangePassword(ctx context.Context, t iam.TenantID, username, old, password string, from authn.Origin) (iam.Session, error)
	Refresh(ctx context.Context, by iam.Actor, from authn.Origin) (iam.Session, error)
	SignOut(ctx context.Context, by iam.Actor) error
	SessionToken(ctx context.Context, t iam.TenantID, s iam.Session) (string, error)

	Bearer(ctx context.Context, raw, tenantCode string, from authn.Origin) (iam.Actor, error)
	Password(ctx context.Context, t iam.TenantID, username, password string, from authn.Origin) (iam.Actor, error)
}

// Directory keeps people. Package directory satisfies it.
type Directory interface {
	User(ctx context.Context, by iam.Actor, k directory.UserKey) (iam.User, error)
	Users(ctx context.Context, by iam.Actor, f directory.UserFilter, p iam.Page) (iam.List[iam.User], error)
	CreateUser(ctx context.Context, by iam.Actor, in directory.NewUser) (iam.User, error)
	UpdateUser(ctx context.Context, by iam.Actor, k directory.UserKey, ch directory.UserChange) (iam.User, error)
	DeleteUser(ctx context.Context, by iam.Actor, k directory.UserKey) (iam.User, error)
}

// Tenancy keeps tenants, regions and zones. Package tenancy satisfies it.
type Tenancy interface {
	Tenant(ctx context.Context, by iam.Actor) (iam.Tenant, error)
	Reached(ctx context.Context, by iam.Actor) ([]tenancy.Reached, error)
	Find(ctx context.Context, by iam.Actor, id string) (iam.Tenant, error)
	Tenants(ctx context.Context, by iam.Actor, f tenancy.TenantFilter, p iam.Page) (iam.List[iam.Tenant], error)
	Subtenants(ctx context.Context, by iam.Actor, parent string, f tenancy.TenantFilter, p iam.Page) (iam.List[iam.Tenant], error)
	RequestTenant(ctx context.Context, by iam.Actor, in tenancy.NewTenant) (iam.Tenant, iam.Job, error)
	UpdateTenant(ctx context.Context, by iam.Actor, id string, ch tenancy.TenantChange) (iam.Tenant, error)
	RequestTenantDeletion(ctx context.Context, by iam.Actor, id string) (iam.Job, error)

	Region(ctx context.Context, by iam.Actor, name string) (iam.Region, error)
	Regions(ctx context.Context, by iam.Actor, f tenancy.PlaceFilter, p iam.Page) (iam.List[iam.Region], error)
	RequestRegion(ctx context.Context, by iam.Actor, name, description string) (iam.Region, iam.Job, error)
	UpdateRegion(ctx context.Context, by iam.Actor, name string, newName, description *string) (iam.Region, error)
	RequestRegionDeletion(ctx context.Context, by iam.Actor, name string) (iam.Job, error)

	Zone(ctx context.Context, by iam.Actor, name string) (iam.Zone, error)
	Zones(ctx context.Context, by iam.Actor, f tenancy.PlaceFilter, p iam.Page) (iam.List[iam.Zone], error)
	RequestZone(ctx context.Context, by iam.Actor, name, description, region string) (iam.Zone, iam.Job, error)
	UpdateZone(ctx context.Context, by iam.Actor, name string, newName, description *string) (iam.Zone, error)
	RequestZoneDeletion(ctx context.Context, by iam.Actor, name string) (iam.Job, error)
}

// Access decides. Package access satisfies it.
type Access interface {
	May(ctx context.Context, by iam.Actor, p iam.Permission) (bool, error)
	Enter(ctx context.Context, by iam.Actor, t iam.Tenant, right iam.Permission) (iam.Actor, error)
	RolesIn(ctx context.Context, by iam.Actor) (map[string][]iam.Role, error)
}

// Jobs answers what became of jobs. Package job satisfies it.
type Jobs interface {
	Job(ctx context.Context, by iam.Actor, id string) (iam.Job, error)
	Jobs(ctx context.Context, by iam.Actor, f job.Filter, p iam.Page) (iam.List[iam.Job], error)
	Wait(ctx context.Context, t iam.TenantID, id iam.JobID, most time.Duration) (iam.Job, error)
}

// dialect has the handlers.
type dialect struct{ Deps }

// New makes the dialect and its operations.
func New(deps Deps) (*api.Dialect, []api.Operation) {
	d := &dialect{deps}
	return &api.Dialect{
			Name:  name,
			Title: "NetApp Service Engine",
			Description: "Sign-in, users, tenants, regions, zones and jobs in the API of NetApp Service Engine. " +
				"Every path is served below /v2.1 and below /api/v2.1, with and without a trailing slash.",
			Version:      "2.1",
			Prefixes:     bases,
			Authenticate: d.authenticate,
			Fail:         fail,
			Security: []api.Security{
				{Name: "bearer", Scheme: "bearer", Format: "JWT", Description: "The token of auth/signin, or an API token of Gatehouse."},
				{Name: "basic", Scheme: "basic", Description: "User name and password."},
			},
		}, slices.Concat(d.signInOperations(), d.regionOperations(), d.zoneOperations(), d.jobOperations(),
			d.userOperations(), d.tenantOperations(), d.subtenantOperations())
}

// bases are the starts of all paths. The vendor's tables write the first, its
// text says that the API is below /api.
var bases = []string{"/v2.1/", "/api/v2.1/"}

// at lists the spellings of paths, given without their start: each below both
// bases, with and without a trailing slash.
func at(paths ...string) []string {
	var all []string
	for _, end := range []string{"", "/"} {
		for _, base := range bases {
			for _, p := range paths {
				all = append(all, base+p+end)
			}
		}
	}
	return all
}
