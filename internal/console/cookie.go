package console

import (
	"net/http"
	"net/url"
)

// CookieName is that of the session's cookie on pages at a public URL, which may
// be nil.
func CookieName(public *url.URL) string { return cookieName(public != nil && public.Scheme == "https") }

// cookieName is that of the session's cookie. Browsers take a name that begins
// with __Host- only over https, for the whole of one host, so that no other
// host of the domain can plant one (RFC 6265bis section 4.1.3.2). On plain
// http, for development, there is no such thing.
func cookieName(secure bool) string {
	if secure {
		return "__Host-gatehouse"
	}
	return "gatehouse"
}

// sessionCookie is the cookie of a session, which the browser forgets when it
// is closed. An empty value removes it.
func (s *Site) sessionCookie(value string) *http.Cookie {
	//nolint:gosec // Secure wherever browsers come by https
	c := &http.Cookie{Name: s.cookie, Value: value, Path: "/", Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}
