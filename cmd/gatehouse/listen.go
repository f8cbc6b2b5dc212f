package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"

	"github.com/gatehouse-id/gatehouse/internal/server"
)

// listenFlags say where clients reach the server, and how the connections are
// protected.
type listenFlags struct {
	Listen     string `help:"Address and port to listen on." default:"127.0.0.1:8080" env:"GATEHOUSE_LISTEN"`
	TLSCert    string `help:"File (PEM) with the server's certificate and those that lead to its authority. With it, HTTPS is served. It is read again when it changes." placeholder:"FILE" default:"" env:"GATEHOUSE_TLS_CERT"`
	TLSKey     string `help:"File (PEM) with the private key of the certificate." placeholder:"FILE" default:"" env:"GATEHOUSE_TLS_KEY"`
	MTLSListen string `help:"Another address and port, for clients with a certificate only, which is not asked for elsewhere then. Without it, clients may send one wherever HTTPS is served." placeholder:"ADDRESS" default:"" env:"GATEHOUSE_MTLS_LISTEN"`
}

// listen opens the listeners, the one for everybody first.
func (f listenFlags) listen(ctx context.Context, log *slog.Logger) (_ []net.Listener, err error) {
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return nil, errors.New("--tls-cert and --tls-key belong together")
	}
	if f.MTLSListen != "" && f.TLSCert == "" {
		return nil, errors.New("--mtls-listen needs --tls-cert and --tls-key")
	}
	var pair *server.KeyPair
	if f.TLSCert != "" {
		if pair, err = server.LoadKeyPair(f.TLSCert, f.TLSKey, log); err != nil {
			return nil, err
		}
	}
	var config net.ListenConfig
	main, err := config.Listen(ctx, "tcp", f.Listen)
	if err != nil {
		return nil, err
	}
	switch {
	case pair == nil:
		return []net.Listener{main}, nil
	case f.MTLSListen == "":
		return []net.Listener{server.TLS(main, pair, tls.RequestClientCert)}, nil
	}
	other, err := config.Listen(ctx, "tcp", f.MTLSListen)
	if err != nil {
		return nil, errors.Join(err, main.Close())
	}
	return []net.Listener{server.TLS(main, pair, tls.NoClientCert), server.TLS(other, pair, tls.RequireAnyClientCert)}, nil
}

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		_ = l.Close()
	}
}

// scheme is that of URLs at which the server is reached without a proxy.
func (f listenFlags) scheme() string {
	if f.TLSCert != "" {
		return "https"
	}
	return "http"
}
