// Package object keeps declarative configuration objects: documents of a kind,
// with a name in a namespace, labels, and references to one another. It owns
// the kinds, as data; what a document of a kind must be; secrets in documents;
// what becomes of references when their targets go; and what documents say of
// other tenants: which are below one's own, who manages whom.
//
// It must not know which dialect asks, and must not know net/http: what it
// fetches it asks of a Fetcher.
package object
