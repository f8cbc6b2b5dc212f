package transfer

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"strings"

	"github.com/go-json-experiment/json"
)

// The schemas of entries (RFC 7643 section 8.7), and what SCIM has no word for.
const (
	urnUser  = "urn:ietf:params:scim:schemas:core:2.0:User"
	urnGroup = "urn:ietf:params:scim:schemas:core:2.0:Group"

	// urnImport extends a user by its passwordHash.
	urnImport  = "urn:gatehouse:params:scim:schemas:import:2.0:User"
	memberHash = "passwordHash"
)

// jsonReader reads JSON lines: one resource a line. What its schemas do not tell
// is a user.
type jsonReader struct {
	from *bufio.Reader
	line int
	buf  []byte
}

func newJSONReader(from io.Reader) Reader {
	return &jsonReader{from: bufio.NewReaderSize(from, 64<<10)}
}

func (r *jsonReader) Next() (*Entry, error) {
	for {
		text, err := r.readLine()
		if err != nil {
			return nil, err
		}
		if r.line == 1 {
			text = bytes.TrimPrefix(text, []byte("\ufeff"))
		}
		if text = bytes.TrimSpace(text); len(text) > 0 {
			return r.entry(text)
		}
	}
}

// readLine answers the next line, which is valid until it is called again.
func (r *jsonReader) readLine() ([]byte, error) {
	r.line++
	r.buf = r.buf[:0]
	for long := false; ; {
		part, err := r.from.ReadSlice('\n')
		if long = long || len(r.buf)+len(part) > MaxEntry; !long {
			r.buf = append(r.buf, part...)
		}
		switch {
		case err == bufio.ErrBufferFull: //nolint:errorlint // as it says, unwrapped
			continue
		case err != nil && (err != io.EOF || len(r.buf) == 0 && !long):
			return nil, err
		case long:
			return nil, fault(r.line, "an entry has at most %d bytes", MaxEntry)
		}
		return r.buf, nil
	}
}

func (r *jsonReader) entry(text []byte) (*Entry, error) {
	var resource map[string]any
	if err := json.Unmarshal(text, &resource); err != nil || resource == nil {
		return nil, fault(r.line, "a line must be a JSON object, in UTF-8, with no member twice")
	}
	e := &Entry{Line: r.line, Kind: kindOf(resource), Resource: resource}
	switch x := resource[urnImport].(type) {
	case nil:
	case map[string]any:
		hash, ok := x[memberHash].(string)
		if !ok && x[memberHash] != nil {
			return nil, fault(r.line, "%s must be a string", memberHash)
		}
		e.PasswordHash = hash
	default:
		return nil, fault(r.line, "%s must be an object", urnImport)
	}
	delete(resource, urnImport)
	return e, nil
}

func kindOf(resource map[string]any) Kind {
	schemas, _ := resource["schemas"].([]any)
	for _, s := range schemas {
		urn, _ := s.(string)
		switch {
		case strings.EqualFold(urn, urnGroup):
			return Group
		case strings.EqualFold(urn, URNBinding):
			return Binding
		}
	}
	return User
}

// jsonWriter writes JSON lines. The groups of a user are left to the groups, which
// name their members.
type jsonWriter struct{ to *bufio.Writer }

func newJSONWriter(to io.Writer) Writer { return jsonWriter{bufio.NewWriterSize(to, 64<<10)} }

func (w jsonWriter) Write(e Entry) error {
	r := maps.Clone(e.Resource)
	delete(r, "groups")
	if e.PasswordHash != "" {
		r[urnImport] = map[string]any{memberHash: e.PasswordHash}
	}
	if err := json.MarshalWrite(w.to, r, json.Deterministic(true)); err != nil {
		return err
	}
	return w.to.WriteByte('\n')
}

func (w jsonWriter) Close() error { return w.to.Flush() }
