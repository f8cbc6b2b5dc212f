package api

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// route registers a path of a method. Each method has a ServeMux of its own,
// so that GET /users/{name} and POST /users/reset do not conflict, and each
// ends in a pattern for everything, so that a mux never answers by itself.
func (g *Registry) route(method, path string, h http.Handler) {
	mux := g.routes[method]
	if mux == nil {
		mux = http.NewServeMux()
		mux.HandleFunc("/", g.miss)
		g.routes[method] = mux
	}
	if strings.HasSuffix(path, "/") {
		path += "{$}"
	}
	mux.Handle(path, h)
}

// What may stand in front of every path: the tenant that the request is for,
// and another one, in which a caller of that one wants to act.
const (
	tenantPrefix  = "/t/"
	managedPrefix = "/managed_tenant/"
)

// ServeHTTP finds the operation and serves it, or answers that there is none
// in the envelope of the dialect that the path belongs to.
func (g *Registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ok := true
	if strings.HasPrefix(r.URL.Path, tenantPrefix) {
		r, ok = stripTenant(r, tenantPrefix, named)
	}
	if ok && strings.HasPrefix(r.URL.Path, managedPrefix) {
		r, ok = stripTenant(r, managedPrefix, managed)
	}
	if !ok {
		g.notFound(w, r)
		return
	}
	if unclean(r.URL.EscapedPath()) {
		g.notFound(w, r)
		return
	}
	mux := g.routes[r.Method]
	if r.Method == http.MethodHead {
		mux = g.routes[http.MethodGet] // net/http leaves the body out
	}
	if mux == nil {
		g.miss(w, r)
		return
	}
	mux.ServeHTTP(w, r)
}

// unclean reports whether ServeMux would redirect to another spelling of an
// escaped path: it is not absolute or has an empty, "." or ".." segment.
func unclean(escaped string) bool {
	if !strings.HasPrefix(escaped, "/") || strings.Contains(escaped, "//") {
		return true
	}
	if !strings.Contains(escaped, "/.") {
		return false
	}
	for segment := range strings.SplitSeq(escaped, "/") {
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// stripTenant takes a prefix and the code of a tenant after it off the path, and
// puts the tenant into the context. ok is false where there is nothing at the
// path.
func stripTenant(r *http.Request, prefix string, with func(*http.Request, string) (*http.Request, bool)) (_ *http.Request, ok bool) {
	segment, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), prefix), "/")
	code, err1 := url.PathUnescape(segment)
	plain, err2 := url.PathUnescape(rest)
	if err1 != nil || err2 != nil || code == "" || code == "." || code == ".." {
		return r, false
	}
	r, ok = with(r, code)
	u := *r.URL
	u.Path, u.RawPath = "/"+plain, "/"+rest
	r.URL = &u
	return r, ok
}

// named is a request to a tenant that its path names, which its host name must
// not deny.
func named(r *http.Request, code string) (*http.Request, bool) {
	host := TenantOf(r.Context())
	return r.WithContext(WithTenant(r.Context(), code)), host == "" || host == code
}

// managed is a request from the caller's own tenant to another one.
func managed(r *http.Request, code string) (*http.Request, bool) {
	return r.WithContext(context.WithValue(r.Context(), managedKey{}, code)), true
}

// miss answers a request that no operation takes: which methods the path has,
// or that there is no such path.
func (g *Registry) miss(w http.ResponseWriter, r *http.Request) {
	allowed := g.allowed(r)
	d := g.dialectAt(r.URL.Path)
	if len(allowed) == 0 || d == nil {
		g.notFound(w, r)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	if r.Method == http.MethodOptions {
		d.preflight(w.Header(), allowed)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	g.fail(w, r, d, "", iam.E(iam.Invalid, "method %s is not allowed here", r.Method).Because(iam.ReasonNoMethod))
}

// allowed lists the methods that a path has.
func (g *Registry) allowed(r *http.Request) []string {
	var methods []string
	for _, m := range slices.Sorted(maps.Keys(g.routes)) {
		probe := r.WithContext(r.Context()) // a shallow copy
		probe.Method = m
		if _, pattern := g.routes[m].Handler(probe); pattern == "/" {
			continue
		}
		methods = append(methods, m)
		if m == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
	}
	if len(methods) > 0 {
		methods = append(methods, http.MethodOptions)
	}
	return methods
}

// notFound says that there is nothing at the path, in plain text where it
// belongs to no dialect.
func (g *Registry) notFound(w http.ResponseWriter, r *http.Request) {
	d := g.dialectAt(r.URL.Path)
	if d == nil {
		d = g.dialectAt(path.Clean(r.URL.Path))
	}
	if d == nil {
		http.NotFound(w, r)
		return
	}
	g.fail(w, r, d, "", errNoPath())
}

func errNoPath() error {
	return iam.E(iam.NotFound, "there is nothing at this path").Because(iam.ReasonNoPath)
}
