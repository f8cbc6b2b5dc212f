// Package app puts the program together: it is the only place that knows every
// package. It opens the storage, makes the first tenant, connects the use
// cases with what they need of each other, registers the dialects, and runs
// the work in the background.
//
// It must not hold any rule. Commands use it, and so do tests that want the
// whole program in their process.
//
//	Options ─▶ Open ─▶ App ──▶ Handler   the whole way in
//	                       ├─▶ Run       background work, until its context ends
//	                       └─▶ Close
package app
