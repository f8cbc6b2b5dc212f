package cloudforet

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// mfaLife is how long turning MFA on or off can be confirmed.
const mfaLife = 300 * time.Second

func (d *dialect) mfaOperations() []api.Operation {
	return []api.Operation{
		api.Handle(d.op("user-profile/enable-mfa", api.Op{
			Access: api.Proving(), Tag: "MFA", Summary: "Begin to turn MFA on",
			Description: "Of EMAIL a code is mailed to options.email; of OTP the answer has otp_qrcode_uri for an authenticator app. " +
				"It is on when confirm-mfa has seen a code within 300 seconds. Another call replaces what was begun.",
			Errors: []iam.Kind{iam.RateLimited}, RequestExample: enableMFAExample, ResponseExample: enablingExample,
		}), d.enableMFA),
		api.Handle(d.op("user-profile/disable-mfa", api.Op{
			Access: api.SignedIn(), Tag: "MFA", Summary: "Begin to turn MFA off",
			Description: "Of EMAIL a code is mailed. It is off when confirm-mfa has seen a code within 300 seconds.",
			Errors:      []iam.Kind{iam.RateLimited}, RequestExample: empty{}, ResponseExample: withMFAExample,
		}), selfOnly(d.disableMFA)),
		api.Handle(d.op("user-profile/confirm-mfa", api.Op{
			Access: api.Proving(), Tag: "MFA", Summary: "Finish what enable-mfa or disable-mfa began",
			Errors: []iam.Kind{iam.RateLimited}, RequestExample: confirmExample, ResponseExample: withMFAExample,
		}), d.confirmMFA),
	}
}

type enableMFABody struct {
	Type    string `json:"mfa_type" doc:"EMAIL or OTP."`
	Options struct {
		Email string `json:"email,omitzero" doc:"Required for EMAIL."`
	} `json:"options,omitzero"`
}

// enableMFA is also for who has to set a factor up before the sign-in is done.
func (d *dialect) enableMFA(ctx context.Context, c *api.Call, in struct {
	Body enableMFABody `body:"required"`
}) (userInfo, error) {
	p, err := d.prover(ctx, c.Request)
	if err != nil {
		return userInfo{}, err
	}
	b := in.Body
	if err := d.mayEnable(ctx, p, b); err != nil {
		return userInfo{}, err
	}
	pending := mfaInfo{State: mfaDisabled, Type: b.Type}
	if b.Type == mfaEmail {
		f, err := d.Authn.EnrolEmail(ctx, p, b.Options.Email, mfaLife)
		if asError(err).Kind == iam.Invalid {
			err = refuse(errEmailFormat, emailRule)
		}
		if err != nil {
			return userInfo{}, err
		}
		pending.Options = &mfaOptions{Email: f.Email}
	} else {
		e, err := d.Authn.EnrolTOTP(ctx, p, "", mfaLife)
		if err != nil {
			return userInfo{}, err
		}
		pending.Options = &mfaOptions{QRCode: e.URI}
	}
	out, err := d.profile(ctx, p)
	out.MFA = pending
	return out, err
}

// mayEnable checks in the vendor's order.
func (d *dialect) mayEnable(ctx context.Context, p authn.Prover, b enableMFABody) error {
	switch {
	case b.Type == "":
		return refuse(errRequired, "mfa_type")
	case b.Type == mfaEmail && b.Options.Email == "":
		return refuse(errRequired, "options.email")
	}
	factors, err := d.Authn.Factors(ctx, p)
	if err != nil {
		return err
	}
	if _, on := shownFactor(factors); on {
		return refuse(errMFAEnabled, p.Username())
	}
	settings, err := d.Tenancy.Settings(ctx, p.Tenant())
	if err != nil {
		return err
	}
	if types, printed := supportedMFA(settings); !slices.Contains(types, b.Type) {
		return refuse(errMFAType, printed)
	}
	return nil
}

// attrDisable is the attribute that keeps which factor a user asked to
// disable, and until when that can be confirmed.
const attrDisable = "cloudforet.mfa_disable"

