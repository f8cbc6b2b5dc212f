package fess

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

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

// Access keeps roles; *access.Service satisfies it.
type Access interface {
	May(ctx context.Context, by iam.Actor, p iam.Permission) (bool, error)

	Role(ctx context.Context, by iam.Actor, k access.RoleKey) (iam.Role, error)
	Roles(ctx context.Context, by iam.Actor, p iam.Page) (iam.List[iam.Role], error)
	CreateRole(ctx context.Context, by iam.Actor, in access.NewRole) (iam.Role, error)
	UpdateRole(ctx context.Context, by iam.Actor, k access.RoleKey, ch access.RoleChange) (iam.Role, error)
	DeleteRole(ctx context.Context, by iam.Actor, k access.RoleKey) (iam.Role, error)
}

// Authenticator knows callers by their tokens; *authn.Service satisfies it.
type Authenticator interface {
	Bearer(ctx context.Context, raw, tenantCode string, from authn.Origin) (iam.Actor, error)
}

// Deps are what the dialect needs of the program.
type Deps struct {
	Directory Directory
	Access    Access
	Authn     Authenticator
	// Ready answers nil while requests can be served.
	Ready func(ctx context.Context) error
}

// dialect holds the handlers.
type dialect struct{ Deps }

// New makes the dialect and its operations.
func New(deps Deps) (*api.Dialect, []api.Operation) {
	d := &dialect{deps}
	described := &api.Dialect{
		Name:  name,
		Title: "Fess admin API",
		Description: "Users, groups and roles as the search server Fess manages them. " +
			"Every answer has the member `response`, whose `status` is 0 where the call succeeded.",
		Version:      version,
		Prefixes:     []string{"/api/admin/user/", "/api/admin/group/", "/api/admin/role/", "/api/v1/health/", "/api/v2/health/"},
		Authenticate: d.authenticate,
		Fail:         fail,
		Security: []api.Security{{Name: "accessToken", Scheme: "bearer",
			Description: "An API token or a session token. The word Bearer may be left out."}},
	}
	return described, slices.Concat(d.users(), d.groups(), d.roles(), d.health())
}

const (
	name    = "fess"
	version = "15.8" // of Fess, whose behaviour this is; its servers answer major and minor
)

// authenticate finds out who calls: with an API token, or with a session token
// that another dialect gave out.
func (d *dialect) authenticate(ctx context.Context, r *http.Request) (iam.Actor, error) {
	token, ok := tokenOf(r.Header.Get("Authorization"))
	if !ok {
		return iam.Actor{}, iam.E(iam.Unauthenticated, "a token is required")
	}
	info := api.RequestOf(ctx)
	from := authn.Origin{Dialect: name, Address: info.Address, Client: info.Client, RequestID: info.ID}
	return d.Authn.Bearer(ctx, token, api.TenantOf(ctx), from)
}

// tokenOf takes the token out of the header, which is "Bearer TOKEN" in just
// this case and with one space, or the bare token.
func tokenOf(header string) (token string, ok bool) {
	switch parts := strings.Split(header, " "); {
	case len(parts) == 1:
		token = parts[0]
	case len(parts) == 2 && parts[0] == "Bearer":
		token = parts[1]
	}
	return token, token != ""
}
