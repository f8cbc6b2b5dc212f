package console

import (
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// askReset shows the form behind a link that was mailed to who has lost their
// password, or is to choose their first one.
func (v *visit) askReset() error {
	w, err := v.resetView(v.r.FormValue("token"))
	if err != nil {
		return v.brokenLink(err)
	}
	return v.open(w)
}

// resetView answers the form for a link. The link has to be of this tenant.
func (v *visit) resetView(token string) (*view, error) {
	t, username, err := v.Authn.CheckResetLink(v.r.Context(), token)
	if err != nil {
		return nil, err
	}
	if t != v.tenant.ID {
		return nil, iam.E(iam.Invalid, "the link is of another tenant").Because(iam.ReasonWrongCode)
	}
	title, lead := "reset.title", "reset.lead"
	if v.path == "/invite" {
		title, lead = "invite.title", "invite.lead"
	}
	w := v.view("newpassword", title)
	w.Data = passwordPage{Lead: v.words.say(lead, username), Action: w.To(v.path), Username: username, Token: token, Focus: "autofocus"}
	return w, nil
}

func (v *visit) reset() error {
	token := v.r.PostFormValue("token")
	w, err := v.resetView(token)
	if err != nil {
		return v.brokenLink(err)
	}
	begun, err := v.Authn.Reset(v.r.Context(), token, v.r.PostFormValue("password"), v.from)
	if linkBroken(err) { // used meanwhile
		return v.brokenLink(err)
	}
	if err != nil {
		return v.refuse(w, err, "password")
	}
	return v.proceed(begun)
}

// linkBroken reports whether an error says that a link is wrong, expired or used.
func linkBroken(err error) bool {
	e, ok := errors.AsType[*iam.Error](err)
	return ok && e.Code == iam.ReasonWrongCode
}

// brokenLink tells that a link is no longer good, in the same words whatever
// the reason, and where to get another. Other errors pass.
func (v *visit) brokenLink(err error) error {
	if !linkBroken(err) {
		return err
	}
	w := v.view("message", "link.title")
	w.Data = messagePage{v.words.say("link.broken"), w.To("/forgot"), v.words.say("link.new")}
	if v.path == "/verify" || v.path == "/not-me" {
		w.Data = messagePage{v.words.say("link.broken"), w.To("/account"), v.words.say("link.account")}
	}
	return v.show(http.StatusUnprocessableEntity, w)
}
