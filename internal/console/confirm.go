package console

import (
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// confirmPage is by what somebody signed in can prove that they are themselves.
type confirmPage struct {
	Password  bool
	Providers []federation.Identity // one of each provider
}

// askConfirm asks somebody signed in for a proof that they are still
// themselves, for what needs a recent one, and leads back from there.
func (v *visit) askConfirm() error {
	w, err := v.confirmView()
	if err != nil {
		return err
	}
	return v.open(w)
}

func (v *visit) confirmView() (*view, error) {
	linked, err := v.Federation.Identities(v.r.Context(), v.by)
	d := confirmPage{Password: v.user.HasPassword}
	seen := map[iam.ProviderID]bool{}
	for _, i := range linked {
		if !seen[i.Provider] {
			seen[i.Provider], d.Providers = true, append(d.Providers, i)
		}
	}
	w := v.view("confirm", "confirm.title")
	w.Data = d
	return w, err
}

func (v *visit) confirm() error {
	p, err := v.asProver()
	if err != nil {
		return err
	}
	begun, err := v.Authn.Reauthenticate(v.r.Context(), p, v.r.PostFormValue("current"))
	if err == nil {
		return v.proceed(begun)
	}
	w, errView := v.confirmView()
	if errView != nil {
		return errView
	}
	return v.refuse(w, err, "current")
}

// confirmByProvider has a provider prove the user anew, by which a session begins
// in place of the present one.
func (v *visit) confirmByProvider() error {
	w := federation.Wanted{LoginHint: v.user.Email, Locale: v.words.tag, Fresh: true}
	if p := v.wanted(); p != nil {
		w.Return = p.path
	}
	return v.formToProvider(w)
}
