// Package server owns the way in from the network: listeners and their limits,
// the order of the middleware, which path belongs to whom, health, metrics,
// and stopping without dropping a request.
//
// It must not know what any operation does; operations come from the registry
// of package api.
//
//	listener ─▶ request id ─▶ panic guard ─▶ address, tenant ─▶ log ─▶ routes.go
package server
