package server

import (
	"net/http"
	"strings"
)

// withGRPC sends requests of gRPC, which tell themselves by their content type
// (gRPC over HTTP/2, "Requests"), to grpc and all others to next; where grpc is
// nil, all of them.
func withGRPC(grpc, next http.Handler) http.Handler {
	if grpc == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
			grpc.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// protocols are what a listener speaks: HTTP/2 also without TLS (RFC 9113
// section 3.3), as gRPC clients do on a trusted network or behind a proxy.
func protocols() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetHTTP2(true)
	p.SetUnencryptedHTTP2(true)
	return p
}
