package console

import (
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// askUnsubscribe shows what the link of a mail ends, and asks for a click.
func (v *visit) askUnsubscribe() error {
	token := v.r.FormValue("token")
	p, err := v.unsubscribed(token)
	if err != nil {
		return v.brokenUnsubscribe(err)
	}
	w := v.view("ask", "unsubscribe.title")
	w.Data = askPage{v.words.say("unsubscribe.lead", p.Label), v.words.say("unsubscribe.do"), token}
	return v.open(w)
}

// unsubscribed answers what a link ends. The link has to be of this tenant.
func (v *visit) unsubscribed(token string) (notice.Preference, error) {
	t, p, err := v.Notices.CheckUnsubscribe(v.r.Context(), token)
	if err == nil && t != v.tenant.ID {
		err = iam.E(iam.Unauthenticated, "the link is of another tenant")
	}
	return p, err
}

// unsubscribe does what the link of a mail says. Programs that read mail may do
// it for their user, with nothing but the address of the page (RFC 8058 section
// 3.2): they are not redirected.
func (v *visit) unsubscribe() error {
	token := v.r.FormValue("token")
	p, err := v.unsubscribed(token)
	if err == nil {
		err = v.Notices.Unsubscribe(v.r.Context(), token)
	}
	if err != nil {
		return v.brokenUnsubscribe(err)
	}
	w := v.view("message", "unsubscribe.done-title")
	w.Data = messagePage{v.words.say("unsubscribe.done", p.Label), w.To("/account/notifications"), v.words.say("unsubscribe.all")}
	return v.open(w)
}

// brokenUnsubscribe tells that a link is no longer good, and where notices can be
// ended all the same. Other errors pass.
func (v *visit) brokenUnsubscribe(err error) error {
	if !iam.Is(err, iam.Unauthenticated) {
		return err
	}
	w := v.view("message", "link.title")
	w.Data = messagePage{v.words.say("unsubscribe.broken"), w.To("/account/notifications"), v.words.say("unsubscribe.all")}
	return v.show(http.StatusUnprocessableEntity, w)
}
