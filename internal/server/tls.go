package server

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// KeyPair is the server's own certificate and private key, from two files in
// PEM. They are read again when they have changed, so that a renewal needs no
// restart. It is safe for use by many goroutines.
type KeyPair struct {
	certFile, keyFile string
	log               *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	changed time.Time // the latest change of the files that was read
	looked  time.Time
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = 10 * time.Second

// LoadKeyPair reads the files. The first certificate is the server's own; those
// that follow lead to an authority which clients know.
func LoadKeyPair(certFile, keyFile string, log *slog.Logger) (*KeyPair, error) {
	k := &KeyPair{certFile: certFile, keyFile: keyFile, log: log, looked: time.Now()}
	if err := k.load(); err != nil {
		return nil, err
	}
	return k, nil
}

// load reads the files, if they have changed.
func (k *KeyPair) load() error {
	changed, err := k.lastChange()
	if err != nil || changed.Equal(k.changed) {
		return err
	}
	pair, err := tls.LoadX509KeyPair(k.certFile, k.keyFile)
	if err != nil {
		return fmt.Errorf("%s and %s: %w", k.certFile, k.keyFile, err)
	}
	k.pair, k.changed = &pair, changed
	return nil
}

// lastChange answers when the later of the files was changed.
func (k *KeyPair) lastChange() (latest time.Time, err error) {
	for _, file := range []string{k.certFile, k.keyFile} {
		info, err := os.Stat(file)
		if err != nil {
			return time.Time{}, err
		}
		if info.ModTime().After(latest) {
			latest = info.ModTime()
		}
	}
	return latest, nil
}

// certificate answers the key pair as it is now. While the files cannot be
// read, or only one has been replaced, the pair from before stands.
func (k *KeyPair) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.looked) >= lookEvery {
		k.looked = time.Now()
		if err := k.load(); err != nil {
			k.log.Warn("the certificate of the server has changed and cannot be read", "error", err)
		}
	}
	return k.pair, nil
}

// TLS puts TLS on top of a listener, version 1.2 or newer, with HTTP/2. clients
// says what is asked of clients: tls.RequestClientCert takes a certificate from
// who has one, tls.RequireAnyClientCert refuses who has none. Whose it is, and
// whether it is good, is found out with each request, since each tenant has an
// authority of its own.
func TLS(l net.Listener, k *KeyPair, clients tls.ClientAuthType) net.Listener {
	return tls.NewListener(l, &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: k.certificate,
		ClientAuth:     clients,
	})
}
