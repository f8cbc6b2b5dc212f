package f5xc

import (
	"cmp"
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
	"github.com/gatehouse-id/gatehouse/internal/signup"
)

// Signup tells new customers how their sign-up stands. Package signup satisfies it.
type Signup interface {
	// Open reports whether customers sign up at a tenant, by its code.
	Open(code string) bool
	Progress(ctx context.Context, name string) (signup.Signup, error)
	Verify(ctx context.Context, email, link string, from signup.Origin) (signup.Verdict, error)
}

// signupAuthn mails links to who has lost their password.
type signupAuthn interface {
	Tenant(ctx context.Context, code string) (iam.TenantID, error)
	RequestReset(ctx context.Context, t iam.TenantID, name string, from authn.Origin) error
}

func (d *dialect) signupOperations() []api.Operation {
	const tag = "Sign-up"
	return append([]api.Operation{
		api.Handle(api.Op{
			ID: "signup.validate-registration", Methods: []string{http.MethodPost}, Paths: []string{"/no_auth/login/validate_registration"},
			Access: api.Public(), Tag: tag, Summary: "Find out whether a sign-up can go on",
			Description: "Token is that of the link that was mailed. Whoever has none learns nothing of an address.",
			Errors:      []iam.Kind{iam.NotFound, iam.RateLimited},
			RequestExample: registrationForm{Email: exampleSelf.Email, TenantType: tenantTypeOf(iam.Tenant{}),
				Token: "the part of the link behind token="},
			ResponseExample: registrationAnswer{"ETOKEN_OK", true},
		}, d.validateRegistration),
		api.Handle(api.Op{
			ID: "signup.get", Methods: []string{http.MethodGet}, Paths: []string{"/no_auth/signup/{name}"}, Access: api.Public(),
			Tag: tag, Summary: "Get how a sign-up stands", Description: "Its name is told to who has used the link that was mailed, and to nobody else.",
			Errors: []iam.Kind{iam.NotFound}, ResponseExample: exampleSignup,
		}, d.getSignup),
		api.Handle(api.Op{
			ID: "signup.send-password-email", Methods: []string{http.MethodPost}, Paths: []string{"/no_auth/send_password_email"},
			Access: api.Public(), Tag: tag, Summary: "Mail somebody a link to set a new password",
			Description: "The answer is the same whether or not there is such a user, with an address that is verified, in the tenant whose code cname is. " +
				"Without cname it is the tenant that the request is made to.",
			Errors: []iam.Kind{iam.RateLimited}, RequestExample: forgottenForm{CName: iam.DefaultTenant, Email: exampleSelf.Email}, ResponseExample: empty{},
		}, d.forgotten),
	}, d.contactOperations()...)
}

// signupHere answers NotFound where the request names a tenant at which nobody
// signs up.
func (d *dialect) signupHere(ctx context.Context) error {
	if code := api.TenantOf(ctx); code != "" && !d.Signup.Open(code) {
		return iam.E(iam.NotFound, "nobody can sign up here")
	}
	return nil
}

type registrationForm struct {
	Email      string     `json:"email" rule:"message.required=true"`
	TenantType tenantType `json:"tenant_type"`
	Token      string     `json:"token" rule:"message.required=true"`
}

type registrationAnswer struct {
	Err   string `json:"err"`
	Valid bool   `json:"valid_registration"`
}

// verdicts are the vendor's words.
var verdicts = map[signup.Verdict]string{
	signup.VerdictGood:    "ETOKEN_OK",
	signup.VerdictUnknown: "ETOKEN_NOTFOUND",
	signup.VerdictOther:   "ETOKEN_FAILED",
	signup.VerdictUsed:    "ETOKEN_USED",
	signup.VerdictExpired: "ETOKEN_EXPIRED",
}

func (d *dialect) validateRegistration(ctx context.Context, c *api.Call, in struct {
	Body registrationForm `body:"required"`
}) (registrationAnswer, error) {
	if err := d.signupHere(ctx); err != nil {
		return registrationAnswer{}, err
	}
	from := signup.Origin{Address: c.Actor.Address, Client: c.Actor.Client, RequestID: c.Actor.RequestID}
	verdict, err := d.Signup.Verify(ctx, in.Body.Email, in.Body.Token, from)
	return registrationAnswer{verdicts[verdict], verdict == signup.VerdictGood}, err
}

