package f5xc

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const tagSettings = "Tenant settings"

// tenantSettingsPath is where the settings of the tenant are.
const tenantSettingsPath = "/api/web/namespaces/system/tenant/settings"

// tenantSettings changes what a tenant decides for itself. Package tenancy
// satisfies it.
type tenantSettings interface {
	tenantImages
	ChangeSettings(ctx context.Context, by iam.Actor, change func(*iam.Settings)) (iam.Settings, error)
	SupportAddress(ctx context.Context, by iam.Actor) (string, error)
}

func (d *dialect) tenantSettingsOperations() []api.Operation {
	const tenant = "/api/web/namespaces/system/tenant/"
	change := func(id, path, summary string) api.Op {
		return api.Op{ID: "tenant.settings." + id, Methods: []string{http.MethodPut}, Paths: []string{tenantSettingsPath + path},
			Access: api.Requires(iam.SettingsUpdate), Tag: tagSettings, Summary: summary, RequestExample: empty{}, ResponseExample: empty{}}
	}
	update := change("update", "", "Change what the tenant asks of its people")
	update.Description = "What is left out stays. Where a value is out of its bounds nothing is changed, and validation_errors says which."
	update.RequestExample = settingsForm{Expiry: &expiryForm{Token: new(int32(90))}, OTP: new(true)}
	update.ResponseExample = changedSettings{Expiry: expiryShown{Token: 90}, otpState: otpState{true, otpProcessing}, Errors: []settingError{}}
	enable := change("otp.enable", "/otp/enable", "Ask everybody for a second factor")
	enable.Description = "At once. Who is signed in on pages and has none has to sign in again, and sets one up then: that is done by a job, and " +
		"the state is OTP_PROCESSING meanwhile."
	enable.Errors = []iam.Kind{iam.Precondition}
	disable := change("otp.disable", "/otp/disable", "Leave second factors to everybody")
	disable.Description = "Who has one goes on using it."
	return []api.Operation{
		api.Handle(api.Op{
			ID: "tenant.settings.get", Methods: []string{http.MethodGet}, Paths: []string{tenantSettingsPath}, Access: api.Requires(iam.SettingsRead),
			Tag: tagSettings, Summary: "Get what the tenant asks of its people",
			ResponseExample: settingsShown{Company: "Acme", Domain: iam.DefaultTenant, Name: iam.DefaultTenant, OriginalTenant: iam.DefaultTenant,
				State: "StateActive", otpState: otpState{Status: otpDisabled}},
		}, d.getSettings),
		api.Handle(update, d.updateSettings),
		api.Handle(enable, d.requireOTP(true)),
		api.Handle(disable, d.requireOTP(false)),
		api.Handle(api.Op{
			ID: "tenant.support-info", Methods: []string{http.MethodGet}, Paths: []string{tenant + "support-info"}, Access: api.SignedIn(),
			Tag: tagSettings, Summary: "Get where to ask for help",
			Description:     "The address of the tenant, else of the nearest one above that has one, else of the support tenant; empty for none.",
			ResponseExample: supportInfo{"help@example.com"},
		}, d.supportInfo),
		api.Handle(api.Op{
			ID: "tenant.escalation-doc", Methods: []string{http.MethodGet}, Paths: []string{tenant + "tenant-escalation-doc"}, Access: api.SignedIn(),
			Tag: tagSettings, Summary: "Download how support tickets are escalated",
			Description: "A text in the language of the caller, of what holds in the tenant. Who accepts application/json and not anything (*/*) " +
				"gets it as this document says.",
			ResponseExample: download{ContentType: escalationType, Data: []byte("Support tickets of Acme\n")},
		}, d.escalationDoc),
	}
}

// expiryShown is how long new credentials may be good, in days; 0 is for ever.
type expiryShown struct {
	Certificate int32 `json:"max_api_certificate_expiry_days"`
	Token       int32 `json:"max_api_token_expiry_days"`
	KubeConfig  int32 `json:"max_kube_config_expiry_days"`
}

func expiryOf(p iam.CredentialPolicy) expiryShown {
	days := func(n int) int32 { return int32(n) } //nolint:gosec // see tenancy, which bounds it
	return expiryShown{Certificate: days(p.MaxCertificateDays), Token: days(p.MaxTokenDays), KubeConfig: days(p.MaxKubeConfigDays)}
}

// otpState is whether everybody needs a second factor.
type otpState struct {
	Enabled bool      `json:"otp_enabled"`
	Status  otpStatus `json:"otp_status"`
}

func otpStateOf(p iam.FactorPolicy) otpState {
	status := map[[2]bool]otpStatus{{true, false}: otpEnabled, {true, true}: otpProcessing, {false, true}: otpDisabling, {false, false}: otpDisabled}
	return otpState{p.Required, status[[2]bool{p.Required, p.Changing}]}
}

// signInState is whether people come from elsewhere.
type signInState struct {
	SCIM bool `json:"scim_enabled"`
	SSO  bool `json:"sso_enabled"`
}

func (d *dialect) signInState(ctx context.Context, by iam.Actor) (signInState, error) {
	providers, err := d.Federation.Providers(ctx, by)
	return signInState{SSO: len(providers) > 0, SCIM: slices.ContainsFunc(providers, func(p iam.Provider) bool { return p.SCIM })}, err
}

