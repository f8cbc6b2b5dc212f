package outbound

import (
	"io"
	"net"
	"net/http"
	"net/netip"
	"syscall"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// HTTP answers a client for a library that speaks a protocol of its own, and may
// have to say a secret: it goes where Fetch goes and as long as that, follows no
// redirect, so that nobody is told but who was meant, speaks without TLS only
// within networks that the operator has named, and reads at most limit bytes of
// an answer.
func (c *Client) HTTP(limit int64) *http.Client {
	return &http.Client{
		Transport: guarded{secure: transport(c.control), plain: transport(c.controlPlain), limit: limit},
		Timeout:   c.time,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// transport makes connections that control has seen.
func transport(control func(network, address string, _ syscall.RawConn) error) *http.Transport {
	dialer := &net.Dialer{Control: control}
	return &http.Transport{
		Proxy:                  nil, // whatever the environment says: a proxy would look up names by itself
		DialContext:            dialer.DialContext,
		DisableKeepAlives:      true, // a connection is good for the address that was checked
		MaxResponseHeaderBytes: maxHeader,
		ForceAttemptHTTP2:      true,
	}
}

// controlPlain is control for connections without TLS.
func (c *Client) controlPlain(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !in(c.allowed, to.Addr().Unmap().WithZone("")) {
		return iam.E(iam.Invalid, "the address must begin with https://")
	}
	return nil
}

// guarded is a transport that looks at where a request goes.
type guarded struct {
	secure, plain http.RoundTripper
	limit         int64
}

func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := checkURL(r.URL); err != nil {
		return nil, err
	}
	way := g.secure
	if r.URL.Scheme == "http" {
		way = g.plain
	}
	answer, err := way.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &limited{ReadCloser: answer.Body, left: g.limit}
	return answer, nil
}

// limited fails after so many bytes instead of pretending that there are no more.
type limited struct {
	io.ReadCloser
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	if l.left < 0 {
		return 0, iam.E(iam.Invalid, "the document is too large")
	}
	if int64(len(p)) > l.left+1 {
		p = p[:l.left+1]
	}
	n, err := l.ReadCloser.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return n, iam.E(iam.Invalid, "the document is too large")
	}
	return n, err
}
