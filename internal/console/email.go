package console

import "github.com/gatehouse-id/gatehouse/internal/iam"

func (v *visit) askEmail() error { return v.open(v.emailView(v.user.Email)) }

func (v *visit) emailView(address string) *view {
	w := v.view("email", "email.change-title")
	w.Values = map[string]string{"email": address}
	return w
}

// saveEmail mails a code and a link to an address, which proves that it is the
// user's.
func (v *visit) saveEmail() error {
	address := v.posted("email")
	var err error
	if address == "" {
		var c iam.Checker
		c.Length("email", address, 1, iam.MaxEmail)
		err = c.Err()
	} else {
		err = v.Authn.SendVerification(v.r.Context(), v.by, address)
	}
	if err != nil {
		return v.refuse(v.emailView(address), err, "email")
	}
	return v.done("/account/email/code", "code-sent")
}

func (v *visit) askEmailCode() error {
	if v.user.Email == "" || v.user.EmailVerified {
		return v.redirect("/account")
	}
	return v.open(v.view("emailcode", "email.code-title"))
}

func (v *visit) confirmEmail() error {
	if err := v.Authn.ConfirmEmail(v.r.Context(), v.by, v.code()); err != nil {
		return v.refuse(v.view("emailcode", "email.code-title"), err, "code")
	}
	return v.done("/account", "email-verified")
}
