// Package keyring keeps the keys with which a tenant's secrets are sealed, its
// API tokens hashed and its session tokens signed, and rotates them.
//
// It owns the hierarchy of keys, their formats and their algorithms. It must
// not know what is sealed or signed, and no SQL or HTTP: rows go through Store.
//
//	master key     a file on every node, never in the database
//	   │ wraps (AES-256-GCM)
//	data keys      rows: one tenant, one purpose, numbered 1, 2, 3 ...
//	   │
//	   ├─ "secret"     seals stored secrets (AES-256-GCM)
//	   ├─ "api-token", "cookie", "challenge", "recovery", "signup"
//	   │               make MACs of secrets that are given out (HMAC-SHA-256)
//	   └─ "session"    signs session tokens (HS256, RFC 7518 section 3.2)
//
// The newest key of a purpose is used for new work; older ones stay, so that
// what they made can be verified and opened. The first key of a purpose is
// made when it is first needed, by whichever node comes first.
package keyring
