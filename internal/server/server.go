package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/console"
)

// Config says how to serve.
type Config struct {
	// PublicURL is the address under which clients reach the server. Its host
	// is the one that tenants' names stand in front of. May be nil.
	PublicURL *url.URL
	// TrustedProxies are the peers whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	Version        string
	Log            *slog.Logger
	// Ready answers nil when requests can be served.
	Ready func(context.Context) error
	// Pages are the web pages; nil for none.
	Pages *console.Site
	// GRPC answers requests of gRPC, on the same listeners.
	GRPC http.Handler
}

// Limits of a connection. Bodies and their depth are limited by the registry.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
	stopTimeout       = 30 * time.Second
)

// New makes the handler of the whole program: the middleware in front of the
// routes. It sets the registry's Observe.
func New(operations *api.Registry, c Config) http.Handler {
	m := newMetrics(c.Version)
	operations.Observe = m.observe
	e := &entry{next: withGRPC(c.GRPC, routes(operations, c.Pages, m.handler(), c.Ready)), log: c.Log, trusted: c.TrustedProxies, ids: newRequestIDs()}
	if c.PublicURL != nil {
		e.publicHost = strings.ToLower(strings.TrimSuffix(c.PublicURL.Hostname(), "."))
	}
	return e
}

// Serve answers requests on the listeners until ctx ends, then stops taking new
// ones and finishes those in flight, for at most stopTimeout.
func Serve(ctx context.Context, h http.Handler, log *slog.Logger, listeners ...net.Listener) error {
	s := &http.Server{
		Handler: h, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, Protocols: protocols(),
	}
	failed := make(chan error, len(listeners))
	for _, l := range listeners {
		go func() { failed <- s.Serve(l) }()
	}
	select {
	case err := <-failed:
		_ = s.Close() // the other listeners
		return err
	case <-ctx.Done():
	}
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := s.Shutdown(stop); err != nil {
		_ = s.Close()
		return errors.Join(errors.New("some requests did not finish in time"), err)
	}
	return nil
}
