package console

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Kinds of proof that the page of the second factor offers, the best first.
const (
	kindPasskey  = "passkey"
	kindTOTP     = "totp"
	kindEmail    = "email"
	kindRecovery = "recovery"
)

// proof is one kind of proof: the factors that give it, and the words for it.
type proof struct {
	kind   string
	factor iam.FactorKind // empty for recovery codes
	lead   string         // what to do
	other  string         // how to change to it
}

var proofs = []proof{
	{kindPasskey, iam.FactorPasskey, "factor.lead-passkey", "factor.use-passkey"},
	{kindTOTP, iam.FactorTOTP, "factor.lead-totp", "factor.other-totp"},
	{kindEmail, iam.FactorEmail, "factor.lead-email", "factor.other-email"},
	{kindRecovery, "", "factor.lead-recovery", "factor.other-recovery"},
}

// factorPage is what the page of the second factor shows.
type factorPage struct {
	Kind   string
	Lead   string
	Mails  []mailFactor
	Others []link
}

// mailFactor is a factor that a code can be mailed for.
type mailFactor struct {
	ID      iam.FactorID
	Address string // as much of it as its owner needs to recognise it
}

// link is a place to go to.
type link struct{ URL, Words string }

// askFactor shows one of the user's kinds of proof, and how to change to the
// others.
func (v *visit) askFactor() error {
	w, err := v.factorView(v.r.FormValue("kind"))
	if err != nil {
		return err
	}
	return v.open(w)
}

func (v *visit) factorView(kind string) (*view, error) {
	factors, err := v.Authn.Factors(v.r.Context(), v.prover)
	if err != nil {
		return nil, err
	}
	left, err := v.Authn.RecoveryCodesLeft(v.r.Context(), v.prover)
	if err != nil {
		return nil, err
	}
	factors = slices.DeleteFunc(factors, func(f iam.Factor) bool { return !f.Active })
	offered := slices.DeleteFunc(slices.Clone(proofs), func(p proof) bool {
		if p.kind == kindRecovery {
			return left == 0
		}
		return !slices.ContainsFunc(factors, func(f iam.Factor) bool { return f.Kind == p.factor })
	})
	shown := proofs[len(proofs)-1]
	if i := slices.IndexFunc(offered, func(p proof) bool { return p.kind == kind }); i >= 0 {
		shown = offered[i]
	} else if len(offered) > 0 {
		shown = offered[0]
	}
	d := factorPage{Kind: shown.kind, Lead: v.words.say(shown.lead)}
	for _, p := range offered {
		if p.kind != shown.kind {
			d.Others = append(d.Others, link{v.base + v.keep(stepPages[iam.StepFactor], "kind", p.kind), v.words.say(p.other)})
		}
	}
	for _, f := range factors {
		if f.Kind == iam.FactorEmail {
			d.Mails = append(d.Mails, mailFactor{f.ID, f.Email})
		}
	}
	w := v.view("factor", "factor.title")
	w.Data = d
	return w, nil
}

func (v *visit) proveFactor() error {
	kind := v.r.PostFormValue("kind")
	var factor iam.FactorKind
	for _, p := range proofs {
		if p.kind == kind {
			factor = p.factor
		}
	}
	begun, err := v.Authn.ProveFactor(v.r.Context(), v.prover, factor, v.code())
	if err != nil {
		return v.factorRefused(kind, err)
	}
	return v.proceed(begun)
}

func (v *visit) factorRefused(kind string, refusal error) error {
	if iam.Is(refusal, iam.Unauthenticated) {
		return refusal
	}
	w, err := v.factorView(kind)
	if err != nil {
		return err
	}
	return v.refuse(w, refusal, "code")
}

func (v *visit) sendFactorCode() error {
	if err := v.Authn.SendFactorCode(v.r.Context(), v.prover, iam.FactorID(v.r.PostFormValue("id"))); err != nil {
		return v.factorRefused(kindEmail, err)
	}
	return v.redirect(v.keep(stepPages[iam.StepFactor], "kind", kindEmail, "done", "code-sent"))
}
