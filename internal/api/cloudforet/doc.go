// Package cloudforet speaks the identity API v2 of Cloudforet (SpaceONE), by
// which its users sign in and keep their own profile: the dialect of its
// console, of cfctl and of spacectl, over HTTP with JSON and over gRPC.
//
// It owns the translation between that wire format and the core, the claims of
// its tokens, and the literal texts of its errors, which clients take apart. It
// must not know storage or the listener, and it owns no rule but the vendor's
// own form of a password. docs/cloudforet.md tells where the vendor's server
// and Gatehouse differ.
//
//	Cloudforet            core
//	domain                Tenant: domain_id is its id, name its code
//	user_id               Username
//	workspace             Namespace
//	workspace group       NamespaceGroup
//	role binding          Binding
//	access, refresh token a JWT (RS256) that leads to a Session
//	MFA EMAIL, OTP        Factor of mail codes, of TOTP
//	tags                  Attributes "cloudforet.tags", as JSON
//
// Over gRPC a call becomes the HTTP request that says the same and is answered
// by the same operation, so that there is one guard, one translation and one
// record of what happened:
//
//	gRPC ── message as JSON, metadata "token" as bearer ──┐
//	                                                      ├─▶ operation ─▶ use cases
//	HTTP ─────────────────────────────────────────────────┘
package cloudforet

//go:generate go run github.com/bufbuild/buf/cmd/buf@v1.75.0 generate proto --template proto/buf.gen.yaml --output proto
