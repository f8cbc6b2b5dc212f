package console

// passwordPage is what a page with a field for a new password shows.
type passwordPage struct {
	Lead     string
	Action   string
	Username string // for password managers
	Token    string // of a link
	Current  bool   // the present password is asked for, too
	Focus    string // "autofocus" where the new one comes first
}

// newPasswordView is the page of StepSetPassword.
func (v *visit) newPasswordView() *view {
	w := v.view("newpassword", "new-password.title")
	w.Data = passwordPage{Lead: v.words.say("new-password.lead"), Action: w.Keep(v.path), Username: v.prover.Username(), Focus: "autofocus"}
	return w
}

func (v *visit) askNewPassword() error { return v.open(v.newPasswordView()) }

func (v *visit) setNewPassword() error {
	begun, err := v.Authn.SetPassword(v.r.Context(), v.prover, v.r.PostFormValue("password"))
	if err != nil {
		return v.refuse(v.newPasswordView(), err, "password")
	}
	return v.proceed(begun)
}
