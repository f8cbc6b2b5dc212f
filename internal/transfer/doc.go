// Package transfer brings people, groups, memberships and role bindings in from
// files and out into them: SCIM resources as JSON lines, CSV and LDIF. It owns the
// formats, which become resources of SCIM here, and how a file is carried over: in
// batches, resumable, or as a dry run.
//
// It must not know the directory nor what a resource means: whom it gives the
// resources to does (Target), and whom it has them from (Source).
package transfer
