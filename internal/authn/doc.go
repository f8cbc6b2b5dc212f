// Package authn owns how people and programs prove who they are: passwords,
// API tokens and sessions, and the record of every attempt.
//
//	password ──▶ SignIn ──▶ Session (a row) ──▶ SessionToken (HS256, names the row)
//	API token ─▶ Token ──┐                        │
//	                     ├──────▶ iam.Actor ◀─────┘ Session
//	password ──▶ Password┘
//
// Whatever the way, the user must be enabled and the tenant active at that
// moment; who is refused learns only that they are. It must not know what an
// actor may do, nor any wire format or SQL.
package authn
