package outbound

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// get reads a document as a library would that was given the client.
func get(t *testing.T, c *http.Client, address string) (int, string, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("client_secret=s"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// TestHTTPStays: a client for libraries is led nowhere else, whatever the status.
func TestHTTPStays(t *testing.T) {
	at := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			t.Errorf("led to %s", r.URL)
		}
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	if status, _, err := get(t, New(loopback).HTTP(100), at); status != http.StatusTemporaryRedirect || err != nil {
		t.Errorf("%d, %v", status, err)
	}
}

// TestHTTPRefuses: it goes where Fetch goes, and without TLS only where the
// operator has said so.
func TestHTTPRefuses(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request came through") }))
	defer srv.Close()
	port := srv.Listener.Addr().(*net.TCPAddr).Port
	office := New([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")})
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "[::1]"} {
		for _, scheme := range []string{"http", "https"} {
			if _, _, err := get(t, office.HTTP(100), fmt.Sprintf("%s://%s:%d/", scheme, host, port)); err == nil {
				t.Errorf("%s://%s is reached", scheme, host)
			}
		}
	}
	for _, address := range []string{"http://8.8.8.8/", "http://[2606:4700:4700::1111]/"} {
		_, _, err := get(t, office.HTTP(100), address)
		if !iam.Is(err, iam.Invalid) {
			t.Errorf("%s without TLS: %v", address, err)
		}
	}
	for _, address := range []string{"ftp://example.com/", "https://u:p@example.com/", "https://example.com:22/"} {
		if _, _, err := get(t, office.HTTP(100), address); !iam.Is(err, iam.Invalid) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestHTTPBounds: an answer that is longer than it may be fails, at once.
func TestHTTPBounds(t *testing.T) {
	at := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/endless" {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}
		_, _ = w.Write([]byte("0123456789"))
	})
	if _, body, err := get(t, New(loopback).HTTP(10), at); err != nil || body != "0123456789" {
		t.Errorf("as long as it may be: %q, %v", body, err)
	}
	for limit, path := range map[int64]string{9: "", 100: "/endless"} {
		if _, body, err := get(t, New(loopback).HTTP(limit), at+path); !iam.Is(err, iam.Invalid) || int64(len(body)) > limit+1 {
			t.Errorf("longer than %d: %d bytes, %v", limit, len(body), err)
		}
	}
	c := New(loopback)
	c.time = 200 * time.Millisecond
	slow := site(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // before that nobody looks whether the client has gone
		<-r.Context().Done()
	})
	began := time.Now()
	if _, _, err := get(t, c.HTTP(10), slow); err == nil || time.Since(began) > 3*time.Second {
		t.Errorf("a slow one: %v", err)
	}
}

// TestPlain tells which hosts may be spoken to without TLS.
func TestPlain(t *testing.T) {
	for host, want := range map[string]bool{"127.0.0.1": true, "::ffff:127.0.0.1": true, "8.8.8.8": false, "::1": false, "keycloak": true} {
		if got := New(loopback).Plain(host); got != want {
			t.Errorf("%s: %v", host, got)
		}
		if New(nil).Plain(host) {
			t.Errorf("%s, where no network was named", host)
		}
	}
	if err := New(nil).Check(netip.MustParseAddr("10.0.0.1")); !errors.As(err, new(*iam.Error)) {
		t.Errorf("%v", err)
	}
}
