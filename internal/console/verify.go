package console

// askPage is a page that asks for one click. A link alone changes nothing:
// programs that look through mails follow links, too.
type askPage struct{ Lead, Words, Token string }

// ask shows such a page; all are keys of the words but token.
func (v *visit) ask(title, lead, words, token string) *view {
	w := v.view("ask", title)
	w.Data = askPage{v.words.say(lead), v.words.say(words), token}
	return w
}

func (v *visit) askVerify() error {
	if v.r.FormValue("done") != "" {
		return v.say("verify.done-title", "verify.done", "/account", "link.account")
	}
	return v.open(v.ask("verify.title", "verify.lead", "verify.do", v.r.FormValue("token")))
}

func (v *visit) verify() error {
	if err := v.Authn.ConfirmEmailLink(v.r.Context(), v.r.PostFormValue("token"), v.from); err != nil {
		return v.brokenLink(err)
	}
	return v.done("/verify", "verified")
}

func (v *visit) askNotMe() error {
	if v.r.FormValue("done") != "" {
		return v.say("not-me.done-title", "not-me.done", "/sign-in", "back-to-sign-in")
	}
	return v.open(v.ask("not-me.title", "not-me.lead", "not-me.do", v.r.FormValue("token")))
}

func (v *visit) notMe() error {
	if err := v.Authn.NotMeLink(v.r.Context(), v.r.PostFormValue("token"), v.from); err != nil {
		return v.brokenLink(err)
	}
	return v.done("/not-me", "done")
}
