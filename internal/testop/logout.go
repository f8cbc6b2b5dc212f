package testop

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// endSession signs out who is signed in, and sends the browser back (OpenID
// Connect RP-Initiated Logout 1.0).
func (p *Provider) endSession(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client_id") != ClientID || strings.Count(q.Get("id_token_hint"), ".") != 2 {
		http.Error(w, "who is to be signed out is not said", http.StatusBadRequest)
		return
	}
	p.SignOut()
	if to := q.Get("post_logout_redirect_uri"); to != "" {
		http.Redirect(w, r, to, http.StatusFound)
	}
}

// LogoutToken makes one of somebody's session, or, where that is empty, of all
// of a subject's, with members of lies over it (OpenID Connect Back-Channel
// Logout 1.0 section 2.4).
func (p *Provider) LogoutToken(subject, session string, lies map[string]any) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now()
	claims := map[string]any{"iss": p.Issuer, "aud": ClientID, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "jti": random(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
	if subject != "" {
		claims["sub"] = subject
	}
	if session != "" {
		claims["sid"] = session
	}
	return p.sign(over(map[string]any{"typ": "logout+jwt"}, p.lie.Header), over(claims, lies))
}

// SendLogout sends a logout token to where a client takes them, and answers the
// status.
func (p *Provider) SendLogout(t testing.TB, address, token string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode
}
