package api

import (
	"net/http"
	"strings"
)

// share lets a page of any site read an answer (Fetch section 3.3.3), where
// the dialect is open to them.
func (d *Dialect) share(h http.Header) {
	if d.CrossOrigin {
		h.Set("Access-Control-Allow-Origin", "*")
	}
}

// preflight answers a browser that asks whether a page may send a request. The
// wildcard of headers does not cover Authorization.
func (d *Dialect) preflight(h http.Header, methods []string) {
	if !d.CrossOrigin {
		return
	}
	d.share(h)
	h.Set("Access-Control-Allow-Methods", strings.Join(methods, ", "))
	h.Set("Access-Control-Allow-Headers", "Authorization, *")
	h.Set("Access-Control-Max-Age", "86400")
}
