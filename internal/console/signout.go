package console

import "net/http"

func (v *visit) askSignOut() error {
	if !v.signedIn() {
		return v.redirect("/sign-in")
	}
	return v.open(v.ask("sign-out.title", "sign-out.lead", "sign-out.do", ""))
}

// signOut ends the session, and forgets a sign-in that has steps left: nothing
// can be done with what is left of that but to take those steps.
func (v *visit) signOut() error {
	if v.signedIn() {
		if err := v.Authn.SignOut(v.r.Context(), v.by); err != nil {
			return err
		}
	}
	http.SetCookie(v.w, v.sessionCookie(""))
	return v.done("/sign-in", "signed-out")
}
