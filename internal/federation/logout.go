package federation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// logoutAge is how long after it was issued a logout token is taken.
const logoutAge = 2 * time.Minute

// logoutEvent is the member of "events" that makes a logout token of it.
const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

// LogoutToken takes the word of a provider that a session of its own has ended
// (OpenID Connect Back-Channel Logout 1.0), and ends those here that it began.
// NotFound: there is no such provider; Invalid: the token does not hold, or the
// provider is not to say so.
func (s *Service) LogoutToken(ctx context.Context, t iam.Tenant, name, token string) error {
	r, err := s.record(ctx, t.ID, name)
	if err != nil {
		return err
	}
	if !r.BackChannelLogout {
		return iam.E(iam.Invalid, "provider %q does not end sessions", name)
	}
	up, err := s.upstream(ctx, r.Provider)
	if err != nil {
		return err
	}
	l, err := s.checkLogout(ctx, r, up, token)
	if err != nil {
		s.Log.InfoContext(ctx, "federation: a logout token was refused", "tenant", t.ID, "provider", name, "error", err)
		return &iam.Error{Kind: iam.Invalid, Message: "the logout token does not hold", Err: err}
	}
	by := iam.Actor{Tenant: t.ID, Home: t.ID, Username: name, Method: iam.MethodProvider}
	e := s.Env.Event(by, "provider", "end-sessions", string(r.ID), r.Name)
	e.Details = iam.Merge(e.Details, map[string]string{"subject": l.subject})
	_, err = s.Sessions.EndProviderSessions(ctx, t.ID, r.ID, up.issuer, l.subject, l.session, e)
	return err
}

// logout is what a logout token says. One of subject and session may be empty.
type logout struct{ subject, session string }

// checkLogout checks a logout token as its specification has it in section 2.6.
func (s *Service) checkLogout(ctx context.Context, r Record, up upstream, raw string) (logout, error) {
	token, err := s.verifier(up, r.ClientID, typeJWT, typeLogout).VerifyLogout(s.speaking(ctx), raw)
	if err != nil {
		return logout{}, err
	}
	var said struct {
		times
		Events map[string]json.RawMessage `json:"events"`
	}
	if err := token.Claims(&said); err != nil {
		return logout{}, err
	}
	now := s.Env.Now()
	if err := said.timely(now, r.ClockSkew); err != nil {
		return logout{}, err
	}
	switch {
	case !bytes.HasPrefix(said.Events[logoutEvent], []byte("{")):
		return logout{}, errors.New("the event is no object")
	case now.Sub(token.IssuedAt) > logoutAge+r.ClockSkew:
		return logout{}, errors.New("the token was issued too long ago")
	case len(token.Subject) > maxSubject || len(token.SessionID) > maxWord || len(token.TokenID) > maxWord:
		return logout{}, errors.New("a claim is too long")
	case !s.used.first(string(r.ID)+" "+token.TokenID, now, now.Add(logoutAge+2*r.ClockSkew)):
		return logout{}, errors.New("the token was used before")
	}
	return logout{token.Subject, token.SessionID}, nil
}

// maxUsed bounds the tokens that are remembered.
const maxUsed = 10_000

// used remembers on this node which tokens came, as long as they would be taken:
// another node may take one once more, which ends what has ended.
type used struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// first reports whether a token comes for the first time.
func (u *used) first(token string, now, until time.Time) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.until[token].After(now) {
		return false
	}
	if len(u.until) >= maxUsed {
		for t, end := range u.until {
			if !end.After(now) {
				delete(u.until, t)
			}
		}
	}
	if len(u.until) < maxUsed {
		u.until[token] = until
	}
	return true
}

// maxHinted bounds an ID token in an address, in bytes: servers take no address
// that is much longer. Without it the provider asks who is to be signed out.
const maxHinted = 4096

// EndURL is where a browser signs out at the provider that has signed somebody
// in (OpenID Connect RP-Initiated Logout 1.0); empty where it cannot, for
// whatever reason: signing out here never waits for somebody else.
func (s *Service) EndURL(ctx context.Context, t iam.Tenant, f iam.Federated) (string, error) {
	records, err := s.Store.Providers(ctx, t.ID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(records, func(r Record) bool { return r.ID == f.Provider })
	if i < 0 || issuerOf(records[i].Provider) != f.Issuer {
		return "", nil // another one by now, which the token is no business of
	}
	p := records[i].Provider
	up, err := s.upstream(ctx, p)
	if err != nil {
		s.Log.InfoContext(ctx, "federation: nobody signs out at a provider", "tenant", t.ID, "provider", p.Name, "error", err)
		return "", nil
	}
	if up.logout == "" {
		return "", nil
	}
	at, err := s.Addresses(t.Code, p.Name)
	if err != nil {
		return "", err
	}
	q := url.Values{"client_id": {p.ClientID}, "post_logout_redirect_uri": {at.PostLogout}}
	if f.IDToken != "" && len(f.IDToken) <= maxHinted {
		q.Set("id_token_hint", f.IDToken)
	}
	return withQuery(up.logout, q)
}
