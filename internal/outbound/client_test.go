package outbound

import (
	"compress/gzip"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

func TestCheckAddress(t *testing.T) {
	tests := []struct {
		address string
		may     bool
	}{
		{"8.8.8.8", true},
		{"1.1.1.1", true},
		{"172.15.255.255", true},
		{"172.32.0.1", true},
		{"2606:4700:4700::1111", true},
		{"2a00:1450::1", true},
		{"::ffff:8.8.8.8", true},
		{"0.0.0.0", false},
		{"0.1.2.3", false},
		{"10.0.0.1", false},
		{"100.64.0.1", false},
		{"127.0.0.1", false},
		{"127.255.0.1", false},
		{"169.254.169.254", false},
		{"172.16.0.1", false},
		{"172.31.255.255", false},
		{"192.0.0.192", false},
		{"192.168.1.1", false},
		{"198.18.0.1", false},
		{"224.0.0.1", false},
		{"240.0.0.1", false},
		{"255.255.255.255", false},
		{"::", false},
		{"::1", false},
		{"::127.0.0.1", false},
		{"::ffff:127.0.0.1", false},
		{"::ffff:10.0.0.1", false},
		{"::ffff:169.254.169.254", false},
		{"::ffff:0:10.0.0.1", false},
		{"64:ff9b::a00:1", false},
		{"2002:a00:1::", false},
		{"2001::1", false},
		{"fc00::1", false},
		{"fd12:3456::1", false},
		{"fd00:ec2::254", false},
		{"fe80::1%eth0", false},
		{"fec0::1", false},
		{"ff02::1", false},
	}
	c := New(nil)
	for _, tt := range tests {
		err := c.control("tcp", netip.AddrPortFrom(netip.MustParseAddr(tt.address), 443).String(), nil)
		if may := err == nil; may != tt.may {
			t.Errorf("%s: %v", tt.address, err)
		}
		if err != nil && (!iam.Is(err, iam.Invalid) || strings.Contains(err.Error(), tt.address)) {
			t.Errorf("%s: refused by %v", tt.address, err)
		}
	}
	office := New([]netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")})
	for address, may := range map[string]bool{"10.1.2.3": true, "::ffff:10.1.2.3": true, "10.2.0.1": false, "127.0.0.1": false} {
		if err := office.Check(netip.MustParseAddr(address)); (err == nil) != may {
			t.Errorf("%s, with 10.1.0.0/16 allowed: %v", address, err)
		}
	}
}

// TestRefusedBeforeConnecting names a server that is there in every way that
// leads to a private address. It must not see a request.
func TestRefusedBeforeConnecting(t *testing.T) {
	var seen atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { seen.Add(1) }))
	defer srv.Close()
	port := srv.Listener.Addr().(*net.TCPAddr).Port
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1", "2130706433", "0x7f000001", "[::1]", "localhost."} {
		_, err := New(nil).Fetch(t.Context(), fmt.Sprintf("http://%s:%d/jwks", host, port), 100)
		if !iam.Is(err, iam.Invalid) && !iam.Is(err, iam.Unavailable) { // a name that does not resolve is Unavailable
			t.Errorf("%s: %v", host, err)
		}
	}
	if n := seen.Load(); n != 0 {
		t.Errorf("%d requests came through", n)
	}
	if _, err := New(nil).Fetch(t.Context(), fmt.Sprintf("http://localhost:%d/", port), 100); !iam.Is(err, iam.Invalid) {
		t.Errorf("a name that leads to 127.0.0.1: %v", err)
	}
}

func TestCheckURL(t *testing.T) {
	for _, address := range []string{
		"", "jwks", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "http:///x", "https://",
		"http://user@example.com/", "http://user:pass@example.com/", "http://@example.com/", "http://example.com:22/", "http://example.com:0/",
		"http://example.com:70000/", "http://example.com:6x/", "http://example.com:25/", "javascript:alert(1)", "http://exa mple.com/",
		"http://example.com/" + strings.Repeat("a", 2048), "http://127.0.0.1%00.example.com/", "\x00",
	} {
		if _, err := New(nil).Fetch(t.Context(), address, 100); !iam.Is(err, iam.Invalid) {
			t.Errorf("%.60q: %v", address, err)
		}
	}
	for _, address := range []string{"https://example.com", "http://example.com:80/", "https://example.com:443/", "https://example.com:8443/a?b=c", "HTTPS://[2a00::1]:1024/"} {
		u, err := url.Parse(address)
		if err == nil {
			err = checkURL(u)
		}
		if err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// site is a server in a network that may be fetched from.
func site(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestFetch(t *testing.T) {
	var got *http.Request
	at := site(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		http.SetCookie(w, &http.Cookie{Name: "c", Value: "v"})
		_, _ = w.Write([]byte("0123456789"))
	})
	c := New(loopback)
	for range 2 {
		body, err := c.Fetch(t.Context(), at+"/keys?a=b", 10)
		if err != nil || string(body) != "0123456789" {
			t.Fatalf("%q, %v", body, err)
		}
	}
	if got.Method != http.MethodGet || got.URL.String() != "/keys?a=b" {
		t.Errorf("asked for %s %s", got.Method, got.URL)
	}
	for _, name := range []string{"Cookie", "Authorization", "Referer", "Forwarded", "X-Forwarded-For"} {
		if v := got.Header.Get(name); v != "" {
			t.Errorf("sent %s: %s", name, v)
		}
	}
}

// TestAlone: neither the environment nor an earlier answer has a say in a fetch.
func TestAlone(t *testing.T) {
	c := New(nil)
	if proxy := c.http.Transport.(*http.Transport).Proxy; proxy != nil || c.http.Jar != nil {
		t.Error("there is a proxy, or a jar of cookies")
	}
}

func TestTooLarge(t *testing.T) {
	tests := map[string]http.HandlerFunc{
		"one byte": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 1001)) },
		"no end": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		},
		"compressed": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for range 200 { // 200 MiB in 200 KiB
				if _, err := z.Write(make([]byte, 1<<20)); err != nil || r.Context().Err() != nil {
					return
				}
			}
			_ = z.Close()
		},
		"header": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 200<<10))
		},
	}
	for name, h := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := New(loopback).Fetch(t.Context(), site(t, h), 1000)
			if want := map[bool]iam.Kind{true: iam.Unavailable, false: iam.Invalid}[name == "header"]; !iam.Is(err, want) {
				t.Errorf("%v", err)
			}
		})
	}
	at := site(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write(make([]byte, 1000))
		_ = z.Close()
	})
	if body, err := New(loopback).Fetch(t.Context(), at, 1000); err != nil || len(body) != 1000 {
		t.Errorf("compressed, as large as it may be: %d bytes, %v", len(body), err)
	}
}