type settingsShown struct {
	PlanTransition string      `json:"active_plan_transition_id"` // plans change at once: there is none
	Company        string      `json:"company_name"`
	Domain         string      `json:"domain"`
	Expiry         expiryShown `json:"max_credentials_expiry"`
	Name           string      `json:"name"`
	OriginalTenant string      `json:"original_tenant"`
	State          string      `json:"state"`
	otpState
	signInState
}

func (d *dialect) getSettings(ctx context.Context, c *api.Call, _ struct{}) (settingsShown, error) {
	t, err := d.Tenancy.Tenant(ctx, c.Actor)
	if err != nil {
		return settingsShown{}, err
	}
	s := settingsShown{Company: t.Name, Domain: t.Code, Name: t.Code, OriginalTenant: t.Code, State: tenantStates[t.State]}
	if alias, err := d.Tenancy.Alias(ctx, c.Actor); err != nil {
		return settingsShown{}, err
	} else if alias != "" {
		s.Domain = alias
	}
	if c.Actor.HomeCode != "" {
		s.OriginalTenant = c.Actor.HomeCode
	}
	st, err := d.Tenancy.Settings(ctx, t.ID)
	if err != nil {
		return settingsShown{}, err
	}
	s.Expiry, s.otpState = expiryOf(st.Credentials), otpStateOf(st.Factor)
	s.signInState, err = d.signInState(ctx, c.Actor)
	return s, err
}

// settingsForm says what to change. What is left out stays: a bound that
// somebody does not know of is not lifted by who changes another.
type settingsForm struct {
	Expiry *expiryForm `json:"max_credentials_expiry,omitzero"`
	OTP    *bool       `json:"otp_enabled,omitzero"`
}

type expiryForm struct {
	Certificate *int32 `json:"max_api_certificate_expiry_days,omitzero"`
	Token       *int32 `json:"max_api_token_expiry_days,omitzero"`
	KubeConfig  *int32 `json:"max_kube_config_expiry_days,omitzero"`
}

// settingsNames are the vendor's words for what the core calls otherwise.
var settingsNames = map[string]string{"credentials.max_certificate_days": "max_credentials_expiry.max_api_certificate_expiry_days",
	"credentials.max_token_days":       "max_credentials_expiry.max_api_token_expiry_days",
	"credentials.max_kube_config_days": "max_credentials_expiry.max_kube_config_expiry_days",
	"factor.required":                  "otp_enabled"}

type settingError struct {
	Field   string `json:"error_field"`
	Message string `json:"error_message"`
}

// changedSettings are the settings after a change, or, with errors, as they were.
type changedSettings struct {
	Expiry expiryShown `json:"max_credentials_expiry"`
	otpState
	signInState
	Errors []settingError `json:"validation_errors"`
}

func (d *dialect) updateSettings(ctx context.Context, c *api.Call, in struct {
	Body settingsForm `body:"required"`
}) (changedSettings, error) {
	answer := changedSettings{Errors: []settingError{}}
	st, err := d.Tenancy.ChangeSettings(ctx, c.Actor, in.Body.change)
	if invalid, ok := errors.AsType[*iam.Error](inWords(err, settingsNames)); ok && invalid.Kind == iam.Invalid {
		for _, f := range invalid.Fields {
			answer.Errors = append(answer.Errors, settingError{f.Path, f.Message})
		}
		st, err = d.Tenancy.Settings(ctx, c.Actor.Tenant)
	}
	if err != nil {
		return changedSettings{}, err
	}
	answer.Expiry, answer.otpState = expiryOf(st.Credentials), otpStateOf(st.Factor)
	answer.signInState, err = d.signInState(ctx, c.Actor)
	return answer, err
}

func (f settingsForm) change(st *iam.Settings) {
	if f.OTP != nil {
		st.Factor.Required = *f.OTP
	}
	if f.Expiry == nil {
		return
	}
	for days, given := range map[*int]*int32{&st.Credentials.MaxCertificateDays: f.Expiry.Certificate,
		&st.Credentials.MaxTokenDays: f.Expiry.Token, &st.Credentials.MaxKubeConfigDays: f.Expiry.KubeConfig} {
		if given != nil {
			*days = int(*given)
		}
	}
}

// requireOTP is the handler that asks everybody for a second factor, or nobody.
func (d *dialect) requireOTP(required bool) func(context.Context, *api.Call, struct {
	Body empty `body:"optional"`
}) (empty, error) {
	return func(ctx context.Context, c *api.Call, _ struct {
		Body empty `body:"optional"`
	}) (empty, error) {
		_, err := d.Tenancy.ChangeSettings(ctx, c.Actor, func(st *iam.Settings) { st.Factor.Required = required })
		if e, ok := errors.AsType[*iam.Error](err); ok && e.Kind == iam.Invalid { // of settings that nobody has sent
			err = iam.E(iam.Precondition, "%s", e.Message)
		}
		return empty{}, err
	}
}

type supportInfo struct {
	Address string `json:"support_email_address"`
}

func (d *dialect) supportInfo(ctx context.Context, c *api.Call, _ struct{}) (supportInfo, error) {
	address, err := d.Tenancy.SupportAddress(ctx, c.Actor)
	return supportInfo{address}, err
}
