package testop

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// authorize sends a browser back with a code for who is signed in (OpenID
// Connect Core 1.0 section 3.1.2). Nobody is asked anything; where nobody is
// signed in the answer is what a provider says that is not to ask.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	p.mu.Lock()
	defer p.mu.Unlock()
	to := q.Get("redirect_uri")
	u, err := url.Parse(to)
	if q.Get("client_id") != ClientID || err != nil || !u.IsAbs() || len(p.redirects) > 0 && !slices.Contains(p.redirects, to) {
		http.Error(w, "no such client, or it does not live there", http.StatusBadRequest) // never sent back
		return
	}
	back := map[string]any{"state": q.Get("state"), "iss": p.Issuer}
	if fault, why := p.refuse(q); fault != "" {
		back["error"], back["error_description"] = fault, why
	} else {
		if q.Get("max_age") == "0" || slices.Contains(strings.Fields(q.Get("prompt")), "login") {
			p.proved = p.Now() // they have typed their password in again
		}
		code := random()
		p.codes[code] = grant{person: *p.signedIn, session: p.session, redirect: to, nonce: q.Get("nonce"), challenge: q.Get("code_challenge"),
			proved: p.proved}
		back["code"] = code
	}
	more := u.Query()
	for k, v := range over(back, p.lie.Answer) {
		more.Set(k, fmt.Sprint(v))
	}
	u.RawQuery = more.Encode()
	http.Redirect(w, r, u.String(), http.StatusFound)
}

// refuse answers the fault of an authorization request, and in words.
func (p *Provider) refuse(q url.Values) (fault, why string) {
	switch {
	case q.Get("response_type") != "code":
		return "unsupported_response_type", "only code"
	case !slices.Contains(strings.Fields(q.Get("scope")), "openid"):
		return "invalid_scope", "openid is missing"
	case q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256":
		return "invalid_request", "PKCE is required"
	case q.Get("state") == "" || q.Get("nonce") == "":
		return "invalid_request", "state and nonce are required"
	case p.signedIn == nil:
		return "login_required", "nobody is signed in"
	}
	return "", ""
}

func (p *Provider) discovery(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer(w, http.StatusOK, over(map[string]any{
		"issuer": p.Issuer, "authorization_endpoint": p.AuthorizationURL(), "token_endpoint": p.TokenURL(),
		"userinfo_endpoint": p.UserInfoURL(), "jwks_uri": p.JWKSURL(), "end_session_endpoint": p.LogoutURL(),
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported":          []string{"ES256", "RS256"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "client_secret_post"},
		"code_challenge_methods_supported":               []string{"S256"},
		"authorization_response_iss_parameter_supported": true,
		"backchannel_logout_supported":                   true, "backchannel_logout_session_supported": true,
	}, p.lie.Discovery))
}

func (p *Provider) keys(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answer(w, http.StatusOK, p.jwks())
}
