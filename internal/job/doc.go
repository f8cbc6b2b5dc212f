// Package job owns durable background work: a job is a row, survives a crash,
// is claimed by one node at a time through a lease, runs at least once, and is
// tried again with growing delay when storage or the network failed.
//
//	pending ──claim──▶ running ──▶ successful
//	   ▲                 │
//	   └──retry, lease───┴──────▶ failed        (a rule was broken, or tries ran out)
//
// Queues in lanes of their own share the rows but not the workers.
//
// It must not know what any job does: runners are given to it by kind. It
// knows no SQL and no wire format.
package job
