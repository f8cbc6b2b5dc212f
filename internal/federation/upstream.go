package federation

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxAnswer bounds what a provider answers to one request, in bytes.
const maxAnswer = 1 << 20

// upstream is where a provider is, all of it.
type upstream struct {
	issuer        string
	authorization string
	token         string
	userInfo      string // empty: not to be asked
	jwks          string
	logout        string // empty: nobody signs out there
	// proof is how the client proves itself (RFC 6749 section 2.3.1): in the
	// header of a request, in its body, or, where the provider does not say
	// which, in the body after it has not taken the header.
	proof oauth2.AuthStyle
	// issuerInAnswer says that the provider names itself in answers to
	// authorization requests (RFC 9207).
	issuerInAnswer bool
}

// metadata is what we need of OpenID Connect Discovery 1.0 section 3.
type metadata struct {
	Authorization  string   `json:"authorization_endpoint"`
	Token          string   `json:"token_endpoint"`
	UserInfo       string   `json:"userinfo_endpoint"`
	JWKS           string   `json:"jwks_uri"`
	EndSession     string   `json:"end_session_endpoint"`
	TokenAuth      []string `json:"token_endpoint_auth_methods_supported"`
	IssuerInAnswer bool     `json:"authorization_response_iss_parameter_supported"`
}

// upstream finds a provider: by discovery, unless it says itself where one signs
// in, where tokens are and with what they are signed. What it says counts more
// than what discovery finds.
func (s *Service) upstream(ctx context.Context, p iam.Provider) (upstream, error) {
	up := upstream{issuer: issuerOf(p), authorization: p.AuthorizationURL, token: p.TokenURL, userInfo: p.UserInfoURL, jwks: p.JWKSURL,
		logout: p.LogoutURL}
	if p.AuthorizationURL == "" || p.TokenURL == "" || p.JWKSURL == "" {
		m, err := s.discovered.get(ctx, up.issuer, documentLife, func(ctx context.Context) (metadata, error) { return s.discover(ctx, up.issuer) })
		if err != nil {
			return upstream{}, err
		}
		up.authorization, up.token = cmp.Or(up.authorization, m.Authorization), cmp.Or(up.token, m.Token)
		up.userInfo, up.jwks, up.logout = cmp.Or(up.userInfo, m.UserInfo), cmp.Or(up.jwks, m.JWKS), cmp.Or(up.logout, m.EndSession)
		up.proof = proofOf(m.TokenAuth)
		up.issuerInAnswer = m.IssuerInAnswer
	}
	if p.DisableUserInfo {
		up.userInfo = ""
	}
	return up, nil
}

// discover reads what a provider says of itself. It must name the issuer that
// it was found at.
func (s *Service) discover(ctx context.Context, issuer string) (m metadata, err error) {
	found, err := oidc.NewProvider(s.speaking(ctx), issuer)
	if err == nil {
		err = found.Claims(&m)
	}
	if err != nil {
		return m, fault(err, "the provider does not tell where it is")
	}
	for name, at := range map[string]string{"authorization_endpoint": m.Authorization, "token_endpoint": m.Token, "jwks_uri": m.JWKS,
		"userinfo_endpoint": m.UserInfo, "end_session_endpoint": m.EndSession} {
		optional := name == "userinfo_endpoint" || name == "end_session_endpoint"
		if at == "" && optional {
			continue
		}
		if why := s.urlFault(at); why != "" {
			return m, fault(fmt.Errorf("%s %q %s", name, iam.Cut(at, maxText), why), "the provider does not tell where it is")
		}
	}
	return m, nil
}

// speaking answers a context in which the libraries speak to providers as
// package outbound lets them.
func (s *Service) speaking(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, s.Fetch.HTTP(maxAnswer))
}

// fault is the answer where a provider does not do as it should. The cause is
// for the log.
func fault(err error, message string) error {
	return &iam.Error{Kind: iam.Unauthenticated, Code: iam.ReasonProviderFault, Message: message, Err: err}
}

// config is what the library of OAuth needs of a provider.
func (up upstream) config(clientID, secret, redirect string, scopes []string) *oauth2.Config {
	return &oauth2.Config{ClientID: clientID, ClientSecret: secret, RedirectURL: redirect, Scopes: scopes,
		Endpoint: oauth2.Endpoint{AuthURL: up.authorization, TokenURL: up.token, AuthStyle: up.proof}}
}

// proofOf is how a client proves itself at a provider that takes some ways. Those
// that name both do not always take both.
func proofOf(methods []string) oauth2.AuthStyle {
	header, body := slices.Contains(methods, "client_secret_basic"), slices.Contains(methods, "client_secret_post")
	switch {
	case header && !body:
		return oauth2.AuthStyleInHeader
	case body && !header:
		return oauth2.AuthStyleInParams
	default:
		return oauth2.AuthStyleAutoDetect
	}
}

// withQuery answers an address with more parameters.
func withQuery(address string, more url.Values) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	q := u.Query()
	for name, values := range more {
		q[name] = values
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}
