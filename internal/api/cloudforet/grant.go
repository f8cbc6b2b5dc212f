package cloudforet

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Scopes of an access token.
const (
	scopeDomain    = "DOMAIN"
	scopeWorkspace = "WORKSPACE"
	scopeUser      = "USER"
)

type grantBody struct {
	GrantType string `json:"grant_type" doc:"REFRESH_TOKEN"`
	Token     string `json:"token" doc:"A refresh_token of token/issue."`
	Scope     string `json:"scope" doc:"USER, DOMAIN or WORKSPACE."`
	Timeout   int64  `json:"timeout,omitzero" doc:"As of token/issue."`
	Workspace string `json:"workspace_id,omitzero" doc:"Required where the scope is WORKSPACE."`
}

type grantInfo struct {
	Access    string     `json:"access_token"`
	Role      roleType   `json:"role_type,omitzero"`
	Tenant    string     `json:"domain_id,omitzero"`
	Workspace string     `json:"workspace_id,omitzero"`
	RoleID    iam.RoleID `json:"role_id,omitzero"`
}

// grant follows the vendor in what it tells and what the token says: where a
// domain administrator enters a workspace, the answer says DOMAIN_ADMIN and
// the token WORKSPACE_OWNER.
func (d *dialect) grant(ctx context.Context, _ *api.Call, in struct {
	Body grantBody `body:"required"`
}) (grantInfo, error) {
	b := in.Body
	switch {
	case b.GrantType == "":
		return grantInfo{}, refuse(errRequired, "grant_type")
	case b.Token == "":
		return grantInfo{}, refuse(errRequired, "token")
	case b.Scope == "":
		return grantInfo{}, refuse(errRequired, "scope")
	case b.GrantType != refreshToken:
		return grantInfo{}, refuse(errGrantType, b.GrantType)
	case b.Scope == scopeWorkspace && b.Workspace == "":
		return grantInfo{}, refuse(errRequired, "workspace_id")
	}
	t, c, err := d.verify(ctx, b.Token, refreshToken)
	if err == nil {
		err = d.athome(ctx, t)
	}
	if err != nil {
		return grantInfo{}, err
	}
	by, s, err := d.Authn.LiveSession(ctx, t, c.ID, origin(ctx))
	if iam.Is(err, iam.Unauthenticated) {
		return grantInfo{}, d.refuseUnfinished(ctx, t, c.ID, err)
	}
	if err != nil {
		return grantInfo{}, err
	}
	out := grantInfo{Tenant: string(t)}
	token := d.claims(t, s, accessToken, accessTimeout(b.Timeout))
	if err := d.enter(ctx, by, b, &out, &token); err != nil {
		return grantInfo{}, err
	}
	out.Access, err = d.Authn.SignRS256(ctx, t, token)
	return out, err
}

// enter fills in what the actor is in the scope that is asked for. Denied:
// they are nothing there.
func (d *dialect) enter(ctx context.Context, by iam.Actor, b grantBody, out *grantInfo, token *claims) error {
	if b.Scope == scopeUser {
		if admin, err := d.isAdmin(ctx, by); err != nil || !admin { // most calls end here
			out.Role, token.Role = roleUser, roleUser
			return err
		}
	}
	r, err := d.rolesOf(ctx, by)
	if err != nil {
		return err
	}
	out.Role, out.RoleID = r.domainRole()
	switch {
	case b.Scope == scopeUser:
		token.Role = roleUser
	case b.Scope == scopeDomain && r.admin:
		token.Role = roleDomainAdmin
	case b.Scope == scopeWorkspace:
		return d.enterWorkspace(ctx, by, r, b.Workspace, out, token)
	default:
		return refuse(errDenied)
	}
	return nil
}

// enterWorkspace is enter for a workspace. Who is no administrator learns
// nothing of those that are not their own, not even whether they are there.
func (d *dialect) enterWorkspace(ctx context.Context, by iam.Actor, r roles, id string, out *grantInfo, token *claims) error {
	n, found, err := d.workspace(ctx, by, id)
	if err != nil {
		return err
	}
	held, member := r.in(n.Name)
	switch {
	case r.admin && found:
		token.Role = roleOwner
	case r.admin:
		return refuse(errNotFound, "workspace_id", id)
	case found && member:
		out.Role, out.RoleID = held.kind(), held.Role.ID
		token.Role = out.Role
	default:
		return refuse(errDenied)
	}
	out.Workspace, token.Workspace = id, id
	return nil
}

// refuseUnfinished tells whose session has steps left what the vendor tells
// them, and everybody else nothing more than that the token does not hold.
func (d *dialect) refuseUnfinished(ctx context.Context, t iam.TenantID, id iam.SessionID, otherwise error) error {
	p, err := d.Authn.PendingSession(ctx, t, id, origin(ctx))
	if err != nil || len(p.Session().Pending) == 0 {
		return otherwise
	}
	return refuse(errPasswordNeeded, p.Username())
}
