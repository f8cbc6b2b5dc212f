package console

import "github.com/gatehouse-id/gatehouse/internal/iam"

// askForgotten shows the form, or, after it was sent, the one answer there is,
// whether or not there is such a user.
func (v *visit) askForgotten() error {
	if v.r.FormValue("done") != "" {
		return v.say("forgot.sent-title", "forgot.sent", "/sign-in", "back-to-sign-in")
	}
	return v.open(v.view("forgot", "forgot.title"))
}

func (v *visit) forgotten() error {
	name := v.posted("username")
	if err := v.Authn.RequestReset(v.r.Context(), v.tenant.ID, name, v.from); err != nil {
		w := v.view("forgot", "forgot.title")
		w.Values = map[string]string{"username": iam.Cut(name, maxNameShown)}
		return v.refuse(w, err)
	}
	return v.done("/forgot", "sent")
}

// messagePage is a page that only says something, and where to go from there.
type messagePage struct{ Lead, To, Words string }

// say shows such a page; all are keys of the words but to, a path.
func (v *visit) say(title, lead, to, words string) error {
	w := v.view("message", title)
	w.Data = messagePage{v.words.say(lead), v.base + to, v.words.say(words)}
	return v.open(w)
}
