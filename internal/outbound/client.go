package outbound

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"syscall"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Limits of a fetch.
const (
	maxTime      = 10 * time.Second // of all of it, redirects included
	maxRedirects = 3
	maxURL       = 2048 // bytes
	maxHeader    = 64 << 10
)

// Client fetches. It is safe for concurrent use.
type Client struct {
	allowed []netip.Prefix
	http    *http.Client
	time    time.Duration
}

// New makes a client. allowed are networks that it may fetch from although they
// are private: the operator's choice.
func New(allowed []netip.Prefix) *Client {
	c := &Client{allowed: allowed, time: maxTime}
	c.http = &http.Client{
		Transport: transport(c.control),
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return iam.E(iam.Invalid, "the address redirects more than %d times", maxRedirects)
			}
			if r.URL.Scheme == "http" && via[len(via)-1].URL.Scheme == "https" {
				return iam.E(iam.Invalid, "the address redirects from https to http")
			}
			r.Header.Del("Referer")
			return checkURL(r.URL)
		},
	}
	return c
}

// control sees every connection before it is made, to the address that DNS has
// given: a name that leads elsewhere a moment later does not get past it.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return c.Check(to.Addr())
}

// Fetch answers the body of a document of at most limit bytes. Invalid: the
// address is not one that may be fetched, or what is there is too large;
// Unavailable: nothing answers there, or not with 200.
func (c *Client) Fetch(ctx context.Context, address string, limit int64) ([]byte, error) {
	if len(address) > maxURL {
		return nil, iam.E(iam.Invalid, "the address is longer than %d bytes", maxURL)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, iam.E(iam.Invalid, "the address is not a URL")
	}
	if err := checkURL(u); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.time)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, iam.E(iam.Invalid, "the address is not a URL")
	}
	r.Header.Set("User-Agent", "Gatehouse")
	r.Header.Set("Accept", "application/json, */*;q=0.1")
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, explain(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, iam.E(iam.Unavailable, "the address answers with status %d", answer.StatusCode)
	}
	// The limit is one of what has been decompressed, and no more than that is.
	body, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err != nil {
		return nil, explain(err)
	}
	if int64(len(body)) > limit {
		return nil, iam.E(iam.Invalid, "the document has more than %d bytes", limit)
	}
	return body, nil
}

// checkURL answers Invalid for what no document is fetched from, wherever it is.
func checkURL(u *url.URL) error {
	port := u.Port()
	n, err := strconv.ParseUint(port, 10, 16)
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return iam.E(iam.Invalid, "the address must begin with https:// or http://")
	case u.User != nil:
		return iam.E(iam.Invalid, "the address must not have a user name or password")
	case u.Hostname() == "":
		return iam.E(iam.Invalid, "the address must name a host")
	case port != "" && (err != nil || n == 0 || n < 1024 && n != 80 && n != 443):
		return iam.E(iam.Invalid, "the address must have port 80, 443, or one from 1024 on")
	}
	return nil
}

// explain tells who asked what went wrong, in words that give nothing away of
// the network that this server is in. The cause is for the log.
func explain(err error) error {
	if own, ok := errors.AsType[*iam.Error](err); ok {
		return own
	}
	if at, ok := errors.AsType[*url.Error](err); ok {
		err = at.Err // without the address, which may have something private in its query
	}
	message := "nothing answers at the address"
	if errors.Is(err, context.DeadlineExceeded) {
		message = "the address takes too long to answer"
	}
	return &iam.Error{Kind: iam.Unavailable, Message: message, Err: err}
}
