package console

import (
	"context"
	"errors"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/signup"
)

// Signup lets new customers make a tenant. Package signup satisfies it.
type Signup interface {
	// Open reports whether they may at the pages of a tenant, by its code.
	Open(code string) bool
	Ask(ctx context.Context, in signup.Request, from signup.Origin) error
	CheckLink(ctx context.Context, link string) (signup.Signup, error)
	Confirm(ctx context.Context, link string, from signup.Origin) (name string, err error)
	Progress(ctx context.Context, name string) (signup.Signup, error)
}

// signupOpen answers NotFound where nobody can sign up, as for a page that is
// not there.
func (v *visit) signupOpen() error {
	if !v.Signup.Open(v.tenant.Code) {
		return iam.E(iam.NotFound, "nobody can sign up at tenant %q", v.tenant.Code).Because(iam.ReasonNoPath)
	}
	return nil
}

// signupFrom is where the request comes from, in the words of sign-up.
func (v *visit) signupFrom() signup.Origin {
	return signup.Origin{Address: v.from.Address, Client: v.from.Client, RequestID: v.from.RequestID}
}

// signupPage is what the form shows besides its fields.
type signupPage struct {
	Terms    iam.Terms
	Accepted bool
}

// askSignUp shows the form, or, after it was sent, the one answer there is,
// whatever has become of the mail.
func (v *visit) askSignUp() error {
	if err := v.signupOpen(); err != nil {
		return err
	}
	if v.r.FormValue("done") != "" {
		return v.say("sign-up.sent-title", "sign-up.sent", "/sign-in", "back-to-sign-in")
	}
	return v.open(v.signUpView(false))
}

func (v *visit) signUpView(accepted bool) *view {
	w := v.view("signup", "sign-up.title")
	w.Data = signupPage{v.settings.Terms, accepted}
	return w
}

func (v *visit) signUp() error {
	if err := v.signupOpen(); err != nil {
		return err
	}
	in := signup.Request{GivenName: v.posted("given_name"), FamilyName: v.posted("family_name"), Company: v.posted("company"),
		Domain: v.posted("domain"), Email: v.posted("email"), Language: v.words.tag, Terms: v.posted("terms")}
	if err := v.Signup.Ask(v.r.Context(), in, v.signupFrom()); err != nil {
		w := v.signUpView(in.Terms != "")
		w.Values = map[string]string{"given_name": in.GivenName, "family_name": in.FamilyName, "company": in.Company,
			"domain": in.Domain, "email": in.Email}
		for name, value := range w.Values {
			w.Values[name] = iam.Cut(value, maxNameShown)
		}
		return v.refuse(w, err, "given_name", "family_name", "company", "domain", "email", "terms")
	}
	return v.done("/sign-up", "sent")
}

// askSignUpConfirm shows what the link of a mail is to make, and asks for a click.
func (v *visit) askSignUpConfirm() error {
	if err := v.signupOpen(); err != nil {
		return err
	}
	link := v.r.FormValue("token")
	r, err := v.Signup.CheckLink(v.r.Context(), link)
	if err != nil {
		return v.brokenSignUp(err)
	}
	w := v.view("ask", "sign-up.confirm-title")
	w.Data = askPage{v.words.say("sign-up.confirm-lead", r.Domain), v.words.say("sign-up.confirm"), link}
	return v.open(w)
}

func (v *visit) confirmSignUp() error {
	if err := v.signupOpen(); err != nil {
		return err
	}
	name, err := v.Signup.Confirm(v.r.Context(), v.r.PostFormValue("token"), v.signupFrom())
	if err != nil {
		return v.brokenSignUp(err)
	}
	return v.redirect(with("/sign-up/status", "name", name))
}

// brokenSignUp tells that a link is no longer good, or that another has the
// domain by now: either way one has to ask again. Other errors pass.
func (v *visit) brokenSignUp(err error) error {
	title, lead := "link.title", "link.broken"
	switch {
	case iam.Is(err, iam.Exists):
		title, lead = "sign-up.failed-title", "sign-up.taken"
	case !linkBroken(err):
		return err
	}
	return v.signUpAgain(title, lead)
}

// signUpAgain shows why nothing comes of a sign-up, and where to ask again.
func (v *visit) signUpAgain(title, lead string) error {
	w := v.view("message", title)
	w.Data = messagePage{v.words.say(lead), w.To("/sign-up"), v.words.say("sign-up.again")}
	return v.show(http.StatusUnprocessableEntity, w)
}

// signUpStatus shows how a sign-up stands, to who has its name.
func (v *visit) signUpStatus() error {
	if err := v.signupOpen(); err != nil {
		return err
	}
	name := v.r.FormValue("name")
	r, err := v.Signup.Progress(v.r.Context(), name)
	if e, ok := errors.AsType[*iam.Error](err); ok && e.Kind == iam.NotFound {
		return v.signUpAgain("sign-up.failed-title", "sign-up.unknown")
	}
	if err != nil {
		return err
	}
	switch r.State {
	case signup.StateDone:
		w := v.view("message", "sign-up.done-title")
		w.Data = messagePage{v.words.say("sign-up.done", r.Domain), v.pagesOf(r.Domain), v.words.say("sign-up.go")}
		return v.open(w)
	case signup.StateFailed:
		lead := "sign-up.fault"
		if r.Reason == signup.ReasonTaken {
			lead = "sign-up.taken"
		}
		return v.signUpAgain("sign-up.failed-title", lead)
	default:
		return v.say("sign-up.making-title", "sign-up.making", with("/sign-up/status", "name", name), "sign-up.look")
	}
}

// pagesOf is where the pages of another tenant are, which may not be on the host
// of this one.
func (v *visit) pagesOf(code string) string {
	if v.PublicURL == nil {
		return "/t/" + code + "/sign-in"
	}
	return v.PublicURL.JoinPath("t", code, "sign-in").String()
}