func TestSlow(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"head": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"body": func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil { // never silent for long
				_, _ = w.Write([]byte("x"))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(10 * time.Millisecond)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := New(loopback)
			c.time = 200 * time.Millisecond
			began := time.Now()
			_, err := c.Fetch(t.Context(), site(t, h), 1<<20)
			if took := time.Since(began); !iam.Is(err, iam.Unavailable) || took > 3*time.Second {
				t.Errorf("after %v: %v", took, err)
			}
		})
	}
	if c := New(nil); c.time != 10*time.Second {
		t.Errorf("gives up after %v", c.time)
	}
}

func TestNoAnswer(t *testing.T) {
	for _, status := range []int{201, 204, 206, 304, 400, 401, 404, 500, 503} {
		at := site(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		_, err := New(loopback).Fetch(t.Context(), at, 100)
		if !iam.Is(err, iam.Unavailable) || !strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("%d: %v", status, err)
		}
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	if _, err := New(loopback).Fetch(t.Context(), gone.URL+"/?token=hunter2", 100); !iam.Is(err, iam.Unavailable) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("nobody there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := New(loopback).Fetch(ctx, gone.URL, 100); !iam.Is(err, iam.Unavailable) {
		t.Errorf("ended by the caller: %v", err)
	}
}

func TestRedirects(t *testing.T) {
	var secret atomic.Int32
	var at string
	hop := func(n int) string { return fmt.Sprintf("%s/hop/%d", at, n) }
	at = site(t, func(w http.ResponseWriter, r *http.Request) {
		var n int
		switch {
		case r.URL.Path == "/end":
			if ref := r.Header.Get("Referer"); ref != "" {
				t.Errorf("told where it came from: %s", ref)
			}
			_, _ = w.Write([]byte("here"))
		case r.URL.Path == "/secret":
			secret.Add(1)
		case strings.HasPrefix(r.URL.Path, "/to/"):
			http.Redirect(w, r, r.URL.Query().Get("u"), http.StatusFound)
		default:
			_, _ = fmt.Sscanf(r.URL.Path, "/hop/%d", &n)
			if n == 0 {
				http.Redirect(w, r, at+"/end", http.StatusTemporaryRedirect)
			} else {
				http.Redirect(w, r, hop(n-1), http.StatusMovedPermanently)
			}
		}
	})
	c := New(loopback)
	if body, err := c.Fetch(t.Context(), hop(2), 100); err != nil || string(body) != "here" {
		t.Errorf("three redirects: %q, %v", body, err)
	}
	if _, err := c.Fetch(t.Context(), hop(3), 100); !iam.Is(err, iam.Invalid) {
		t.Errorf("four redirects: %v", err)
	}
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(at, "http://"))
	for _, to := range []string{
		"http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[::1]:" + port + "/secret", "http://127.0.0.2:" + port + "/secret",
		"http://[::ffff:127.0.0.3]:" + port + "/secret", "file:///etc/passwd", "ftp://example.com/", "http://u:p@127.0.0.1:" + port + "/secret",
		"http://127.0.0.1:22/",
	} {
		if _, err := c.Fetch(t.Context(), at+"/to/?u="+url.QueryEscape(to), 100); !iam.Is(err, iam.Invalid) {
			t.Errorf("to %s: %v", to, err)
		}
	}
	if secret.Load() != 0 {
		t.Error("a redirect led to a private address")
	}
}

func TestNoDowngrade(t *testing.T) {
	plain := site(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("forged")) })
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, plain, http.StatusFound)
		}
	}))
	defer srv.Close()
	c := New(loopback)
	if _, err := c.Fetch(t.Context(), srv.URL, 100); !iam.Is(err, iam.Unavailable) {
		t.Errorf("a certificate that nobody vouches for: %v", err)
	}
	c.http.Transport.(*http.Transport).TLSClientConfig = srv.Client().Transport.(*http.Transport).TLSClientConfig
	if _, err := c.Fetch(t.Context(), srv.URL, 100); err != nil {
		t.Errorf("a certificate that is vouched for: %v", err)
	}
	if _, err := c.Fetch(t.Context(), srv.URL+"/down", 100); !iam.Is(err, iam.Invalid) {
		t.Errorf("to plain http: %v", err)
	}
}
