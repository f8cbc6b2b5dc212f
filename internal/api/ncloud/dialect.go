package ncloud

import (
	"context"
	"net/netip"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// name of the dialect, in events and in the document.
const name = "ncloud"

// Directory keeps users and groups; *directory.Service satisfies it.
type Directory interface {
	User(ctx context.Context, by iam.Actor, k directory.UserKey) (iam.User, error)
	Users(ctx context.Context, by iam.Actor, f directory.UserFilter, p iam.Page) (iam.List[iam.User], error)
	CreateUser(ctx context.Context, by iam.Actor, in directory.NewUser) (iam.User, error)
	UpdateUser(ctx context.Context, by iam.Actor, k directory.UserKey, ch directory.UserChange) (iam.User, error)
	DeleteUser(ctx context.Context, by iam.Actor, k directory.UserKey) (iam.User, error)

	Group(ctx context.Context, by iam.Actor, k directory.GroupKey) (iam.Group, error)
	Groups(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.Group], error)
	CreateGroup(ctx context.Context, by iam.Actor, in directory.NewGroup) (iam.Group, error)
	UpdateGroup(ctx context.Context, by iam.Actor, k directory.GroupKey, ch directory.GroupChange) (iam.Group, error)
	DeleteGroup(ctx context.Context, by iam.Actor, k directory.GroupKey) (iam.Group, error)
}

// Access keeps roles and what is bound to whom; *access.Service satisfies it.
type Access interface {
	Role(ctx context.Context, by iam.Actor, k access.RoleKey) (iam.Role, error)
	Roles(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.Role], error)
	CreateRole(ctx context.Context, by iam.Actor, in access.NewRole) (iam.Role, error)
	UpdateRole(ctx context.Context, by iam.Actor, k access.RoleKey, ch access.RoleChange) (iam.Role, error)
	DeleteRole(ctx context.Context, by iam.Actor, k access.RoleKey) (iam.Role, error)

	APIGroups(ctx context.Context, by iam.Actor, role iam.RoleID) ([]iam.APIGroup, error)
	CreateAPIGroup(ctx context.Context, by iam.Actor, name, description string, rules []iam.Rule) (iam.APIGroup, error)
	UpdateAPIGroup(ctx context.Context, by iam.Actor, g iam.APIGroup) (iam.APIGroup, error)
	DeleteAPIGroup(ctx context.Context, by iam.Actor, id iam.APIGroupID) error

	Grants(ctx context.Context, by iam.Actor, user iam.UserID) ([]access.Grant, error)
	GroupGrants(ctx context.Context, by iam.Actor, group iam.GroupID) ([]access.Grant, error)
	RoleGroups(ctx context.Context, by iam.Actor, role iam.RoleID) ([]iam.Binding, error)
	CheckRoles(ctx context.Context, by iam.Actor, roles []iam.RoleID, scope iam.Scope) error
	Bind(ctx context.Context, by iam.Actor, b iam.Binding) (iam.Binding, error)
	Unbind(ctx context.Context, by iam.Actor, id iam.BindingID) error
}

// Authn knows callers and keeps their access keys; *authn.Service satisfies it.
type Authn interface {
	Bearer(ctx context.Context, raw, tenantCode string, from authn.Origin) (iam.Actor, error)
	Signed(ctx context.Context, sig authn.Signature, tenantCode string, from authn.Origin) (iam.Actor, error)

	CreateAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, networks []netip.Prefix) (secret string, k iam.AccessKey, err error)
	UpdateAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, id iam.AccessKeyID, ch authn.AccessKeyChange) (iam.AccessKey, error)
	DeleteAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, id iam.AccessKeyID) error
	AccessKeys(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.AccessKey], error)
}

// Tenancy keeps what the main account decides; *tenancy.Service satisfies it.
type Tenancy interface {
	Tenant(ctx context.Context, by iam.Actor) (iam.Tenant, error)
	Alias(ctx context.Context, by iam.Actor) (string, error)
	SetAlias(ctx context.Context, by iam.Actor, alias string) error
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
	UpdateSettings(ctx context.Context, by iam.Actor, in iam.Settings) (iam.Settings, error)
}

// Deps are what the dialect needs of the program.
type Deps struct {
	Directory Directory
	Access    Access
	Authn     Authn
	Tenancy   Tenancy
	Env       iam.Env
}

// dialect holds the handlers.
type dialect struct{ Deps }

// New makes the dialect and its operations.
func New(deps Deps) (*api.Dialect, []api.Operation) {
	d := &dialect{deps}
	return &api.Dialect{
			Name:  name,
			Title: "Naver Cloud Sub Account",
			Description: "Sub accounts, access keys, groups, policies and roles in the Sub Account API v1 of Naver Cloud Platform. " +
				"Every path is served below /api/v1 and without it.",
			Version:      "v1",
			Prefixes:     prefixes(),
			Authenticate: d.authenticate,
			Fail:         fail,
			Security: []api.Security{
				{Name: "signature", Header: headerSignature, Description: "Base64 of HMAC-SHA256, under the secret of the access key, over " +
					"the method, a space, the path with query, a line feed, the timestamp, a line feed and the access key; " +
					"beside it the headers " + headerTimestamp + " (milliseconds since 1970) and " + headerKey + "."},
				{Name: "bearer", Scheme: "bearer", Description: "An API token or a session token of Gatehouse."},
			},
		}, slices.Concat(d.accountOperations(), d.passwordOperations(), d.keyOperations(), d.membershipOperations(), d.groupOperations(),
			d.policyOperations(), d.policyCheckOperations(), d.attachmentOperations(), d.roleOperations(), d.entityOperations(), d.tagOperations(), d.tenantOperations())
}

// base is where the vendor's gateway has the API. The vendor's pages write
// paths relative to it.
const base = "/api/v1"

// prefixes are the paths of the dialect: all below the base, and what the pages
// name without it.
func prefixes() []string {
	all := []string{base + "/"}
	for _, p := range []string{"sub-accounts", "sub-accounts-with-no", "groups", "policies", "policy", "roles", "login-alias", "join", "tenant-settings", "users"} {
		all = append(all, "/"+p+"/")
	}
	return all
}

// at lists the spellings of a path.
func at(path string) []string { return []string{base + path, path} }
