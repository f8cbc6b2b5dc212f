package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Limits of a request body where neither dialect nor operation say otherwise.
const (
	DefaultMaxBody  = 1 << 20 // bytes
	DefaultMaxDepth = 64      // nested objects and arrays
)

// Dialect is what all operations of one vendor's API share.
type Dialect struct {
	Name        string // one word: "fess"
	Title       string // for people, as are Description and Version
	Description string
	Version     string // of the vendor's API

	// Prefixes are the paths that belong to the dialect, each with a slash at
	// both ends. What is wrong below them is answered in its envelope; where
	// prefixes of two dialects match, the longer one decides.
	Prefixes []string

	// Authenticate finds out who calls. A credential that is missing or wrong
	// is an Unauthenticated error. The kit fills Address, Client and RequestID
	// of the actor. r.RequestURI is the target exactly as it was sent, for
	// signatures over it.
	Authenticate func(ctx context.Context, r *http.Request) (iam.Actor, error)

	// Fail puts an error into the dialect's envelope: one table from Kind,
	// and Code where the vendor has words of its own, to status and body. The
	// body is written as an operation's answer would be and may be Headed; nil
	// is an empty one. Of an Internal error it learns the kind only: the cause
	// is in the log, under the request's id. Fail is called for the OpenAPI
	// document too, once for each kind, and depends on nothing but its
	// arguments.
	Fail func(r *http.Request, e *iam.Error) (status int, body any)

	// MediaTypes are those of bodies. The first is answered with, unless the
	// caller's Accept header has another one and not that. Without any it is
	// application/json.
	MediaTypes []string

	// MaxBody and MaxDepth limit request bodies; zero is the default.
	MaxBody  int64
	MaxDepth int
	// AllowDuplicates takes the last of several JSON members of one name
	// where otherwise the body is refused.
	AllowDuplicates bool
	// Decode, when set, reads a body in place of the kit, where a wire format
	// says of JSON what Go's encoding does not, and has rules for what it holds;
	// AllowDuplicates means nothing then. It answers an Invalid error for what
	// breaks a rule, and the decoder's for text that is not JSON.
	Decode func(text []byte, body any) error

	// CrossOrigin lets the pages of every site call (CORS). It is for callers
	// that send a credential of their own accord, never where a browser adds it.
	CrossOrigin bool

	// Security lists the ways to authenticate, any one of which will do.
	Security []Security
}

// Security describes one way to authenticate, for the OpenAPI document.
type Security struct {
	Name        string // of the scheme in the document
	Description string
	// Scheme is "bearer" or "basic". Header, its alternative, names the
	// header that carries an opaque key.
	Scheme string
	Format string // of a bearer token: "JWT"
	Header string
}

func (d *Dialect) check() error {
	switch {
	case d.Name == "" || d.Title == "" || d.Version == "":
		return fmt.Errorf("dialect %q: name, title and version are required", d.Name)
	case d.Authenticate == nil || d.Fail == nil:
		return fmt.Errorf("dialect %s: Authenticate and Fail are required", d.Name)
	case len(d.Prefixes) == 0:
		return fmt.Errorf("dialect %s: no prefix", d.Name)
	}
	for _, p := range d.Prefixes {
		if !strings.HasPrefix(p, "/") || !strings.HasSuffix(p, "/") {
			return fmt.Errorf("dialect %s: prefix %q must begin and end with a slash", d.Name, p)
		}
	}
	for _, s := range d.Security {
		if s.Name == "" || (s.Scheme == "") == (s.Header == "") {
			return fmt.Errorf("dialect %s: security %q needs a name and either scheme or header", d.Name, s.Name)
		}
	}
	return nil
}

// plainJSON is the media type of a dialect that has none of its own.
const plainJSON = "application/json"

// mediaTypes are those of the dialect's bodies, the preferred one first.
func (d *Dialect) mediaTypes() []string {
	if len(d.MediaTypes) == 0 {
		return []string{plainJSON}
	}
	return d.MediaTypes
}

// mediaType is that of an answer to a request.
func (d *Dialect) mediaType(r *http.Request) string {
	all := d.mediaTypes()
	if len(all) > 1 {
		accept := strings.ToLower(r.Header.Get("Accept"))
		for _, t := range all {
			if strings.Contains(accept, t) {
				return t
			}
		}
	}
	return all[0]
}
