// Package authn owns how people and programs prove who they are: passwords,
// second factors and sessions; API tokens, access keys and client
// certificates; and the record of every attempt.
//
//	password, passkey ─▶ steps ─▶ Session, a row ─▶ a cookie, or a token that names the row
//	                                                      │
//	                     Browser, Session, LiveSession ◀──┘
//	API token ─────────▶ Token ─────────────┐ │
//	signature ─────────▶ Signed ────────────┼─┴─▶ admit ─▶ iam.Actor
//	certificate ───────▶ ClientCertificate ─┤
//	password ──────────▶ Password ──────────┘
//
// Whatever the way, admit asks on every request: the user must be enabled, the
// tenant active, and the address one that tenant, user and credential allow.
// Who is refused learns only that they are. This package must not know what an
// actor may do, nor any wire format or SQL.
package authn
