package console

import (
	"net/http"
	"net/url"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// visit is one request, from who asks to what they are shown.
type visit struct {
	*Site
	w    http.ResponseWriter
	r    *http.Request
	path string // without the tenant
	page *page
	base string // what stands in front of every address: "/t/acme" or nothing
	from authn.Origin
	// provider is the name of the one that the path or a form names.
	provider string
	// back is the page to get back to of a way that was begun in another
	// request; empty where the present one says it.
	back string

	tenant   iam.Tenant
	settings iam.Settings
	words    *language

	// Who asks: prover has steps left to take; by, session and user are set of
	// who is signed in, user on pages that are for users.
	prover  authn.Prover
	by      iam.Actor
	session iam.Session
	user    iam.User
}

// enter finds out which tenant is meant, by the path or by the host name, and
// what it has decided. NotFound: there is no such tenant, or the two differ.
func (v *visit) enter(code string) error {
	v.settings = iam.DefaultSettings()
	v.words = v.choose("")
	meant, host := code, api.TenantOf(v.r.Context())
	switch {
	case code == "" && host == "":
		meant = iam.DefaultTenant
	case code == "":
		meant = host
	case host != "" && host != code:
		return iam.ErrNotFound("tenant", code)
	}
	var err error
	if v.tenant, err = v.Tenancy.ByCode(v.r.Context(), meant); err != nil {
		return err
	}
	if code != "" {
		v.base = "/t/" + v.tenant.Code
	}
	if v.settings, err = v.Tenancy.Settings(v.r.Context(), v.tenant.ID); err != nil {
		return err
	}
	v.words = v.choose("")
	return nil
}

// identify finds out who asks, by their cookie. Somebody of another tenant is
// nobody here.
func (v *visit) identify() error {
	cookies := v.r.CookiesNamed(v.cookie)
	if len(cookies) != 1 {
		return nil // none, or somebody has planted another
	}
	c := cookies[0]
	by, session, err := v.Authn.Browser(v.r.Context(), c.Value, v.from)
	if err == nil {
		if by.Tenant == v.tenant.ID {
			v.by, v.session = by, session
		}
		return nil
	}
	if !iam.Is(err, iam.Unauthenticated) {
		return err
	}
	p, err := v.Authn.Pending(v.r.Context(), c.Value, v.from)
	switch {
	case iam.Is(err, iam.Unauthenticated):
		return nil
	case err != nil:
		return err
	case p.Tenant() == v.tenant.ID && len(p.Session().Pending) > 0:
		v.prover = p
	}
	return nil
}

func (v *visit) signedIn() bool { return v.by.User != "" }

// loadUser reads the user who is signed in, and their language.
func (v *visit) loadUser() error {
	var err error
	if v.user, err = v.Directory.Self(v.r.Context(), v.by); err == nil {
		v.words = v.choose(v.user.Language)
	}
	return err
}

// asProver answers who asks as somebody who changes how they sign in.
func (v *visit) asProver() (authn.Prover, error) {
	if v.signedIn() {
		return v.Authn.Self(v.r.Context(), v.by, v.from)
	}
	return v.prover, nil
}

// proceed gives the browser the session that a step has made, and leads it to
// the next step, or to where it wanted to go.
func (v *visit) proceed(b authn.Begun) error {
	v.keepSession(b)
	return v.redirect(v.next(b.Pending))
}

// changeOver is proceed for a sign-in from its beginning: the session that the
// browser had ends.
func (v *visit) changeOver(b authn.Begun) error {
	if v.signedIn() {
		if err := v.Authn.SignOut(v.r.Context(), v.by); err != nil {
			return err
		}
	}
	return v.proceed(b)
}

// keepSession gives the browser a session in place of the one it had.
func (v *visit) keepSession(b authn.Begun) {
	if b.Cookie != "" {
		http.SetCookie(v.w, v.sessionCookie(b.Cookie))
	}
}

// next is where one goes with steps left, or with none.
func (v *visit) next(steps []iam.Step) string {
	if len(steps) > 0 {
		return v.keep(stepPages[steps[0]])
	}
	return v.target()
}

// redirect answers a request with another page of this tenant (RFC 9110
// section 15.4.4: a POST becomes a GET).
func (v *visit) redirect(to string) error {
	v.w.Header().Set("Location", v.base+to)
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// done leads to a page that says what was done.
func (v *visit) done(path, what string) error { return v.redirect(with(path, "done", what)) }

// with adds a query to a path: names and values in turn. Empty values are left
// out.
func with(path string, pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
