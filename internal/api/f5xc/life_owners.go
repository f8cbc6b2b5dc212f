package f5xc

import (
	"context"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// lifeDirectory knows whose a tenant is.
type lifeDirectory interface {
	AssignOwner(ctx context.Context, by iam.Actor, k directory.UserKey, role string, attributes map[string]*string) (iam.User, error)
	UnassignOwner(ctx context.Context, by iam.Actor, k directory.UserKey, attributes map[string]*string) (iam.User, error)
}

func (d *dialect) ownerOperations() []api.Operation {
	const owners = "/api/web/namespaces/system/tenant/domain_owner"
	owner := ownerForm{exampleSelf.Email}
	return []api.Operation{
		api.Handle(api.Op{
			ID: "domain_owner.assign", Methods: []string{http.MethodPost}, Paths: []string{owners + "/assign"},
			Access: api.Requires(iam.UsersUpdate), Tag: "Tenant", Summary: "Make a user an owner of the tenant",
			Description: "Only an owner may; where there is none, who holds every right. The user has the role " + access.RoleF5Admin +
				" in the whole tenant then, and no other by itself. Who was looked after elsewhere is mailed a link to set a password.",
			Errors: []iam.Kind{iam.Denied, iam.NotFound, iam.Precondition}, RequestExample: owner, ResponseExample: empty{},
		}, d.assignOwner),
		api.Handle(api.Op{
			ID: "domain_owner.unassign", Methods: []string{http.MethodPost}, Paths: []string{owners + "/unassign"},
			Access: api.Requires(iam.UsersUpdate), Tag: "Tenant", Summary: "Make a user an owner of the tenant no more",
			Description: "Only an owner may. The roles of the user stay. Where the tenant has a provider that signs people in, the user is one of it again.",
			Errors:      []iam.Kind{iam.Denied, iam.NotFound, iam.Precondition}, RequestExample: owner, ResponseExample: empty{},
		}, d.unassignOwner),
	}
}

type ownerForm struct {
	Email string `json:"email"`
}

// assignOwner lets a user in with a password whom somebody else has vouched for
// until now.
func (d *dialect) assignOwner(ctx context.Context, c *api.Call, in struct {
	Body ownerForm `body:"required"`
}) (empty, error) {
	u, err := d.findUser(ctx, c.Actor, in.Body.Email)
	if err != nil {
		return empty{}, err
	}
	var attributes map[string]*string
	elsewhere := idmTypeOf(u) == idmSSO
	if elsewhere {
		own := string(idmOwn)
		attributes = map[string]*string{attrIDMType: &own}
	}
	if _, err := d.Directory.AssignOwner(ctx, c.Actor, directory.UserKey{ID: u.ID}, access.RoleF5Admin, attributes); err != nil {
		return empty{}, err
	}
	if elsewhere {
		// The user is an owner: a mail that cannot go out now is no reason to
		// say otherwise. It can be asked for again.
		if err := d.Authn.SendPasswordLink(ctx, c.Actor, u.ID); err != nil {
			d.Log.WarnContext(ctx, "owner not sent a link", "user", u.ID, "request_id", c.Actor.RequestID, "error", err)
		}
	}
	return empty{}, nil
}

// unassignOwner hands the user back to the providers of the tenant, where it has
// some. A password stays, unlike with the vendor: whom no provider knows would
// have no way in any more.
func (d *dialect) unassignOwner(ctx context.Context, c *api.Call, in struct {
	Body ownerForm `body:"required"`
}) (empty, error) {
	u, err := d.findUser(ctx, c.Actor, in.Body.Email)
	if err != nil {
		return empty{}, err
	}
	providers, err := d.Federation.Providers(ctx, c.Actor)
	if err != nil {
		return empty{}, err
	}
	var attributes map[string]*string
	if slices.ContainsFunc(providers, func(p iam.Provider) bool { return p.HasSecret }) {
		elsewhere := string(idmSSO)
		attributes = map[string]*string{attrIDMType: &elsewhere}
	}
	_, err = d.Directory.UnassignOwner(ctx, c.Actor, directory.UserKey{ID: u.ID}, attributes)
	return empty{}, err
}
