package f5xc

import (
	"cmp"
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

func (d *dialect) idmOperations() []api.Operation {
	const path = "/api/web/namespaces/system/tenant/idm/settings"
	example := object.ConfigurationOf(iam.DefaultSettings())
	return []api.Operation{
		api.Handle(api.Op{
			ID: "tenant.idm.get", Methods: []string{http.MethodGet}, Paths: []string{path}, Access: api.Requires(iam.SettingsRead),
			Tag: tagSettings, Summary: "Get how people sign in",
			Description:     "The same settings as the object of kind tenant_configuration shows, all of them.",
			ResponseExample: example,
		}, func(ctx context.Context, c *api.Call, _ struct{}) (object.TenantConfiguration, error) {
			st, err := d.Tenancy.Settings(ctx, c.Actor.Tenant)
			return object.ConfigurationOf(st), err
		}),
		api.Handle(api.Op{
			ID: "tenant.idm.update", Methods: []string{http.MethodPut}, Paths: []string{path}, Access: api.Requires(iam.SettingsUpdate),
			Tag: tagSettings, Summary: "Change how people sign in",
			Description:    "With effect on the next request, in every dialect. What is left out stays as it is.",
			RequestExample: example, ResponseExample: empty{},
		}, d.updateIDM),
		api.Handle(api.Op{
			ID: "tenant.password-policy", Methods: []string{http.MethodGet}, Paths: []string{"/no_auth/tenant/idm/settings/password_policy"},
			Access: api.Public(), Tag: tagSettings, Summary: "Get what a new password has to be like",
			Description: "Of the tenant that the request is made to, or else of the one that realm_id names. Who asks by name too often has to wait.",
			Errors:      []iam.Kind{iam.NotFound, iam.RateLimited}, ResponseExample: policyShown(iam.DefaultSettings().Password),
		}, d.passwordPolicy),
	}
}

// idmNames are the vendor's words for what the core calls otherwise.
var idmNames = map[string]string{"password.min_length": "password_policy.minimum_length", "password.history": "password_policy.not_recently_used",
	"password.max_age": "password_policy.expire_password", "session.absolute": "user_session_expiration.absolute_timeout",
	"session.idle": "user_session_expiration.idle_timeout", "branding.display_name": "tenant_details.display_name"}

func (d *dialect) updateIDM(ctx context.Context, c *api.Call, in struct {
	Body object.TenantConfiguration `body:"required"`
}) (empty, error) {
	if err := in.Body.Check(""); err != nil {
		return empty{}, err
	}
	_, err := d.Tenancy.ChangeSettings(ctx, c.Actor, in.Body.Change)
	return empty{}, inWords(err, idmNames)
}

// publicPolicy is what anybody may know of what a tenant asks of new passwords.
type publicPolicy struct {
	Digits          int64 `json:"digits"`
	Lowercase       int64 `json:"lowercase_characters"`
	MinimumLength   int64 `json:"minimum_length"`
	NotRecentlyUsed int64 `json:"not_recently_used"`
	NotUsername     bool  `json:"not_username"`
	Special         int64 `json:"special_characters"`
	Uppercase       int64 `json:"uppercase_characters"`
}

func policyShown(p iam.PasswordPolicy) publicPolicy {
	return publicPolicy{Digits: int64(p.MinDigits), Lowercase: int64(p.MinLower), MinimumLength: int64(p.MinLength), NotRecentlyUsed: int64(p.History),
		NotUsername: p.NotUsername, Special: int64(p.MinSymbols), Uppercase: int64(p.MinUpper)}
}

// passwordPolicy counts who asks by a name in the tenant that the request is
// made to, as for names that are free: it tells which tenants there are.
func (d *dialect) passwordPolicy(ctx context.Context, c *api.Call, in struct {
	Realm string `query:"realm_id" doc:"Code, alias or id of the tenant."`
}) (publicPolicy, error) {
	here := api.TenantOf(ctx)
	code := cmp.Or(here, iam.DefaultTenant)
	t, err := d.tenantCalled(ctx, code)
	if err == nil && in.Realm != "" && in.Realm != code {
		if err := d.Authn.LimitAddress(ctx, t, limitLookup, c.Actor.Address); err != nil {
			return publicPolicy{}, err
		}
		made := t
		if t, err = d.tenantCalled(ctx, in.Realm); err == nil && here != "" && t != made {
			err = iam.ErrNotFound("tenant", in.Realm)
		}
	}
	if err != nil {
		return publicPolicy{}, err
	}
	st, err := d.Tenancy.Settings(ctx, t)
	return policyShown(st.Password), err
}

// tenantCalled resolves a code, an alias or an id before anybody is known. NotFound.
func (d *dialect) tenantCalled(ctx context.Context, code string) (iam.TenantID, error) {
	t, err := d.Authn.Tenant(ctx, code)
	if iam.Is(err, iam.Unauthenticated) {
		err = iam.ErrNotFound("tenant", code)
	}
	return t, err
}
