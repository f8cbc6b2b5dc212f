package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// providerLink is a provider on the page of signing in. It is a link and no form:
// our policy lets no form lead to another site.
type providerLink struct{ URL, Words string }

// maxForwarded bounds the query that goes on from there to a provider, in bytes.
const maxForwarded = 2048

// providerLinks are the ways out to the providers of the tenant, with what the
// address of the page says besides: a provider may want some of that.
func (v *visit) providerLinks() ([]providerLink, error) {
	buttons, err := v.Federation.Buttons(v.r.Context(), v.tenant.ID)
	if err != nil || len(buttons) == 0 {
		return nil, err
	}
	q := url.Values{}
	if len(v.r.URL.RawQuery) <= maxForwarded {
		q = v.r.URL.Query()
	}
	if name := q.Get("username"); name != "" && !q.Has(hintName) {
		q.Set(hintName, name)
	}
	for _, ours := range []string{"username", "done", returnName} {
		q.Del(ours)
	}
	if p := v.wanted(); p != nil {
		q.Set(returnName, p.path)
	}
	links := make([]providerLink, len(buttons))
	for i, b := range buttons {
		to := url.URL{Path: v.base + ssoPrefix + b.Name, RawQuery: q.Encode()}
		links[i] = providerLink{to.String(), v.words.say("sso.with", b.Label)}
	}
	return links, nil
}

// hintName is the parameter that says who is about to sign in (OpenID Connect
// Core 1.0 section 3.1.2.1).
const hintName = "login_hint"

// toProvider sends the browser to a provider. Providers send it back to the public
// URL, where the cookie of the flow has to be: who is on a host of the tenant's
// own changes over to that first.
func (v *visit) toProvider() error {
	if v.onTenantHost() {
		to := v.public(v.path)
		to.RawQuery = v.r.URL.RawQuery
		return v.leave(to.String())
	}
	w := federation.Wanted{LoginHint: iam.Cut(v.r.FormValue(hintName), maxNameShown), Locale: v.words.tag, Query: v.r.URL.Query()}
	if p := v.wanted(); p != nil {
		w.Return = p.path
	}
	to, err := v.beginFlow(v.provider, w)
	if err != nil {
		return v.providerFault(err)
	}
	return v.leave(to)
}

// onTenantHost reports whether the host of the request names the tenant.
func (v *visit) onTenantHost() bool { return api.TenantOf(v.r.Context()) != "" && v.PublicURL != nil }

// public is the address of a page of this tenant at the public URL.
func (v *visit) public(path string) *url.URL { return v.PublicURL.JoinPath("t", v.tenant.Code, path) }

// leave answers a GET with an address of another host.
func (v *visit) leave(to string) error {
	v.w.Header().Set("Location", to)
	v.w.WriteHeader(http.StatusSeeOther)
	return nil
}

// leavingPage is what a page says that leads away by itself.
type leavingPage struct{ Lead, To, Words string }

// leaveForm answers a form with a page that leads to another host: our policy
// lets no form be redirected there. title is a key of the words.
func (v *visit) leaveForm(title string, d leavingPage) error {
	v.w.Header().Set("Refresh", "0; url="+d.To)
	w := v.view("leaving", title)
	w.Data = d
	return v.open(w)
}

// fromProvider is where a provider sends the browser back to.
func (v *visit) fromProvider() error {
	q := v.r.URL.Query()
	a := federation.Answer{Code: q.Get("code"), State: q.Get("state"), Issuer: q.Get("iss"), Error: q.Get("error"),
		Description: q.Get("error_description"), Cookie: v.takeFlow,
		Address: v.from.Address, Client: v.from.Client, RequestID: v.from.RequestID}
	if v.signedIn() {
		a.By = &v.by
	}
	proved, err := v.Federation.Finish(v.r.Context(), v.tenant, v.provider, a)
	if err != nil {
		return v.notProved(err)
	}
	v.back = proved.Return
	if proved.Linked {
		return v.done("/account/security", "linked")
	}
	if v.signedIn() && proved.User != v.by.User {
		return v.say("sso.other-title", "sso.other", "/account", "error.home")
	}
	begun, err := v.Authn.SignInFederated(v.r.Context(), v.tenant.ID, proved.Federated, v.from)
	if err != nil {
		return v.providerFault(err)
	}
	return v.changeOver(begun)
}

