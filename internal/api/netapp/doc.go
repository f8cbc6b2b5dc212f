// Package netapp owns the dialect of the NetApp Service Engine REST API v2.1:
// its paths and their odd spellings, its envelope, its records and literal
// messages, and how its callers authenticate. What its clients see differently
// from the vendor's server is listed in docs/netapp.md.
//
// It must not know storage, nor decide anything: who may do what, what a name
// may be and what has to be gone first are rules of the use cases, for which
// it translates.
//
// Creating and deleting regions, zones and tenants is work of the queue. The
// vendor answers such a call at once or with a job, and so does this package:
//
//	request ─▶ use case ─▶ job ─▶ done within patience ──▶ 201 or 204
//	                        │     failed ────────────────▶ the error, as if done at once
//	                        └──── slower, or the client does not want to wait ─▶ 202 and the job
package netapp
