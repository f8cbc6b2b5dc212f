package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// enrolLife is how long one has to confirm a new factor.
const enrolLife = 15 * time.Minute

// enrolPage is what the pages of a new factor show. They are the same for the
// step of a sign-in and for who is signed in, at different addresses.
type enrolPage struct {
	v      *visit
	prefix string

	TOTP, Email, Passkey bool // what the tenant allows
	Lead                 string
	ID                   iam.FactorID
	URI                  string
	Secret               string
	QR                   qrCode
}

// At is the address of one of the pages of a new factor.
func (p enrolPage) At(below string) string { return p.v.base + p.v.keep(p.prefix+below) }

func (v *visit) enrolView(name, title string) *view {
	allowed := v.settings.Factor
	d := enrolPage{v: v, prefix: stepPages[iam.StepEnrolFactor], TOTP: allowed.TOTP, Email: allowed.Email, Passkey: allowed.Passkey}
	if v.signedIn() {
		d.prefix = "/account/factors"
	}
	w := v.view(name, title)
	w.Data = d
	return w
}

func (v *visit) askEnrol() error { return v.open(v.enrolView("enrol", "enrol.title")) }

// enrolTOTP shows the secret of a new factor in its answer: it is kept sealed,
// and cannot be asked for again.
func (v *visit) enrolTOTP() error {
	p, err := v.asProver()
	if err != nil {
		return err
	}
	e, err := v.Authn.EnrolTOTP(v.r.Context(), p, "", enrolLife)
	if err != nil {
		return v.refuse(v.enrolView("enrol", "enrol.title"), err)
	}
	w, err := v.totpView(e.Factor.ID, e.URI)
	if err != nil {
		return err
	}
	return v.open(w)
}

// totpView shows a secret, to be scanned or typed in.
func (v *visit) totpView(id iam.FactorID, uri string) (*view, error) {
	w := v.enrolView("totp", "totp.title")
	d := w.Data.(enrolPage)
	d.ID, d.URI, d.Secret = id, uri, inFours(secretOf(uri))
	var err error
	d.QR, err = drawQR(uri)
	w.Data = d
	return w, err
}

// secretOf reads the secret in the URI of an authenticator app, empty where it
// is not one.
func secretOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "otpauth" || len(uri) > 1024 {
		return ""
	}
	return u.Query().Get("secret")
}

// inFours sets a secret in groups of four, as people type it.
func inFours(s string) string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (v *visit) askEnrolEmail() error { return v.open(v.enrolEmailView(v.user.Email)) }

func (v *visit) enrolEmailView(address string) *view {
	w := v.enrolView("enrolemail", "enrol-email.title")
	w.Values = map[string]string{"email": address}
	return w
}

func (v *visit) enrolEmail() error {
	p, err := v.asProver()
	if err != nil {
		return err
	}
	address := v.posted("email")
	f, err := v.Authn.EnrolEmail(v.r.Context(), p, address, enrolLife)
	if err != nil {
		return v.refuse(v.enrolEmailView(address), err, "email")
	}
	w := v.enrolView("", "enrol-email.title")
	return v.redirect(v.keep(w.Data.(enrolPage).prefix+"/confirm", "id", string(f.ID), "done", "code-sent"))
}

func (v *visit) askConfirmFactor() error {
	return v.open(v.confirmFactorView(iam.FactorID(v.r.FormValue("id"))))
}

func (v *visit) confirmFactorView(id iam.FactorID) *view {
	w := v.enrolView("confirmfactor", "confirm-factor.title")
	d := w.Data.(enrolPage)
	d.ID, d.Lead = id, v.words.say("confirm-factor.lead")
	w.Data = d
	return w
}

func (v *visit) confirmFactor() error {
	p, err := v.asProver()
	if err != nil {
		return err
	}
	id := iam.FactorID(v.r.PostFormValue("id"))
	enrolled, err := v.Authn.ConfirmFactor(v.r.Context(), p, id, v.code())
	if err == nil {
		return v.enrolled(enrolled, "factor-added")
	}
	w := v.confirmFactorView(id)
	if uri := v.r.PostFormValue("uri"); secretOf(uri) != "" { // shown before: only so can it be shown again
		again, errQR := v.totpView(id, uri)
		if errQR != nil {
			return errQR
		}
		w = again
	}
	return v.refuse(w, err, "code")
}

// enrolled goes on after a new factor: over the recovery codes, where it has
// brought some, which are shown this once.
func (v *visit) enrolled(e authn.Enrolled, done string) error {
	v.keepSession(e.Begun)
	next := v.next(e.Begun.Pending)
	if v.signedIn() {
		next = with("/account/security", "done", done)
	}
	if len(e.RecoveryCodes) == 0 {
		return v.redirect(next)
	}
	return v.showCodes(e.RecoveryCodes, next)
}

// codesPage is what the page of new recovery codes shows.
type codesPage struct {
	Codes []string
	Next  string
}

func (v *visit) showCodes(codes []string, next string) error {
	w := v.view("codes", "codes.title")
	w.Data = codesPage{codes, v.base + next}
	return v.show(http.StatusOK, w)
}

// newRecoveryCodes shows recovery codes in its answer: only their hashes are
// kept.
func (v *visit) newRecoveryCodes() error {
	p, err := v.asProver()
	if err != nil {
		return err
	}
	codes, err := v.Authn.NewRecoveryCodes(v.r.Context(), p)
	if err != nil {
		return err
	}
	return v.showCodes(codes, with("/account/security", "done", "codes-renewed"))
}
