package cloudforet

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// emailRule is the vendor's word for the form of an address.
const emailRule = "Email format required."

type verifyEmailBody struct {
	Email string `json:"email,omitzero" doc:"Absent: the address that the caller has."`
}

func (d *dialect) verifyEmail(ctx context.Context, c *api.Call, in struct {
	Body verifyEmailBody `body:"required"`
}) (empty, error) {
	if in.Body.Email != "" && !iam.ValidEmail(in.Body.Email) {
		return empty{}, refuse(errEmailFormat, emailRule)
	}
	err := d.Authn.SendVerification(ctx, c.Actor, in.Body.Email)
	if iam.Is(err, iam.Precondition) { // there is none to verify
		err = refuse(errRequired, "email")
	}
	return empty{}, err
}

type confirmBody struct {
	VerifyCode string `json:"verify_code"`
}

func (d *dialect) confirmEmail(ctx context.Context, c *api.Call, in struct {
	Body confirmBody `body:"required"`
}) (userInfo, error) {
	if in.Body.VerifyCode == "" {
		return userInfo{}, refuse(errRequired, "verify_code")
	}
	if err := d.Authn.ConfirmEmail(ctx, c.Actor, in.Body.VerifyCode); err != nil {
		return userInfo{}, wrongCode(err, in.Body.VerifyCode)
	}
	p, err := d.Authn.Self(ctx, c.Actor, origin(ctx))
	if err != nil {
		return userInfo{}, err
	}
	return d.profile(ctx, p)
}

// wrongCode tells of a code that does not hold in the vendor's words, which
// repeat it to who has sent it. Any other error it answers as it is.
func wrongCode(err error, code string) error {
	if iam.Is(err, iam.Invalid) || iam.Is(err, iam.NotFound) {
		return refuse(errVerifyCode, code)
	}
	return err
}
