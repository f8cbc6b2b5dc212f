package console

import "net/http"

// policy is the Content-Security-Policy of pages (CSP level 3): what is not
// from here is not loaded, nothing in a page is run or styled but from our own
// files, and nobody frames a page.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// pageHeaders are those of every page.
func pageHeaders(secure bool) http.Header {
	h := http.Header{}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY") // for browsers without frame-ancestors
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), "+
		"publickey-credentials-get=(self), publickey-credentials-create=(self)")
	h.Set("Cache-Control", "no-store")
	if secure {
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Strict-Transport-Security", "max-age=31536000")
	} else {
		// On plain http browsers send no Sec-Fetch-Site, and with no-referrer
		// no Origin either: nothing would be left to know our own forms by.
		h.Set("Referrer-Policy", "same-origin")
	}
	return h
}
