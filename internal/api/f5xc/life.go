package f5xc

import (
	"context"
	"net/http"
	"net/netip"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// lifeTenancy knows how tenants come and go.
type lifeTenancy interface {
	ByCode(ctx context.Context, code string) (iam.Tenant, error)
	CheckCode(ctx context.Context, code string) error
	Known(ctx context.Context, by iam.Actor, codeOrID string) (iam.Tenant, error)
	RequestEnd(ctx context.Context, by iam.Actor, w tenancy.Wish) error
	RequestEndLater(ctx context.Context, by iam.Actor, w tenancy.Wish) (iam.Job, error)
}

// lifeLimits counts what anybody may ask for.
type lifeLimits interface {
	LimitAddress(ctx context.Context, t iam.TenantID, what, address string) error
}

func (d *dialect) lifeOperations() []api.Operation {
	const tag, tenant = "Tenant", "/api/web/namespaces/system/tenant/"
	return append([]api.Operation{
		api.Handle(api.Op{
			ID: "tenant.request-delete", Methods: []string{http.MethodPost}, Paths: []string{tenant + "request-delete"},
			Access: api.Requires(iam.TenantsDelete), Tag: tag, Summary: "Ask for the end of the tenant",
			Description: "Nobody signs in from then on, and nothing is lost, until who runs the tenant deletes it or makes it active again. " +
				"Name and email, where they are given, must be those of the tenant and of the caller.",
			Errors:         []iam.Kind{iam.Denied, iam.Precondition},
			RequestExample: endForm{Email: exampleSelf.Email, Name: iam.DefaultTenant, Reason: "REASON_NO_LONGER_NEEDED"}, ResponseExample: empty{},
		}, d.requestDelete),
		api.Handle(api.Op{
			ID: "tenant.deactivate", Methods: []string{http.MethodPut}, Paths: []string{"/api/saas/namespaces/system/v2/tenant/deactivate"},
			Access: api.Requires(iam.TenantsDelete), Tag: tag, Summary: "Ask for the end of the tenant by a job",
			Description: "As tenant.request-delete, by a job, whose id is answered.", Errors: []iam.Kind{iam.Denied, iam.Precondition},
			RequestExample: deactivateForm{Reason: "REASON_NO_LONGER_NEEDED"}, ResponseExample: startedJob{"0191a5c4-7a3c-7b1e-9d2f-3c4b5a697890"},
		}, d.deactivate),
		api.Handle(api.Op{
			ID: "tenant.lookup", Methods: []string{http.MethodGet}, Paths: []string{tenant + "lookup"}, Access: api.SignedIn(),
			Tag: tag, Summary: "Find out whether a cname is free", Description: "409 where a tenant has it.",
			Errors: []iam.Kind{iam.Exists}, ResponseExample: empty{},
		}, d.lookup),
		api.Handle(api.Op{
			ID: "tenant.lookup-public", Methods: []string{http.MethodGet}, Paths: []string{"/no_auth/cname/lookup"}, Access: api.Public(),
			Tag: tag, Summary: "Find out whether a cname is free, without signing in",
			Description: "409 where a tenant has it. Who asks too often has to wait.",
			Errors:      []iam.Kind{iam.Exists, iam.RateLimited}, ResponseExample: empty{},
		}, d.lookupPublic),
		api.Handle(api.Op{
			ID: "tenant.summary", Methods: []string{http.MethodGet}, Paths: []string{"/api/config/tenants/{tenant}/summary"},
			Access: api.Requires(iam.TenantsRead), Tag: tag, Summary: "Get the host name of a tenant",
			Description: "Of one's own, one below it or one that it manages, by code or id.",
			Errors:      []iam.Kind{iam.NotFound}, ResponseExample: tenantSummary{"dedicated", "default.id.example.com"},
		}, d.tenantSummary),
	}, d.ownerOperations()...)
}

// endReason is why a tenant is to end.
type endReason string

// Names implements message.Enum.
func (endReason) Names() []string {
	return []string{"REASON_UNKNOWN", "REASON_SWITCH_TO_FREE_PLAN", "REASON_NO_LONGER_NEEDED", "REASON_NOT_JUSTIFY_COSTS", "REASON_DIFFICULT_TO_USE"}
}

// named answers the reason that is meant where none is given.
func (r endReason) named() string { return oneOf(r.Names(), string(r), r.Names()[0]) }

type endForm struct {
	Email    string    `json:"email"`
	Feedback string    `json:"feedback"`
	Name     string    `json:"name"`
	Reason   endReason `json:"reason"`
}

func (d *dialect) requestDelete(ctx context.Context, c *api.Call, in struct {
	Body endForm `body:"required"`
}) (empty, error) {
	if err := d.checkOwnAddress(ctx, c.Actor, in.Body.Email); err != nil {
		return empty{}, err
	}
	err := d.Tenancy.RequestEnd(ctx, c.Actor, tenancy.Wish{Name: in.Body.Name, Reason: in.Body.Reason.named(), Feedback: in.Body.Feedback})
	return empty{}, inWords(err, nil)
}

// checkOwnAddress answers Invalid for an address that is not the caller's.
func (d *dialect) checkOwnAddress(ctx context.Context, by iam.Actor, address string) error {
	if address == "" {
		return nil
	}
	u, err := d.Directory.User(ctx, athome(by), directory.UserKey{ID: by.User})
	if err == nil && iam.Fold(u.Email) != iam.Fold(address) {
		err = notAs("email", "the e-mail address of the caller", address)
	}
	return err
}

type deactivateForm struct {
	Feedback string    `json:"feedback"`
	Reason   endReason `json:"reason"`
}

// startedJob is a job that has been asked for.
type startedJob struct {
	ID string `json:"job_id"`
}

func (d *dialect) deactivate(ctx context.Context, c *api.Call, in struct {
	Body deactivateForm `body:"required"`
}) (startedJob, error) {
	j, err := d.Tenancy.RequestEndLater(ctx, c.Actor, tenancy.Wish{Reason: in.Body.Reason.named(), Feedback: in.Body.Feedback})
	return startedJob{string(j.ID)}, inWords(err, nil)
}

// wanted is the cname that somebody would like to have. Names are those of the
// whole installation: the namespace says nothing.
type wanted struct {
	CName     string `query:"cname" doc:"The name, by which people will find the tenant."`
	Namespace string `query:"namespace" doc:"Not looked at."`
}

func (d *dialect) lookup(ctx context.Context, _ *api.Call, in wanted) (empty, error) {
	return empty{}, inWords(d.Tenancy.CheckCode(ctx, in.CName), map[string]string{"code": "cname"})
}

// limitLookup is what looking for free names counts as.
const limitLookup = "cname"

// lookupPublic counts who asks in the tenant that the request is made to, since
// it is kept there.
func (d *dialect) lookupPublic(ctx context.Context, c *api.Call, in wanted) (empty, error) {
	code := api.TenantOf(ctx)
	if code == "" {
		code = iam.DefaultTenant
	}
	t, err := d.Tenancy.ByCode(ctx, code)
	if err != nil {
		return empty{}, err
	}
	if err := d.Authn.LimitAddress(ctx, t.ID, limitLookup, c.Actor.Address); err != nil {
		return empty{}, err
	}
	return d.lookup(ctx, c, in)
}

// tenantSummary is where a tenant is reached, "dedicated" where no other is by
// that name.
type tenantSummary struct {
	Type string `json:"type"`
	VIP  string `json:"vip"`
}

func (d *dialect) tenantSummary(ctx context.Context, c *api.Call, in struct {
	Tenant string `path:"tenant" doc:"Code or id."`
}) (tenantSummary, error) {
	t, err := d.Tenancy.Known(ctx, c.Actor, in.Tenant)
	if err != nil {
		return tenantSummary{}, err
	}
	if _, err := netip.ParseAddr(d.Host); err == nil || d.Host == "" { // an address has no names below it
		return tenantSummary{"shared", d.Host}, nil
	}
	return tenantSummary{"dedicated", t.Code + "." + d.Host}, nil
}
