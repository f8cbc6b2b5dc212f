package console

import "github.com/gatehouse-id/gatehouse/internal/authn"

// changePasswordView is the form for another password, or for a first one.
func (v *visit) changePasswordView() *view {
	w := v.view("newpassword", "change-password.title")
	d := passwordPage{Lead: v.words.say("change-password.lead"), Action: w.To(v.path), Username: v.by.Username, Current: v.user.HasPassword}
	if !d.Current {
		d.Focus = "autofocus"
	}
	w.Data = d
	return w
}

func (v *visit) askChangePassword() error { return v.open(v.changePasswordView()) }

func (v *visit) changePassword() error {
	p, err := v.asProver()
	if err != nil {
		return err
	}
	var begun authn.Begun
	if pw := v.r.PostFormValue("password"); v.user.HasPassword {
		begun, err = v.Authn.ChangeOwnPassword(v.r.Context(), p, v.r.PostFormValue("current"), pw)
	} else {
		begun, err = v.Authn.SetPassword(v.r.Context(), p, pw)
	}
	if err != nil {
		return v.refuse(v.changePasswordView(), err, "current", "password")
	}
	v.keepSession(begun)
	if len(begun.Pending) > 0 {
		return v.redirect(v.next(begun.Pending))
	}
	return v.done("/account/security", "password-changed")
}
