// Package support owns tickets: what the people of a tenant ask of those who
// look after it, what is answered, and what is attached to that.
//
//	new ──answer──▶ open ──solve──▶ solved ──┐
//	 │               ▲ ◀──comment, reopen────┤
//	 └──close──▶ closed ◀──close─────────────┘   escalated: once, while it is not closed
//
// A ticket belongs to one tenant. The tenant above it works on it, or those
// that manage it, for as long as they do: every call looks again. What is told
// by mail is a job that is written with the change.
//
// It must not know how tenants come to look after others, how a mail is
// written, or any wire format, and it decides no rights in a tenant: whoever
// calls has been authorized to there.
package support