func (d *dialect) disableMFA(ctx context.Context, c *api.Call, _ struct {
	Body empty `body:"required"`
}) (userInfo, error) {
	p, err := d.Authn.Self(ctx, c.Actor, origin(ctx))
	if err != nil {
		return userInfo{}, err
	}
	factors, err := d.Authn.Factors(ctx, p)
	if err != nil {
		return userInfo{}, err
	}
	f, on := shownFactor(factors)
	if !on {
		return userInfo{}, refuse(errMFADisabled, p.Username())
	}
	if f.Kind == iam.FactorEmail {
		if err := d.Authn.SendFactorCode(ctx, p, f.ID); err != nil {
			return userInfo{}, err
		}
	}
	mark := string(f.ID) + " " + d.Now().Add(mfaLife).UTC().Format(time.RFC3339)
	if _, err := d.Directory.UpdateProfile(ctx, c.Actor, directory.Profile{Attributes: map[string]*string{attrDisable: &mark}}); err != nil {
		return userInfo{}, err
	}
	return d.profile(ctx, p)
}

// confirmMFA is a toggle: it turns MFA off where it is on and disable-mfa was
// called, and on where it is off and enable-mfa was. In any other case no code
// is right.
func (d *dialect) confirmMFA(ctx context.Context, c *api.Call, in struct {
	Body confirmBody `body:"required"`
}) (userInfo, error) {
	p, err := d.prover(ctx, c.Request)
	if err != nil {
		return userInfo{}, err
	}
	code := in.Body.VerifyCode
	if code == "" {
		return userInfo{}, refuse(errRequired, "verify_code")
	}
	factors, err := d.Authn.Factors(ctx, p)
	if err != nil {
		return userInfo{}, err
	}
	if f, on := shownFactor(factors); on {
		if err := d.confirmDisable(ctx, p, f, code); err != nil {
			return userInfo{}, wrongCode(err, code)
		}
		return d.profile(ctx, p)
	}
	i := slices.IndexFunc(factors, func(f iam.Factor) bool { return !f.Active && f.Kind != iam.FactorPasskey })
	if i < 0 {
		return userInfo{}, refuse(errVerifyCode, code)
	}
	done, err := d.Authn.ConfirmFactor(ctx, p, factors[i].ID, code)
	if err != nil {
		return userInfo{}, wrongCode(err, code)
	}
	if done.ID != "" { // a step of the sign-in was taken, and another session has come of it
		if p, err = d.Authn.PendingSession(ctx, p.Tenant(), done.ID, origin(ctx)); err != nil {
			return userInfo{}, err
		}
	}
	return d.profile(ctx, p)
}

// confirmDisable removes a factor with a code of it. Invalid: the code is
// wrong, or nobody asked for that within the last 300 seconds.
func (d *dialect) confirmDisable(ctx context.Context, p authn.Prover, f iam.Factor, code string) error {
	by, _, err := d.Authn.LiveSession(ctx, p.Tenant(), p.Session().ID, origin(ctx))
	if err != nil {
		return err
	}
	u, err := d.Directory.User(ctx, by, directory.UserKey{ID: p.User()})
	if err != nil {
		return err
	}
	if !asked(u.Attributes[attrDisable], f.ID, d.Now()) {
		return iam.E(iam.Invalid, "nobody asked to disable the factor").Because(iam.ReasonWrongCode)
	}
	if err := d.Authn.CheckCode(ctx, p, f.ID, code); err != nil {
		return err
	}
	if err := d.Authn.RemoveFactor(ctx, p, f.ID); err != nil {
		return err
	}
	_, err = d.Directory.UpdateProfile(ctx, by, directory.Profile{Attributes: map[string]*string{attrDisable: nil}})
	return err
}

// asked reports whether a mark is that of a factor, and still counts.
func asked(mark string, id iam.FactorID, now time.Time) bool {
	until, ok := strings.CutPrefix(mark, string(id)+" ")
	if !ok {
		return false
	}
	t, err := time.Parse(time.RFC3339, until)
	return err == nil && now.Before(t)
}
