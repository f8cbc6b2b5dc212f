package testop

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// tokenLife is how long tokens are good.
const tokenLife = 5 * time.Minute

// token gives tokens for a code, once (RFC 6749 section 4.1.3, RFC 7636 section
// 4.6), to a client that proves itself in the header or in the body.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	form := r.PostForm
	id, secret := form.Get("client_id"), form.Get("client_secret")
	if user, pw, ok := r.BasicAuth(); ok { // each is encoded as in a form, RFC 6749 section 2.3.1
		id, secret = unescape(user), unescape(pw)
	}
	if id != ClientID || secret != ClientSecret {
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_client"})
		return
	}
	g, ok := p.codes[form.Get("code")]
	delete(p.codes, form.Get("code"))
	verifier := form.Get("code_verifier")
	sum := sha256.Sum256([]byte(verifier))
	if !ok || form.Get("grant_type") != "authorization_code" || form.Get("redirect_uri") != g.redirect ||
		len(verifier) < 43 || len(verifier) > 128 || base64.RawURLEncoding.EncodeToString(sum[:]) != g.challenge {
		answer(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
		return
	}
	access := random()
	p.access[access] = g.person
	now := p.Now()
	claims := over(g.person.claims(), map[string]any{"iss": p.Issuer, "aud": ClientID, "exp": now.Add(tokenLife).Unix(), "iat": now.Unix(),
		"nonce": g.nonce, "at_hash": half(access), "sid": g.session, "auth_time": g.proved.Unix()})
	answer(w, http.StatusOK, over(map[string]any{"access_token": access, "token_type": "Bearer", "expires_in": int(tokenLife.Seconds()),
		"id_token": p.sign(p.lie.Header, over(claims, p.lie.Claims))}, p.lie.Token))
}

func unescape(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return ""
	}
	return plain
}

// claims are those of OpenID Connect Core 1.0 section 5.1.
func (who Person) claims() map[string]any {
	m := map[string]any{"sub": who.Subject}
	if who.Email != "" {
		m["email"], m["email_verified"] = who.Email, who.Verified
	}
	return over(m, who.Claims)
}

// userInfo answers what is known of whom an access token is of (OpenID Connect
// Core 1.0 section 5.3).
func (p *Provider) userInfo(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	who, ok := p.access[token]
	if !ok {
		w.Header().Set("WWW-Authenticate", "Bearer")
		answer(w, http.StatusUnauthorized, map[string]any{"error": "invalid_token"})
		return
	}
	answer(w, http.StatusOK, over(who.claims(), p.lie.Info))
}
