// Package signup lets new customers make a tenant of their own below one that
// the operator names: they ask, prove their address by a link, and own what is
// made.
//
//	form ──Ask──▶ job: link mailed ──Confirm──▶ proved ──▶ job: tenant asked for ──▶ done
//	                 │ asked, 24 hours                        └──▶ failed
//	                 └──▶ expired
//
// It owns what is kept of a sign-up, and its links. It must not know how a tenant
// is made, nor any wire format or SQL. Who asks learns nothing of an address:
// the answer is the same whatever becomes of the mail.
package signup
