package golden

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/tools/txtar"
)

// conversation is the state of one file.
type conversation struct {
	handler http.Handler
	values  values
	update  bool // responses in the archive are replaced rather than checked
}

func (c *conversation) run(ctx context.Context, archive *txtar.Archive) error {
	if len(archive.Files) == 0 || len(archive.Files)%2 != 0 {
		return errors.New("a file holds requests, each followed by its response")
	}
	for i := 0; i < len(archive.Files); i += 2 {
		request, response := archive.Files[i], &archive.Files[i+1]
		if !strings.HasSuffix(request.Name, "request") || !strings.HasSuffix(response.Name, "response") {
			return fmt.Errorf("%q and %q: want a request and its response", request.Name, response.Name)
		}
		if err := c.exchange(ctx, request.Data, &response.Data); err != nil {
			return fmt.Errorf("exchange %d (%s): %w", i/2+1, request.Name, err)
		}
	}
	return nil
}

func (c *conversation) exchange(ctx context.Context, request []byte, response *[]byte) error {
	r, err := c.request(string(request))
	if err != nil {
		return err
	}
	got := httptest.NewRecorder()
	c.handler.ServeHTTP(got, r.WithContext(ctx))
	want := parse(string(*response))
	if c.update {
		*response = c.rewrite(want, got)
		return nil
	}
	if err := c.check(want, got); err != nil {
		return fmt.Errorf("%w\nanswered: %d %v\n%s", err, got.Code, got.Header(), got.Body)
	}
	return nil
}

// message is a request or response: its first line, headers, and body.
type message struct {
	line    string
	headers [][2]string
	body    string
}

func parse(text string) message {
	var m message
	head, body, _ := strings.Cut(text, "\n\n")
	m.body = strings.TrimSuffix(body, "\n")
	line, rest, _ := strings.Cut(strings.TrimSuffix(head, "\n"), "\n")
	m.line = strings.TrimSpace(line)
	for h := range strings.Lines(rest) {
		name, value, _ := strings.Cut(strings.TrimSuffix(h, "\n"), ":")
		m.headers = append(m.headers, [2]string{name, strings.TrimSpace(value)})
	}
	return m
}

// request makes a request as a server would have read it.
func (c *conversation) request(text string) (*http.Request, error) {
	text, err := c.values.fill(text)
	if err != nil {
		return nil, err
	}
	m := parse(text)
	var raw strings.Builder
	raw.WriteString(strings.TrimSuffix(m.line, " HTTP/1.1") + " HTTP/1.1\r\n")
	host := "gatehouse.example"
	for _, h := range m.headers {
		if strings.EqualFold(h[0], "Host") {
			host = h[1]
			continue
		}
		raw.WriteString(h[0] + ": " + h[1] + "\r\n")
	}
	if m.body != "" {
		raw.WriteString("Content-Length: " + strconv.Itoa(len(m.body)) + "\r\n")
	}
	raw.WriteString("Host: " + host + "\r\n\r\n" + m.body)
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw.String())))
	if err != nil {
		return nil, fmt.Errorf("request %q: %w", m.line, err)
	}
	r.RemoteAddr = "192.0.2.1:1234"
	return r, nil
}

// check compares an answer with the one that is wanted.
func (c *conversation) check(want message, got *httptest.ResponseRecorder) error {
	if !statusIs(want.line, got.Code) {
		return fmt.Errorf("status %d, want %q", got.Code, want.line)
	}
	for _, h := range want.headers {
		if err := c.values.match(h[1], got.Header().Get(h[0])); err != nil {
			return fmt.Errorf("header %s: %w", h[0], err)
		}
	}
	body := got.Body.Bytes()
	if wanted := jsontext.Value(want.body); wanted.IsValid() {
		return compare(wanted, body, c.values)
	}
	if err := c.values.match(want.body, strings.TrimSuffix(string(body), "\n")); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	return nil
}

// statusIs reads "200", "200 OK" and "HTTP/1.1 200 OK".
func statusIs(line string, code int) bool {
	words := strings.Fields(line)
	if len(words) > 0 && strings.HasPrefix(words[0], "HTTP/") {
		words = words[1:]
	}
	return len(words) > 0 && words[0] == strconv.Itoa(code)
}

// rewrite is the response as it should stand in the file.
func (c *conversation) rewrite(want message, got *httptest.ResponseRecorder) []byte {
	var b bytes.Buffer
	if statusIs(want.line, got.Code) {
		b.WriteString(want.line + "\n")
	} else {
		fmt.Fprintf(&b, "%d\n", got.Code)
	}
	for _, h := range want.headers {
		value := got.Header().Get(h[0])
		if c.values.match(h[1], value) == nil {
			value = h[1]
		}
		b.WriteString(strings.TrimRight(h[0]+": "+value, " ") + "\n")
	}
	text := strings.TrimSuffix(got.Body.String(), "\n")
	switch {
	case text == "":
	case jsontext.Value(text).IsValid():
		b.WriteString("\n" + merge(jsontext.Value(want.body), jsontext.Value(text), c.values) + "\n")
	case c.values.match(want.body, text) == nil:
		b.WriteString("\n" + want.body + "\n")
	default:
		b.WriteString("\n" + strings.ReplaceAll(text, "$", "$$") + "\n")
	}
	return b.Bytes()
}
