package netapp

import (
	"context"
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// authenticate finds out who calls: by a session's JWT or an API token as
// bearer (RFC 6750), or by user name and password (RFC 7617).
func (d *dialect) authenticate(ctx context.Context, r *http.Request) (iam.Actor, error) {
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") {
		return d.Authn.Bearer(ctx, strings.TrimSpace(credential), api.TenantOf(ctx), origin(ctx))
	}
	username, password, ok := r.BasicAuth()
	if !ok {
		return iam.Actor{}, iam.E(iam.Unauthenticated, "credentials are required: Authorization must be Bearer or Basic")
	}
	t, err := d.tenant(ctx)
	if err != nil {
		return iam.Actor{}, err
	}
	return d.Authn.Password(ctx, t, username, password, origin(ctx))
}

// tenant is the one in which a user name is meant.
func (d *dialect) tenant(ctx context.Context) (iam.TenantID, error) {
	code := api.TenantOf(ctx)
	if code == "" {
		code = iam.DefaultTenant
	}
	return d.Authn.Tenant(ctx, code)
}

func origin(ctx context.Context) authn.Origin {
	from := api.RequestOf(ctx)
	return authn.Origin{Dialect: name, Address: from.Address, Client: from.Client, RequestID: from.ID}
}
