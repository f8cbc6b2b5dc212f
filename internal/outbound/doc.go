// Package outbound fetches documents from addresses that tenants name, such as
// a JWKS. It owns the guard against requests forged by the server (SSRF): only
// https and http, never to a private, local or reserved address, looked at
// after DNS and after each redirect; and the limits of size and time.
//
// It must not know what is fetched or why, and sends no credentials by itself: a
// library that has to, of an OpenID client, uses HTTP, which follows no redirect.
package outbound
