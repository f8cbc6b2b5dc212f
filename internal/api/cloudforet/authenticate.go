package cloudforet

import (
	"context"
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// apiToken begins every API token of Gatehouse, the vendor's app token.
const apiToken = "gh_"

// authenticate finds out who calls, by an access token of a finished sign-in.
// A program with an API token is known but has no profile of its own: the
// vendor refuses its app tokens, too. Where the request's host or path names
// another tenant than the token, the caller acts there if a relation of the two
// lets them.
func (d *dialect) authenticate(ctx context.Context, r *http.Request) (iam.Actor, error) {
	t, c, err := d.bearer(ctx, r)
	if err != nil {
		return iam.Actor{}, err
	}
	by, _, err := d.Authn.LiveSession(ctx, t, c.ID, origin(ctx))
	if err != nil {
		return iam.Actor{}, err
	}
	here, err := d.named(ctx, t)
	if err != nil || here == t {
		return by, err
	}
	by, err = d.Authn.Reach(ctx, by, string(here))
	if iam.Is(err, iam.NotFound) {
		return iam.Actor{}, errInvalidToken()
	}
	return by, err
}

// usersOnly keeps an operation for people who have signed in: programs, which
// come with another credential than a session's, have no profile.
func usersOnly[In, Out any](fn func(context.Context, *api.Call, In) (Out, error)) func(context.Context, *api.Call, In) (Out, error) {
	return func(ctx context.Context, c *api.Call, in In) (Out, error) {
		if c.Actor.Session == "" {
			var none Out
			return none, refuse(errDenied)
		}
		return fn(ctx, c, in)
	}
}

// selfOnly keeps an operation on the caller's own account for people who are in
// their own tenant.
func selfOnly[In, Out any](fn func(context.Context, *api.Call, In) (Out, error)) func(context.Context, *api.Call, In) (Out, error) {
	return usersOnly(func(ctx context.Context, c *api.Call, in In) (Out, error) {
		if c.Actor.Home != c.Actor.Tenant {
			var none Out
			return none, refuse(errDenied)
		}
		return fn(ctx, c, in)
	})
}

// prover finds out who calls where steps of the sign-in may be left, and where
// it is about nobody but the caller.
func (d *dialect) prover(ctx context.Context, r *http.Request) (authn.Prover, error) {
	t, c, err := d.bearer(ctx, r)
	if err == nil {
		err = d.athome(ctx, t)
	}
	if err != nil {
		return authn.Prover{}, err
	}
	return d.Authn.PendingSession(ctx, t, c.ID, origin(ctx))
}

// bearer verifies the access token of a request. Unauthenticated; Denied: it
// is an API token that holds.
func (d *dialect) bearer(ctx context.Context, r *http.Request) (iam.TenantID, claims, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", claims{}, iam.E(iam.Unauthenticated, "an access token is required")
	}
	if strings.HasPrefix(token, apiToken) {
		if _, err := d.Authn.Token(ctx, token, origin(ctx)); err != nil {
			return "", claims{}, err
		}
		return "", claims{}, iam.E(iam.Denied, "an API token has no profile")
	}
	return d.verify(ctx, token, accessToken)
}

// verify answers the tenant and the claims of a token of a kind.
func (d *dialect) verify(ctx context.Context, token, kind string) (iam.TenantID, claims, error) {
	t, ok := tenantOfToken(token)
	if !ok {
		return "", claims{}, errInvalidToken()
	}
	var c claims
	if err := d.Authn.VerifyRS256(ctx, t, token, &c); err != nil {
		return "", claims{}, err
	}
	if !c.good(kind, d.Now()) {
		return "", claims{}, errInvalidToken()
	}
	return t, c, nil
}

// named is the tenant that the request's host or path names, and otherwise
// where neither does.
func (d *dialect) named(ctx context.Context, otherwise iam.TenantID) (iam.TenantID, error) {
	code := api.TenantOf(ctx)
	if code == "" {
		return otherwise, nil
	}
	return d.Authn.Tenant(ctx, code)
}

// athome answers Unauthenticated where the request's host or path names another
// tenant than t, that of a token.
func (d *dialect) athome(ctx context.Context, t iam.TenantID) error {
	here, err := d.named(ctx, t)
	if err == nil && here != t {
		err = errInvalidToken()
	}
	return err
}

func errInvalidToken() error {
	return iam.E(iam.Unauthenticated, "the token is invalid or has expired")
}

func origin(ctx context.Context) authn.Origin {
	from := api.RequestOf(ctx)
	return authn.Origin{Dialect: name, Address: from.Address, Client: from.Client, RequestID: from.ID}
}