type signupAnswer struct {
	Object signupObject   `json:"object"`
	Status []signupStatus `json:"status"`
}

type signupObject struct {
	Metadata objectMeta `json:"metadata"`
	Spec     signupSpec `json:"spec"`
	System   systemMeta `json:"system_metadata"`
}

type signupSpec struct {
	Global globalSignup `json:"gc_spec"`
}

// globalSignup has nothing of the person who signs up: whoever was shown the
// name need not know them.
type globalSignup struct {
	CompanyName string     `json:"company_name"`
	Domain      string     `json:"domain"`
	Locale      string     `json:"locale"`
	TermsAt     *timestamp `json:"tos_accepted_at,omitzero"`
	Terms       string     `json:"tos_version"`
	Token       string     `json:"token" doc:"Always empty: it is in the mail, and nowhere else."`
	Type        tenantType `json:"type"`
}

type signupStatus struct {
	Conditions []condition `json:"conditions"`
	Tenant     []objectRef `json:"tenant"`
}

func (d *dialect) getSignup(ctx context.Context, _ *api.Call, in struct {
	Name string `path:"name" doc:"The name."`
}) (signupAnswer, error) {
	if err := d.signupHere(ctx); err != nil {
		return signupAnswer{}, err
	}
	r, err := d.Signup.Progress(ctx, in.Name)
	if err != nil {
		return signupAnswer{}, err
	}
	return shownSignup(r), nil
}

var exampleSignup = shownSignup(signup.Signup{ID: "01890a5d-ac96-774b-bcce-b302099a8101", Name: "signup-5f2b8c9d1e3a4f60718293a4b5c6d7e8",
	Request: signup.Request{Company: "Acme", Domain: "acme-seoul", Language: "en", Terms: "2024-10"}, Accepted: exampleTime,
	State: signup.StateDone, Tenant: "01890a5d-ac96-774b-bcce-b302099a8102", Created: exampleTime, Updated: exampleTime})

func shownSignup(r signup.Signup) signupAnswer {
	at := condition{Updated: timeOf(r.Updated), Service: service, Status: object.StatusIncomplete, Type: object.TypeOperational}
	tenants := []objectRef{}
	switch r.State {
	case signup.StateDone:
		at.Status = object.StatusSuccess
		tenants = append(tenants, objectRef{Kind: "tenant", Name: r.Domain, Tenant: r.Domain, UID: string(r.Tenant)})
	case signup.StateFailed:
		at.Status, at.Reason = object.StatusFailed, "the tenant could not be made"
		if r.Reason == signup.ReasonTaken {
			at.Reason = "another tenant has the domain"
		}
	}
	return signupAnswer{
		Object: signupObject{
			Metadata: objectMeta{Name: r.Name},
			Spec: signupSpec{globalSignup{CompanyName: r.Company, Domain: r.Domain, Locale: r.Language, TermsAt: timeOf(r.Accepted),
				Terms: r.Terms, Type: tenantTypeOf(iam.Tenant{})}},
			System: systemMeta{UID: string(r.ID), Created: timeOf(r.Created), Modified: timeOf(r.Updated), CreatorClass: service, Finalizers: []string{}},
		},
		Status: []signupStatus{{Conditions: []condition{at}, Tenant: tenants}},
	}
}

type forgottenForm struct {
	CName string `json:"cname"`
	Email string `json:"email" rule:"message.required=true"`
}

// forgotten answers nothing of who is known, nor of which tenants are.
func (d *dialect) forgotten(ctx context.Context, c *api.Call, in struct {
	Body forgottenForm `body:"required"`
}) (empty, error) {
	here := api.TenantOf(ctx)
	if here != "" && in.Body.CName != "" && in.Body.CName != here {
		return empty{}, nil
	}
	t, err := d.Authn.Tenant(ctx, cmp.Or(in.Body.CName, here, iam.DefaultTenant))
	if iam.Is(err, iam.Unauthenticated) {
		return empty{}, nil
	}
	if err != nil {
		return empty{}, err
	}
	return empty{}, d.Authn.RequestReset(ctx, t, in.Body.Email,
		authn.Origin{Dialect: name, Address: c.Actor.Address, Client: c.Actor.Client, RequestID: c.Actor.RequestID})
}
