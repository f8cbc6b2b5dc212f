// Package scim is the standard form of SCIM 2.0 (RFC 7643, RFC 7644, RFC 9865):
// it translates HTTP at /scim/v2 into calls of the use case of the same name, and
// back.
//
// It must not decide what an attribute means, what a filter finds or who may do
// what: package internal/scim and the directory below it do.
package scim
