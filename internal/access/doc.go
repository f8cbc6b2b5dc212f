// Package access owns rights: roles, the API groups they are made of, the
// bindings that give them to users and groups, and the one decision that
// guards every operation of every dialect, with its explanation.
//
// It keeps the rule that nobody grants, by any path, a right that they do not
// hold; other packages ask it through Check methods before they change who is
// in a group, whose password is set, or what a role allows.
//
// It must not know passwords, profiles or any wire format. The engine is in
// access/rbac, which is pure; this package loads, caches and asks.
package access
