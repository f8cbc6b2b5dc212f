package api

import (
	"context"
	"crypto/x509"
	"net/url"
)

// RequestInfo is what the server knows of a request before any dialect does.
type RequestInfo struct {
	ID      string // ties log, events and answers together
	Address string // the client's, after trusted proxies
	Client  string // the User-Agent, cut to 256 bytes
	// Certificate is that of the client, with which it opened the connection
	// itself: no header makes one. nil where there is none.
	Certificate *x509.Certificate
}

type (
	requestKey struct{}
	tenantKey  struct{}
	managedKey struct{}
)

// WithRequest adds the facts of a request; the server's middleware calls it.
func WithRequest(ctx context.Context, info RequestInfo) context.Context {
	return context.WithValue(ctx, requestKey{}, info)
}

// RequestOf answers the facts of the request, zero where there are none.
func RequestOf(ctx context.Context) RequestInfo {
	info, _ := ctx.Value(requestKey{}).(RequestInfo)
	return info
}

// WithTenant adds the code of the tenant that the request's host name means;
// the server's middleware calls it. The kit itself does for a path below
// /t/<code>/, and answers NotFound where both name a tenant and differ.
func WithTenant(ctx context.Context, code string) context.Context {
	return context.WithValue(ctx, tenantKey{}, code)
}

// TenantOf answers the code of the tenant that the request's path or host name
// means, "" where neither names one. Nobody has checked that it exists.
func TenantOf(ctx context.Context) string {
	code, _ := ctx.Value(tenantKey{}).(string)
	return code
}

// managedOf answers the code of the tenant below which the request's path is,
// as /managed_tenant/<code>/, "" where it is below none.
func managedOf(ctx context.Context) string {
	code, _ := ctx.Value(managedKey{}).(string)
	return code
}

// PrefixOf answers what stands before a path so that it leads to the same tenants
// as the request does: nothing, "/t/<tenant>", "/managed_tenant/<tenant>", or both.
func PrefixOf(ctx context.Context) string {
	prefix := ""
	if code := TenantOf(ctx); code != "" {
		prefix = tenantPrefix + url.PathEscape(code)
	}
	if code := managedOf(ctx); code != "" {
		prefix += managedPrefix + url.PathEscape(code)
	}
	return prefix
}
