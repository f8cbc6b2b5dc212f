// Package password hashes the passwords of people with argon2id (RFC 9106) and
// judges new ones by a tenant's policy. It verifies hashes of other systems too,
// which are brought in with their users and replaced when those sign in.
//
// It owns how a password is prepared, hashed, verified and judged. It must not
// know users, storage, sign-in or dialects: whose password it is, and what
// follows from a wrong one, is decided by authn and directory.
//
// Only passwords of people come here. Secrets made by machines have 256 random
// bits and need no slow hash, see package keyring.
package password
