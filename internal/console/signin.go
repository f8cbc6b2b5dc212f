package console

import (
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// start is the bare address of the site.
func (v *visit) start() error { return v.redirect("/account") }

// askName shows the first page of a sign-in. The name goes on in the query of
// the next one: nothing is remembered of who has proved nothing yet.
func (v *visit) askName() error {
	w := v.view("signin", "sign-in.title")
	if p := v.wanted(); p != nil {
		w.Data = p.path
	} else {
		w.Data = ""
	}
	if name := v.r.FormValue("username"); name != "" {
		w.Values = map[string]string{"username": iam.Cut(name, maxNameShown)}
	}
	return v.open(w)
}

// maxNameShown bounds a name that is shown again as it was given, in bytes.
const maxNameShown = 256

// askPassword shows the same page for every name, whether there is such a user
// or not.
func (v *visit) askPassword() error {
	name := iam.Cut(v.r.FormValue("username"), maxNameShown)
	if name == "" {
		return v.redirect(v.keep("/sign-in"))
	}
	return v.open(v.passwordView(name))
}

func (v *visit) passwordView(name string) *view {
	w := v.view("password", "sign-in.title")
	w.Values = map[string]string{"username": name}
	return w
}

func (v *visit) signIn() error {
	name := iam.Cut(v.r.PostFormValue("username"), maxNameShown)
	begun, err := v.Authn.BeginSignIn(v.r.Context(), v.tenant.ID,
		authn.Attempt{Username: name, Password: v.r.PostFormValue("password"), Pages: true}, v.from)
	if err != nil {
		return v.refuse(v.passwordView(name), err)
	}
	return v.proceed(begun)
}