// notProved records an attempt of somebody whose name the provider has said, and
// tells what was wrong.
func (v *visit) notProved(err error) error {
	if e, ok := errors.AsType[*iam.Error](err); ok && e.Kind == iam.Unauthenticated && e.Object != "" && !v.signedIn() {
		reason := strings.ReplaceAll(string(e.Code), "_", " ")
		if err := v.Authn.FederationFailed(v.r.Context(), v.tenant.ID, e.Object, reason, v.from); err != nil {
			return err
		}
	}
	return v.providerFault(err)
}

// providerWords are the keys of what can be in the way of a sign-in by a
// provider, by reason. Each has a place for the provider's name.
var providerWords = map[iam.Reason]answer{
	iam.ReasonFlow:          {http.StatusUnprocessableEntity, "sso.flow"},
	iam.ReasonProviderFault: {http.StatusBadGateway, "sso.provider-fault"},
	iam.ReasonNotProved:     {http.StatusUnprocessableEntity, "sso.not-proved"},
	iam.ReasonHostedDomain:  {http.StatusForbidden, "sso.hosted-domain"},
	iam.ReasonNoAccount:     {http.StatusForbidden, "sso.no-account"},
	iam.ReasonNotLinked:     {http.StatusForbidden, "sso.not-linked"},
	iam.ReasonLinked:        {http.StatusConflict, "sso.linked-elsewhere"},
}

// providerFault tells why nothing comes of a provider, and leads back. Errors
// that have nothing to do with providers pass.
func (v *visit) providerFault(err error) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok {
		return err
	}
	a, ok := providerWords[e.Code]
	switch {
	case ok:
	case e.Kind == iam.Unauthenticated:
		a = answer{http.StatusForbidden, "sso.refused"}
	case e.Kind == iam.Precondition && e.Code == "":
		a = answer{http.StatusConflict, "sso.not-ready"}
	default:
		return err
	}
	label, err := v.providerLabel()
	if err != nil {
		return err
	}
	w := v.view("message", "sso.failed-title")
	w.Data = messagePage{v.words.say(a.words, label), w.To("/sign-in"), v.words.say("back-to-sign-in")}
	if v.signedIn() {
		w.Data = messagePage{v.words.say(a.words, label), w.To("/account/security"), v.words.say("sso.back")}
	}
	return v.show(a.status, w)
}

// providerLabel is what people call the provider that the address names.
func (v *visit) providerLabel() (string, error) {
	buttons, err := v.Federation.Buttons(v.r.Context(), v.tenant.ID)
	for _, b := range buttons {
		if b.Name == v.provider {
			return b.Label, err
		}
	}
	return v.words.say("sso.the-provider"), err
}

// providerSignedOut takes a provider's word that a session of its own has ended
// (OpenID Connect Back-Channel Logout 1.0 section 2.8). It comes from the provider
// itself, which has no cookie.
func (v *visit) providerSignedOut() error {
	err := v.Federation.LogoutToken(v.r.Context(), v.tenant, v.provider, v.r.PostFormValue("logout_token"))
	if err == nil {
		return nil // 200, with nothing in it
	}
	switch iam.KindOf(err) {
	case iam.Internal, iam.Unavailable:
		return err
	default:
		v.w.Header().Set("Content-Type", "application/json")
		v.w.WriteHeader(http.StatusBadRequest)
		_, _ = v.w.Write([]byte(`{"error":"invalid_request","error_description":"the logout token does not hold"}`))
		return nil
	}
}
