package federation

import (
	"context"
	"errors"
	"fmt"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Answer is what the browser brings back.
type Answer struct {
	Code, State, Issuer string
	Error, Description  string
	Cookie              func(suffix string) string // value of the flow's cookie
	// By is who is signed in in the browser, nil for nobody: what was begun in
	// order to link an identity is finished by the same session only.
	By *iam.Actor
	// Address, Client and RequestID are as of iam.Actor, for events and mails.
	Address   string
	Client    string
	RequestID string
}

// Proved is what a flow came to.
type Proved struct {
	iam.Federated
	Username string
	Return   string
	Linked   bool // an identity was linked for who is signed in; no session begins
}

// maxCode bounds an authorization code, in bytes.
const maxCode = 4096

// Finish answers who has come back from a provider. Errors as of Begin, and
// Unauthenticated, About the username where it is known:
//
//	ReasonFlow           it was not begun in this browser, or too long ago
//	ReasonProviderFault  the provider does not answer as it should
//	ReasonNotProved      the provider refuses, or what it says does not hold
//	ReasonHostedDomain   somebody of another domain
//	ReasonNoAccount      nobody here, and nobody is made
//	ReasonNotLinked      somebody here has that name or address: to be linked by themselves
//
// and Exists, with ReasonLinked: the identity that was to be linked is another's.
func (s *Service) Finish(ctx context.Context, t iam.Tenant, name string, a Answer) (_ Proved, err error) {
	defer func() { s.log(ctx, t.ID, name, err) }()
	f, err := s.openFlow(ctx, t.ID, a)
	if err != nil {
		return Proved{}, err
	}
	r, up, err := s.find(ctx, t, name)
	if err != nil {
		return Proved{}, err
	}
	if err := checkAnswer(r, up, f, a); err != nil {
		return Proved{}, err
	}
	p, raw, err := s.ask(ctx, t, r, up, f, a.Code)
	if err != nil {
		return Proved{}, err
	}
	if r.HostedDomain != "" && p.domain != r.HostedDomain {
		return Proved{}, iam.E(iam.Unauthenticated, "only people of %s sign in here", r.HostedDomain).Because(iam.ReasonHostedDomain).About(p.named())
	}
	proof := iam.Federated{Provider: r.ID, Issuer: up.issuer, Subject: p.subject, SessionID: iam.Cut(p.session, maxWord), Methods: p.methods, IDToken: raw}
	g := guest{service: s, tenant: t.ID, provider: r.Provider, person: p, proof: proof, answer: a}
	var u iam.User
	if f.User != "" {
		u, err = g.link(ctx, *a.By)
	} else {
		u, err = g.recognize(ctx)
	}
	if err != nil {
		return Proved{}, err
	}
	proof.User = u.ID
	return Proved{Federated: proof, Username: u.Username, Return: f.Return, Linked: f.User != ""}, nil
}

// checkAnswer looks at what came back before anything is done with it: from the
// provider that the browser was sent to (RFC 9207 section 2.4), with a code.
func checkAnswer(r Record, up upstream, f flow, a Answer) error {
	switch {
	case f.Provider != r.ID:
		return iam.E(iam.Unauthenticated, "the sign-in was begun with another provider").Because(iam.ReasonFlow)
	case a.Issuer != up.issuer && (a.Issuer != "" || up.issuerInAnswer):
		return notProved(errors.New("the answer is of another issuer"))
	case a.Error != "":
		refused := iam.E(iam.Unauthenticated, "the provider has refused the sign-in").Because(iam.ReasonNotProved)
		refused.Err = fmt.Errorf("%q: %q", iam.Cut(a.Error, maxText), iam.Cut(a.Description, maxText))
		return refused
	case a.Code == "" || len(a.Code) > maxCode:
		return fault(errors.New("no code"), "the provider has sent no code")
	}
	return nil
}

// ask has the provider say who its code is for, and answers the ID token too.
func (s *Service) ask(ctx context.Context, t iam.Tenant, r Record, up upstream, f flow, code string) (person, string, error) {
	at, err := s.Addresses(t.Code, r.Name)
	if err != nil {
		return person{}, "", err
	}
	secret, err := s.Keys.Open(ctx, t.ID, r.Secret, sealedAs(r.ID))
	if err != nil {
		return person{}, "", err
	}
	token, tokens, raw, err := s.redeem(ctx, r, up, at.Redirect, string(secret), code, f)
	if err != nil {
		return person{}, "", err
	}
	info, err := s.userInfo(ctx, up, tokens, token.text("sub"))
	if err != nil {
		return person{}, "", err
	}
	return personOf(r.Mappers, token, info), raw, nil
}

// log tells administrators of the installation why somebody did not get in,
// which nobody is told on a page.
func (s *Service) log(ctx context.Context, t iam.TenantID, provider string, err error) {
	if e, ok := errors.AsType[*iam.Error](err); ok && e.Err != nil && e.Kind == iam.Unauthenticated {
		s.Log.InfoContext(ctx, "federation: nobody was proved", "tenant", t, "provider", provider, "reason", e.Code, "error", e.Err)
	}
}
