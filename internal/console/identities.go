package console

import (
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// identitiesPart is what the page of security shows of accounts at providers.
type identitiesPart struct {
	Linked   []federation.Identity
	Linkable []federation.Button // of which nothing is linked
	// There is where accounts can be linked, where that is not here: providers
	// send browsers back to the public URL.
	There string
}

// Any reports whether there is anything to show.
func (p identitiesPart) Any() bool { return len(p.Linked)+len(p.Linkable) > 0 }

func (v *visit) identities() (p identitiesPart, err error) {
	if p.Linked, err = v.Federation.Identities(v.r.Context(), v.by); err != nil {
		return p, err
	}
	buttons, err := v.Federation.Buttons(v.r.Context(), v.tenant.ID)
	if err != nil {
		return p, err
	}
	linked := map[string]bool{}
	for _, i := range p.Linked {
		linked[i.ProviderName] = true
	}
	for _, b := range buttons {
		if !linked[b.Name] {
			p.Linkable = append(p.Linkable, b)
		}
	}
	if v.onTenantHost() {
		p.There = v.public("/account/security").String()
	}
	return p, nil
}

// recent answers nil to who has proved lately that they are themselves.
func (v *visit) recent() error {
	p, err := v.asProver()
	if err != nil {
		return err
	}
	return v.Authn.Recent(p)
}

// linkIdentity sends the browser to a provider, whose answer links an account
// there to that of who is signed in. It takes a form: a link on another site
// could link an account that is somebody else's.
func (v *visit) linkIdentity() error {
	if err := v.recent(); err != nil {
		return err
	}
	return v.formToProvider(federation.Wanted{Locale: v.words.tag, Link: &v.by})
}

// formToProvider leads from a form to the provider that it names.
func (v *visit) formToProvider(w federation.Wanted) error {
	v.provider = v.r.PostFormValue("provider")
	to, err := v.beginFlow(v.provider, w)
	if err != nil {
		return v.providerFault(err)
	}
	label, err := v.providerLabel()
	if err != nil {
		return err
	}
	return v.leaveForm("sso.leaving-title", leavingPage{v.words.say("sso.leaving", label), to, v.words.say("sso.leave", label)})
}

func (v *visit) unlinkIdentity() error {
	err := v.recent()
	if err == nil {
		err = v.Federation.Unlink(v.r.Context(), v.by, iam.ProviderID(v.r.PostFormValue("provider")), v.r.PostFormValue("subject"))
	}
	return v.securityDone(err, "unlinked")
}
