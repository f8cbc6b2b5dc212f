package console

import (
	"cmp"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// start is the bare address of the site.
func (v *visit) start() error { return v.redirect("/account") }

// askName shows the first page of a sign-in. The name goes on in the query of
// the next one: nothing is remembered of who has proved nothing yet.
func (v *visit) askName() error {
	w, err := v.signInView()
	if err != nil {
		return err
	}
	if name := cmp.Or(v.r.FormValue("username"), v.r.FormValue(hintName)); name != "" {
		w.Values = map[string]string{"username": iam.Cut(name, maxNameShown)}
	}
	return v.open(w)
}

// signInPage is what the first page of a sign-in shows.
type signInPage struct {
	Return    string
	Providers []providerLink
}

func (v *visit) signInView() (*view, error) {
	links, err := v.providerLinks()
	d := signInPage{Providers: links}
	if p := v.wanted(); p != nil {
		d.Return = p.path
	}
	w := v.view("signin", "sign-in.title")
	w.Data = d
	return w, err
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
