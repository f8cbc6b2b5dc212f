package console

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (v *visit) askSignOut() error {
	if !v.signedIn() {
		return v.redirect("/sign-in")
	}
	return v.open(v.ask("sign-out.title", "sign-out.lead", "sign-out.do", ""))
}

// signOut ends the session, and forgets a sign-in that has steps left: nothing
// can be done with what is left of that but to take those steps. A session that a
// provider began ends there, too.
func (v *visit) signOut() error {
	there := ""
	if v.signedIn() {
		var err error
		if there, err = v.endAtProvider(); err != nil {
			return err
		}
		if err := v.Authn.SignOut(v.r.Context(), v.by); err != nil {
			return err
		}
	}
	v.by = iam.Actor{}
	http.SetCookie(v.w, v.sessionCookie(""))
	if there == "" {
		return v.done("/sign-in", "signed-out")
	}
	return v.leaveForm("sign-out.there-title", leavingPage{v.words.say("sign-out.there"), there, v.words.say("sign-out.there-do")})
}

// endAtProvider is where the provider that began the session ends its own; empty
// where there is none, or it offers nothing of the kind. That it does not answer
// keeps nobody signed in here.
func (v *visit) endAtProvider() (string, error) {
	f, err := v.Authn.SessionProvider(v.r.Context(), v.by)
	if iam.Is(err, iam.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	there, err := v.Federation.EndURL(v.r.Context(), v.tenant, f)
	if err != nil {
		v.Log.WarnContext(v.r.Context(), "console: sign-out at a provider", "tenant", v.tenant.Code, "request_id", v.from.RequestID, "error", err)
		return "", nil
	}
	return there, nil
}
