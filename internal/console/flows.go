package console

import (
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/federation"
)

// maxFlows is how many ways to providers a browser may have begun, so that the
// cookies of those that came to nothing do not pile up.
const maxFlows = 8

// flowName is the name of the cookie of a flow, by its suffix.
func (s *Site) flowName(suffix string) string { return s.cookie + "-sso-" + suffix }

// beginFlow begins a way to a provider and back, gives the browser the cookie
// which it has to bring, and answers where it has to go.
func (v *visit) beginFlow(provider string, w federation.Wanted) (string, error) {
	begun, err := v.Federation.Begin(v.r.Context(), v.tenant, provider, w)
	if err != nil {
		return "", err
	}
	var before []*http.Cookie
	for _, c := range v.r.Cookies() {
		if strings.HasPrefix(c.Name, v.flowName("")) {
			before = append(before, v.flowCookie(c.Name, "", 0))
		}
	}
	if len(before) >= maxFlows {
		for _, c := range before {
			http.SetCookie(v.w, c)
		}
	}
	http.SetCookie(v.w, v.flowCookie(v.flowName(begun.CookieName), begun.Cookie, begun.Expires.Sub(v.Env.Now())))
	return begun.URL, nil
}

// takeFlow answers the cookie of a flow, which is used up by that; nothing where
// there is none, or somebody has planted another.
func (v *visit) takeFlow(suffix string) string {
	name := v.flowName(suffix)
	cookies := v.r.CookiesNamed(name)
	if len(cookies) == 0 {
		return ""
	}
	http.SetCookie(v.w, v.flowCookie(name, "", 0))
	if len(cookies) > 1 {
		return ""
	}
	return cookies[0].Value
}

// flowCookie is the cookie of a flow. It comes back with the provider's answer,
// which is a link from elsewhere, and so is not Strict.
func (s *Site) flowCookie(name, value string, life time.Duration) *http.Cookie {
	c := s.sessionCookie(value) //nolint:gosec // Secure wherever browsers come by https
	c.Name = name
	if value != "" {
		c.MaxAge = int((life + time.Second - 1) / time.Second)
	}
	return c
}
