package console

import "github.com/gatehouse-id/gatehouse/internal/iam"

// fewCodes is how many recovery codes are too few to rely on.
const fewCodes = 3

// securityPage is what the page of security shows.
type securityPage struct {
	Allowed   iam.FactorPolicy
	Passkeys  []factorRow
	Others    []factorRow
	At        identitiesPart
	Protected bool // there is a second factor, and so there are recovery codes
	CodesLeft int
	CodesLow  bool
}

// factorRow is a factor in a list. It brings the view along, for the words.
type factorRow struct {
	*view
	iam.Factor
}

// Title is what the user knows the factor by.
func (r factorRow) Title() string {
	switch {
	case r.Name != "":
		return r.Name
	case r.Kind == iam.FactorEmail:
		return r.Email
	case r.Kind == iam.FactorTOTP:
		return r.T("factor.totp")
	default:
		return r.T("factor.passkey")
	}
}

func (v *visit) security() error {
	w, err := v.securityView()
	if err != nil {
		return err
	}
	return v.open(w)
}

func (v *visit) securityView() (*view, error) {
	p, err := v.asProver()
	if err != nil {
		return nil, err
	}
	factors, err := v.Authn.Factors(v.r.Context(), p)
	if err != nil {
		return nil, err
	}
	w := v.view("security", "security.title")
	d := securityPage{Allowed: v.settings.Factor}
	for _, f := range factors {
		switch {
		case !f.Active:
		case f.Kind == iam.FactorPasskey:
			d.Passkeys = append(d.Passkeys, factorRow{w, f})
		default:
			d.Others = append(d.Others, factorRow{w, f})
		}
	}
	d.Protected = len(d.Passkeys)+len(d.Others) > 0
	if d.Protected {
		if d.CodesLeft, err = v.Authn.RecoveryCodesLeft(v.r.Context(), p); err != nil {
			return nil, err
		}
		d.CodesLow = d.CodesLeft < fewCodes
	}
	if d.At, err = v.identities(); err != nil {
		return nil, err
	}
	w.Data = d
	return w, nil
}

func (v *visit) renameFactor() error {
	p, err := v.asProver()
	if err == nil {
		err = v.Authn.RenameFactor(v.r.Context(), p, iam.FactorID(v.r.PostFormValue("id")), v.posted("name"))
	}
	return v.securityDone(err, "saved")
}

func (v *visit) removeFactor() error {
	p, err := v.asProver()
	if err == nil {
		err = v.Authn.RemoveFactor(v.r.Context(), p, iam.FactorID(v.r.PostFormValue("id")))
	}
	return v.securityDone(err, "factor-removed")
}

// securityDone leads back to the list of factors, or shows it with what is in
// the way of a change.
func (v *visit) securityDone(err error, done string) error {
	if err == nil {
		return v.done("/account/security", done)
	}
	w, errView := v.securityView()
	if errView != nil {
		return errView
	}
	return v.refuse(w, err)
}
