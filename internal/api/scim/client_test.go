package scim_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

const (
	root   = "/scim/v2"
	users  = root + "/Users"
	groups = root + "/Groups"
)

// client is a provisioning client in a test.
type client struct {
	*testing.T
	server *apptest.Server
	token  string
}

// admin is a client with every right.
func admin(t *testing.T, s *apptest.Server) *client { return &client{t, s, s.AdminToken} }

// of is the client in a subtest.
func (c *client) of(t *testing.T) *client { return &client{t, c.server, c.token} }

// reply is an answer, its body read.
type reply struct {
	status int
	header http.Header
	body   map[string]any
	text   string
}

// do sends "METHOD path" with a body, and headers as "Name: value".
func (c *client) do(what, body string, headers ...string) reply {
	c.Helper()
	method, path, _ := strings.Cut(what, " ")
	a := c.server.Do(c, method, path, c.token, body, headers...)
	r := reply{status: a.Status, header: a.Header, text: a.Body}
	if a.Body != "" {
		if err := json.Unmarshal([]byte(a.Body), &r.body); err != nil {
			c.Fatalf("%s: %d %q is no JSON: %v", what, a.Status, a.Body, err)
		}
	}
	return r
}

// want is do, of which the status is known; it answers the body.
func (c *client) want(status int, what, body string, headers ...string) map[string]any {
	c.Helper()
	r := c.do(what, body, headers...)
	if r.status != status {
		c.Fatalf("%s %s: %d %s, want %d", what, body, r.status, r.text, status)
	}
	return r.body
}

// refused is want of an error with a scimType, "" for none.
func (c *client) refused(status int, word, what, body string, headers ...string) {
	c.Helper()
	e := c.want(status, what, body, headers...)
	said, _ := e["scimType"].(string)
	if said != word || e["status"] != fmt.Sprint(status) || fmt.Sprint(e["schemas"]) != "[urn:ietf:params:scim:api:messages:2.0:Error]" {
		c.Errorf("%s %s: %v, want an error of %q", what, body, e, word)
	}
}

var serial atomic.Int64

// unique is a name that nobody else has.
func unique(name string) string { return fmt.Sprintf("%s-%d", name, serial.Add(1)) }

// user makes one with further members of JSON, and answers the path.
func (c *client) user(username string, more ...string) string {
	c.Helper()
	return c.made(users, append([]string{`"userName":"` + username + `"`}, more...)...)
}

// group makes one, as user does.
func (c *client) group(name string, more ...string) string {
	c.Helper()
	return c.made(groups, append([]string{`"displayName":"` + name + `"`}, more...)...)
}

func (c *client) made(path string, members ...string) string {
	c.Helper()
	return path + "/" + c.want(http.StatusCreated, "POST "+path, "{"+strings.Join(members, ",")+"}")["id"].(string)
}

// patch is the body of a PATCH of operations.
func patch(operations ...string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + strings.Join(operations, ",") + `]}`
}

// op is one operation; its value is JSON, "" for none.
func op(verb, path, value string) string {
	o := fmt.Sprintf("{%q:%q", "op", verb)
	if path != "" {
		o += fmt.Sprintf(",%q:%q", "path", path)
	}
	if value != "" {
		o += `,"value":` + value
	}
	return o + "}"
}

// query writes parameters, in turn names and values.
func query(pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	return "?" + q.Encode()
}

// found are one member of each resource that a list has, and how many there are
// in all: "ann bob of 7".
func (c *client) found(member, what, body string) string {
	c.Helper()
	l := c.want(http.StatusOK, what, body)
	var all []string
	resources, _ := l["Resources"].([]any)
	for _, r := range resources {
		all = append(all, text(r, member))
	}
	return strings.TrimSpace(strings.Join(all, " ") + " of " + text(l, "totalResults"))
}

// text is what is at a dotted path of a document, as text.
func text(doc any, path string) string {
	for name := range strings.SplitSeq(path, ".") {
		switch v := doc.(type) {
		case map[string]any:
			doc = v[name]
		case []any:
			var i int
			if _, err := fmt.Sscan(name, &i); err != nil || i >= len(v) {
				return "<none>"
			}
			doc = v[i]
		default:
			return "<none>"
		}
	}
	if doc == nil {
		return "<none>"
	}
	return fmt.Sprint(doc)
}

// is fails unless a document has a text at a path.
func (c *client) is(doc any, path, want string) {
	c.Helper()
	if got := text(doc, path); got != want {
		c.Errorf("%s is %s, want %s, in %v", path, got, want, doc)
	}
}
