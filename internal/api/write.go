package api

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// buffers hold request and response bodies while they are decoded and sent.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// release gives a buffer back, unless a very large body made it grow. A large one
// is worth keeping: to grow and to clear it again costs a third of encoding. The
// pool forgets what nobody has used between two collections.
func release(b *bytes.Buffer) {
	if b.Cap() <= 4<<20 {
		b.Reset()
		buffers.Put(b)
	}
}

// wireOptions sort the keys of maps, so that equal answers are equal bytes, and
// replace bytes that are not UTF-8: an old record must not make every list
// that holds it fail. What is written here has no member twice, and is not looked
// through for that.
var wireOptions = json.JoinOptions(json.Deterministic(true), jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// write answers with a body as JSON, which is called mediaType, or as it is where
// it is Raw, or with an empty one when body is nil or the status has none. It
// fails only before anything is sent; that the client is gone is nobody's error.
func write(w http.ResponseWriter, status int, mediaType string, body any) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer release(buf)
	empty := body == nil || status == http.StatusNoContent || status == http.StatusNotModified
	var text []byte
	if raw, ok := body.(Raw); ok {
		text = raw.Raw()
	}
	if !empty && text == nil {
		if err := json.MarshalWrite(buf, body, wireOptions); err != nil {
			return err
		}
		text = buf.Bytes()
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if !empty {
		h.Set("Content-Type", mediaType)
		h.Set("Content-Length", strconv.Itoa(len(text)))
	}
	if own, ok := body.(Headed); ok {
		own.Headers(h)
	}
	w.WriteHeader(status)
	_, _ = w.Write(text)
	return nil
}
