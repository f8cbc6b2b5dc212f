// Package directory owns users and groups: what their names may be, who is a
// member of what, which facts a person has, and what a change of them entails.
//
// It must not know how anybody signs in, what a role allows or any wire
// format. Before it gives a user roles or groups, or touches what somebody
// could sign in with, it asks Rights, so that no change of a person is a way
// to a right that the changer lacks.
package directory
