package console

// askConfirm asks somebody signed in for a proof that they are still
// themselves, for what needs a recent one, and leads back from there.
func (v *visit) askConfirm() error { return v.open(v.view("confirm", "confirm.title")) }

func (v *visit) confirm() error {
	p, err := v.asProver()
	if err != nil {
		return err
	}
	begun, err := v.Authn.Reauthenticate(v.r.Context(), p, v.r.PostFormValue("current"))
	if err != nil {
		return v.refuse(v.view("confirm", "confirm.title"), err, "current")
	}
	return v.proceed(begun)
}
