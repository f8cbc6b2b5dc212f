package federation

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Wanted is what a browser asks for.
type Wanted struct {
	Return    string // the page to go to afterwards; kept, not looked at
	LoginHint string
	Locale    string
	Query     url.Values // of the sign-in page
	// Link is who is signed in and wants to link an identity; nil to sign in.
	Link *iam.Actor
	// Fresh is set where somebody signed in is to be proved anew, however lately
	// the provider has done that.
	Fresh bool
}

// Begun is where the browser goes, and the cookie that it has to bring back.
type Begun struct {
	URL        string
	CookieName string // suffix; of this flow alone
	Cookie     string
	Expires    time.Time
}

// Begin sends a browser to a provider. NotFound: there is none of that name;
// Precondition: it has no secret, or Gatehouse no public URL; Denied: who wants
// to link is no user of the tenant; Unauthenticated: the tenant is not active,
// or, with ReasonProviderFault, the provider cannot be found.
func (s *Service) Begin(ctx context.Context, t iam.Tenant, name string, w Wanted) (Begun, error) {
	r, up, err := s.find(ctx, t, name)
	if err != nil {
		return Begun{}, err
	}
	at, err := s.Addresses(t.Code, r.Name)
	if err != nil {
		return Begun{}, err
	}
	f := flow{Provider: r.ID, State: s.Env.Secret(randomBytes), Nonce: s.Env.Secret(randomBytes), Verifier: s.Env.Secret(randomBytes),
		Fresh: w.Fresh, Expires: s.Env.Time().Add(flowLife)}
	if len(w.Return) <= maxReturn {
		f.Return = w.Return
	}
	if w.Link != nil {
		if err := self(*w.Link); err != nil {
			return Begun{}, err
		}
		f.User, f.Session = w.Link.User, w.Link.Session
	}
	cookie, err := s.sealFlow(ctx, t.ID, f)
	if err != nil {
		return Begun{}, err
	}
	there := up.config(r.ClientID, "", at.Redirect, scopes(r.Scopes)).AuthCodeURL(f.State, parameters(r.Provider, f, w)...)
	return Begun{URL: there, CookieName: cookieOf(f.State), Cookie: cookie, Expires: f.Expires}, nil
}

// find answers a provider that can sign somebody in, and where it is. Errors as
// of Begin.
func (s *Service) find(ctx context.Context, t iam.Tenant, name string) (Record, upstream, error) {
	if t.State != iam.TenantActive {
		return Record{}, upstream{}, iam.E(iam.Unauthenticated, "nobody signs in to tenant %q at the moment", t.Code)
	}
	r, err := s.record(ctx, t.ID, name)
	if err != nil {
		return Record{}, upstream{}, err
	}
	if !r.HasSecret {
		return Record{}, upstream{}, iam.E(iam.Precondition, "provider %q has no client secret: an administrator has to set it, "+
			"also again after its addresses were changed", name).About(name)
	}
	up, err := s.upstream(ctx, r.Provider)
	return r, up, err
}

// record answers a provider, remembered under the tenant's epoch. NotFound.
func (s *Service) record(ctx context.Context, t iam.TenantID, name string) (Record, error) {
	return s.records.Get(ctx, t, name, func(ctx context.Context) (Record, error) { return s.Store.Provider(ctx, t, name) })
}

// scopes are those to ask for: "openid" makes a sign-in of it.
func scopes(wanted string) []string {
	words := strings.Fields(wanted)
	if len(words) == 0 {
		return []string{"openid", "profile", "email"}
	}
	if !slices.Contains(words, "openid") {
		words = slices.Insert(words, 0, "openid")
	}
	return words
}

// freshPrompt is how a provider is asked to prove the user anew. Google knows
// nothing nearer to it than to let them choose who they are.
func freshPrompt(t iam.ProviderType) iam.Prompt {
	if t == iam.ProviderGoogle {
		return iam.PromptSelectAccount
	}
	return iam.PromptLogin
}

// maxHint bounds what goes on to the provider of what a browser says, in bytes.
const maxHint = 256

// parameters are those of an authorization request beside the usual ones. Those
// of the tenant's own stand last: nobody says them otherwise.
func parameters(p iam.Provider, f flow, w Wanted) []oauth2.AuthCodeOption {
	var all []oauth2.AuthCodeOption
	add := func(name, value string) {
		if value != "" && len(value) <= maxHint && iam.Printable(value) {
			all = append(all, oauth2.SetAuthURLParam(name, value))
		}
	}
	for _, name := range p.Forwarded {
		add(name, w.Query.Get(name))
	}
	if p.PassLoginHint {
		add("login_hint", w.LoginHint)
	}
	if p.PassLocale {
		add("ui_locales", w.Locale)
	}
	add("prompt", string(p.Prompt))
	if w.Fresh {
		add("prompt", string(freshPrompt(p.Type)))
		add("max_age", "0")
	}
	add("hd", p.HostedDomain)
	add("nonce", f.Nonce)
	return append(all, oauth2.S256ChallengeOption(f.Verifier))
}
