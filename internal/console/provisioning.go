package console

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// provisioningPage is where provisioning clients of the tenant are let in (SCIM),
// and by which tokens.
type provisioningPage struct {
	Base   string
	Tokens []tokenRow
	Lives  []life
}

// provisioningLives are the choices for how long a new provisioning token is
// good: somebody has to carry the next one into another system by hand.
var provisioningLives = []offeredLife{{"365", 365, "life.365"}, {"180", 180, "life.180"}, {"90", 90, "life.90"}, {"730", 730, "life.730"}}

func (v *visit) provisioning() error {
	w, err := v.provisioningView()
	if err != nil {
		return err
	}
	return v.open(w)
}

func (v *visit) provisioningView() (*view, error) {
	tokens, err := v.Authn.ProvisioningTokens(v.r.Context(), v.by, iam.Page{Limit: mostShown})
	if err != nil {
		return nil, err
	}
	w := v.view("provisioning", "provisioning.title")
	w.Data = provisioningPage{Base: v.provisioningBase(), Tokens: v.tokenRows(tokens.Items), Lives: v.lives(provisioningLives)}
	return w, nil
}

// provisioningBase is the address that a provisioning client is given.
func (v *visit) provisioningBase() string { return v.public(iam.ProvisioningPath).String() }

// provisioningDone leads back to the page, or shows it with what is in the way.
func (v *visit) provisioningDone(err error, done string) error {
	if err == nil || iam.Is(err, iam.NotFound) { // NotFound: it is gone already
		return v.done("/account/provisioning", done)
	}
	w, errView := v.provisioningView()
	if errView != nil {
		return errView
	}
	w.Values = map[string]string{"name": v.posted("name")}
	return v.refuse(w, err, "name")
}

func (v *visit) createProvisioningToken() error {
	name, err := v.tokenName()
	if err != nil {
		return v.provisioningDone(err, "")
	}
	token, _, err := v.Authn.CreateProvisioningToken(v.r.Context(), v.by, v.tenant.Code, v.by.User, name, v.chosenLife(provisioningLives).days)
	if err != nil {
		return v.provisioningDone(err, "")
	}
	return v.showSecret("tokens.new", "/account/provisioning", secretPart{v.words.say("provisioning.base"), v.provisioningBase()},
		secretPart{v.words.say("provisioning.token"), token})
}

func (v *visit) revokeProvisioningToken() error {
	return v.provisioningDone(v.Authn.RevokeProvisioningToken(v.r.Context(), v.by, iam.TokenID(v.r.PostFormValue("id"))), "token-revoked")
}
