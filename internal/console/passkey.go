package console

import (
	"encoding/json"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// passkeyOptions answers our script with what the browser is to be asked.
func (v *visit) passkeyOptions(q authn.PasskeyRequest, err error) error {
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(v.w).Encode(map[string]any{"id": q.ID, "options": json.RawMessage(q.Options)})
}

// passkeyAnswer is the browser's answer, which our script has put into a form.
func (v *visit) passkeyAnswer() (iam.ChallengeID, []byte) {
	return iam.ChallengeID(v.r.PostFormValue("id")), []byte(v.r.PostFormValue("answer"))
}

func (v *visit) passkeySignInOptions() error {
	return v.passkeyOptions(v.Authn.BeginPasskeySignIn(v.r.Context(), v.tenant.ID))
}

// passkeySignIn begins a session by a passkey alone. Who is signed in already
// proves themselves anew that way: the session that they had ends.
func (v *visit) passkeySignIn() error {
	id, answer := v.passkeyAnswer()
	begun, err := v.Authn.FinishPasskeySignIn(v.r.Context(), v.tenant.ID, id, answer, v.from)
	if err == nil {
		return v.changeOver(begun)
	}
	shown := v.signInView
	if v.signedIn() {
		shown = v.confirmView
	}
	w, errView := shown()
	if errView != nil {
		return errView
	}
	return v.refuse(w, err)
}

func (v *visit) provePasskeyOptions() error {
	return v.passkeyOptions(v.Authn.BeginPasskeyProof(v.r.Context(), v.prover))
}

func (v *visit) provePasskey() error {
	id, answer := v.passkeyAnswer()
	begun, err := v.Authn.FinishPasskeyProof(v.r.Context(), v.prover, id, answer)
	if err != nil {
		return v.factorRefused(kindPasskey, err)
	}
	return v.proceed(begun)
}

// askEnrolPasskey asks for the name that a new passkey is to have.
func (v *visit) askEnrolPasskey() error {
	w := v.enrolView("enrolpasskey", "enrol-passkey.title")
	w.Values = map[string]string{"name": v.words.describe(v.from.Client)}
	return v.open(w)
}

func (v *visit) enrolPasskeyOptions() error {
	p, err := v.asProver()
	if err != nil {
		return err
	}
	return v.passkeyOptions(v.Authn.BeginPasskeyEnrolment(v.r.Context(), p))
}

func (v *visit) enrolPasskey() error {
	p, err := v.asProver()
	if err != nil {
		return err
	}
	name := v.posted("name")
	id, answer := v.passkeyAnswer()
	enrolled, err := v.Authn.FinishPasskeyEnrolment(v.r.Context(), p, id, name, answer)
	if err != nil {
		w := v.enrolView("enrolpasskey", "enrol-passkey.title")
		w.Values = map[string]string{"name": name}
		return v.refuse(w, err, "name")
	}
	return v.enrolled(enrolled, "passkey-added")
}
