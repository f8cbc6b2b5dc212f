package server

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
)

// selfSigned makes a certificate for 127.0.0.1 with its private key, as PEM.
func selfSigned(t *testing.T, serial int64) (cert, key []byte) {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, BasicConstraintsValid: true, IsCA: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &pair.PublicKey, pair)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})
}

// keyPair writes a key pair to files and loads it.
func keyPair(t *testing.T, log io.Writer) (k *KeyPair, write func(cert, key []byte, at time.Time)) {
	t.Helper()
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write = func(cert, key []byte, at time.Time) {
		t.Helper()
		for file, content := range map[string][]byte{certFile: cert, keyFile: key} {
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(file, at, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	cert, key := selfSigned(t, 1)
	write(cert, key, time.Now().Add(-time.Hour))
	k, err := LoadKeyPair(certFile, keyFile, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return k, write
}

// TestTLS: a listener that takes client certificates puts the one with which a
// client opened the connection into the request's facts, and nothing else does.
func TestTLS(t *testing.T) {
	k, _ := keyPair(t, io.Discard)
	clientCert, clientKey := selfSigned(t, 77)
	client, err := tls.X509KeyPair(clientCert, clientKey)
	if err != nil {
		t.Fatal(err)
	}
	// What the middleware found, as the routes see it.
	h := &entry{log: slog.New(slog.DiscardHandler), ids: newRequestIDs(), next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		serial := "none"
		if c := api.RequestOf(r.Context()).Certificate; c != nil {
			serial = c.SerialNumber.String()
		}
		_, _ = fmt.Fprintf(w, "%s %s", r.Proto, serial)
	})}
	var listeners []net.Listener
	for _, clients := range []tls.ClientAuthType{tls.RequestClientCert, tls.RequireAnyClientCert, tls.NoClientCert} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		listeners = append(listeners, TLS(l, k, clients))
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, h, slog.New(slog.DiscardHandler), listeners...) }()
	get := func(l net.Listener, c *tls.Config) (string, error) {
		c.InsecureSkipVerify = true
		transport := &http.Transport{TLSClientConfig: c, ForceAttemptHTTP2: true}
		defer transport.CloseIdleConnections()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+l.Addr().String(), http.NoBody)
		if err != nil {
			return "", err
		}
		for _, name := range []string{"X-Ssl-Client-Cert", "X-Forwarded-Client-Cert", "Client-Cert"} {
			r.Header.Set(name, strings.ReplaceAll(string(clientCert), "\n", ""))
		}
		resp, err := transport.RoundTrip(r)
		if err != nil {
			return "", err
		}
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		return string(text), err
	}
	optional, required, never := listeners[0], listeners[1], listeners[2]
	with := []tls.Certificate{client}
	for _, tt := range []struct {
		name string
		l    net.Listener
		c    *tls.Config
		want string // "" is a refused connection
	}{
		{"optional, with", optional, &tls.Config{Certificates: with}, "HTTP/2.0 77"},
		{"optional, without", optional, &tls.Config{}, "HTTP/2.0 none"},
		{"required, with", required, &tls.Config{Certificates: with}, "HTTP/2.0 77"},
		{"required, without", required, &tls.Config{}, ""},
		{"never", never, &tls.Config{Certificates: with}, "HTTP/2.0 none"},
		{"TLS 1.2", required, &tls.Config{Certificates: with, MaxVersion: tls.VersionTLS12}, "HTTP/2.0 77"},
		{"TLS 1.1", optional, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, ""},
		// A certificate without its private key proves nothing.
		{"somebody else's", required, &tls.Config{Certificates: []tls.Certificate{{Certificate: client.Certificate, PrivateKey: otherKey(t)}}}, ""},
	} {
		got, err := get(tt.l, tt.c)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s: %q, %v, want %q", tt.name, got, err, tt.want)
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Errorf("stopped: %v", err)
	}
}

func otherKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// TestKeyPairRenewed: a renewed certificate is served, and a broken one is not.
func TestKeyPairRenewed(t *testing.T) {
	var log strings.Builder
	k, write := keyPair(t, &log)
	serial := func() int64 {
		t.Helper()
		k.looked = time.Time{} // long ago
		pair, err := k.certificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return pair.Leaf.SerialNumber.Int64()
	}
	if n := serial(); n != 1 {
		t.Errorf("serves %d", n)
	}
	cert, key := selfSigned(t, 2)
	write(cert, key, time.Now().Add(-time.Minute))
	if n := serial(); n != 2 {
		t.Errorf("after a renewal it serves %d", n)
	}
	newer, newerKey := selfSigned(t, 3)
	write(newer, key, time.Now()) // of another key
	if n := serial(); n != 2 || !strings.Contains(log.String(), "cannot be read") {
		t.Errorf("with half a renewal it serves %d and logs %q", n, log.String())
	}
	write(newer, newerKey, time.Now().Add(time.Second))
	if n := serial(); n != 3 {
		t.Errorf("after the other half it serves %d", n)
	}
	if _, err := LoadKeyPair(k.certFile, filepath.Join(t.TempDir(), "none"), k.log); err == nil {
		t.Error("a missing key is loaded")
	}
	if _, err := LoadKeyPair(k.keyFile, k.certFile, k.log); err == nil {
		t.Error("swapped files are loaded")
	}
}
