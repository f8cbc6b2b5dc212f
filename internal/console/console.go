package console

import (
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Site answers every page. It is safe for concurrent use.
type Site struct {
	Deps
	pages   map[string]*page
	roots   map[string]bool // first segments of the paths of pages and assets
	assets  *assets
	layouts func() layouts
	csrf    *http.CrossOriginProtection
	headers http.Header // of every page
	secure  bool        // browsers come by https
	cookie  string      // its name
}

// New makes the pages. It panics where an asset, all of which are in the
// program, is broken.
func New(d Deps) *Site {
	s := &Site{Deps: d, pages: map[string]*page{}, roots: map[string]bool{}, assets: loadAssets(), csrf: http.NewCrossOriginProtection()}
	s.layouts = sync.OnceValue(loadLayouts) // for the first page: not every node serves any
	if d.PublicURL != nil {
		s.secure = d.PublicURL.Scheme == "https"
		// A proxy may speak to us under another name than browsers speak to it.
		if err := s.csrf.AddTrustedOrigin(d.PublicURL.Scheme + "://" + d.PublicURL.Host); err != nil {
			panic("console: the public URL is no origin: " + err.Error())
		}
	}
	s.cookie = cookieName(s.secure)
	s.headers = pageHeaders(s.secure)
	for _, p := range pages() {
		s.pages[p.path] = &p
		s.roots[root(p.path)] = true
	}
	s.roots[root(assetPrefix)] = true
	return s
}

// root is the first segment of a path.
func root(path string) string {
	segment, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return segment
}

// Owns reports whether an address is one of the pages', also where there is
// nothing at it: /, /account and all below, /t/acme and /t/acme/account. An
// address that is written with escapes is not.
func (s *Site) Owns(u *url.URL) bool {
	if u.RawPath != "" || !strings.HasPrefix(u.Path, "/") {
		return false
	}
	_, path := splitTenant(u.Path)
	first := root(path)
	return s.roots[first] && (first != "" || path == "/")
}

// splitTenant takes /t/<code> off a path. What is left of /t/<code> alone is "/".
func splitTenant(path string) (code, rest string) {
	below, ok := strings.CutPrefix(path, "/t/")
	if !ok {
		return "", path
	}
	code, rest, _ = strings.Cut(below, "/")
	return code, "/" + rest
}

// ServeHTTP answers a request for a page, in this order: where is it, does it
// come from one of our own pages, which tenant is meant, who asks, may they.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	code, path := splitTenant(r.URL.Path)
	if name, ok := strings.CutPrefix(path, assetPrefix); ok {
		s.assets.serve(w, r, name)
		return
	}
	info := api.RequestOf(r.Context())
	v := &visit{Site: s, w: w, r: r, path: path, words: english, from: authn.Origin{
		Dialect: dialect, Address: info.Address, Client: info.Client, RequestID: info.ID}}
	for name, values := range s.headers {
		w.Header()[name] = values
	}
	if err := v.serve(code); err != nil {
		v.fail(err)
	}
}

// dialect is what login events and sessions call the pages.
const dialect = "console"

func (v *visit) serve(code string) error {
	if err := v.enter(code); err != nil {
		return err
	}
	p := v.find()
	if p == nil {
		return iam.E(iam.NotFound, "there is no page at this address").Because(iam.ReasonNoPath)
	}
	v.page = p
	handler := p.get
	switch v.r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodPost:
		handler = p.post
		if err := v.csrf.Check(v.r); err != nil {
			return errForeignForm
		}
		if err := v.readForm(); err != nil {
			return err
		}
	default:
		handler = nil
	}
	if handler == nil {
		if p.get == nil && v.r.Method != http.MethodPost && p.home != "" {
			return v.redirect(p.home) // of a form whose answer was looked at again
		}
		v.w.Header().Set("Allow", p.methods())
		return iam.E(iam.Invalid, "method %s is not allowed here", v.r.Method).Because(iam.ReasonNoMethod)
	}
	if err := v.identify(); err != nil {
		return err
	}
	if to := v.elsewhere(); to != "" {
		return v.redirect(to)
	}
	if p.need == forUser {
		if err := v.loadUser(); err != nil {
			return err
		}
	}
	return handler(v)
}

// elsewhere answers where a visitor has to go for whom the page is not, and
// nothing where it is.
func (v *visit) elsewhere() string {
	if v.page.need == forAnyone {
		return ""
	}
	steps := v.prover.Session().Pending
	switch {
	case len(steps) > 0 && v.page.need == forStep && v.page.step == steps[0]:
		return ""
	case len(steps) > 0 && v.page.need == forUser:
		return with(stepPages[steps[0]], returnName, v.page.origin())
	case len(steps) > 0:
		return v.next(steps)
	case v.page.need == forStep && v.signedIn():
		return v.target()
	case v.page.need == forStep:
		return v.keep("/sign-in")
	case v.page.need == forVisitors && v.signedIn():
		return v.target()
	case v.page.need == forUser && !v.signedIn():
		return with("/sign-in", returnName, v.page.origin())
	}
	return ""
}

// origin is the page to come back to after what was asked for at p; empty for
// the first one of the account, where one gets anyway.
func (p *page) origin() string {
	origin := p.path
	if p.home != "" {
		origin = p.home
	}
	if origin == "/account" {
		return ""
	}
	return origin
}

// methods are those that a page takes, as in the Allow header.
func (p *page) methods() string {
	var m []string
	if p.get != nil {
		m = append(m, http.MethodGet, http.MethodHead)
	}
	if p.post != nil {
		m = append(m, http.MethodPost)
	}
	return strings.Join(m, ", ")
}
