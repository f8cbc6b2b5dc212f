// Package federation owns the OpenID providers of a tenant and what they say of
// people: which providers there are, how a browser is sent to one and what is
// believed of whom it brings back, and who somebody is here.
//
//	browser ──/sso/<name>──▶ Begin ── authorization request ──▶ provider
//	                          │ state, nonce, PKCE verifier: sealed, in a cookie
//	browser ◀─────────────────┘
//	browser ──/sso/<name>/callback──▶ Finish
//	             state is the cookie's? ── code for tokens (PKCE)
//	             ── ID token: signature, issuer, audience, times, nonce
//	             ── user info, where it is asked: the same subject
//	             ── who is that here?  by (issuer, subject); else by an address
//	                that both sides have verified; else made, where that is wanted
//	             ──▶ iam.Federated, of which authn begins a session
//
// It must not know sessions, pages or any wire format of a dialect.
package federation
