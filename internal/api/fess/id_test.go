package fess

import (
	"encoding/base64"
	"testing"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestID(t *testing.T) {
	for handle, id := range map[string]string{"admin": "YWRtaW4=", "guest": "Z3Vlc3Q=", "홍길동": "7ZmN6ri464-Z"} {
		if got := idOf(handle); got != id {
			t.Errorf("id of %q is %q, want %q", handle, got, id)
		}
		if got, ok := handleOf(id); got != handle || !ok {
			t.Errorf("handle of %q is %q %v, want %q", id, got, ok, handle)
		}
	}
}

// What is not exactly the id of something is the id of nothing; no byte that
// storage could not take gets through.
func TestHandleOfRefuses(t *testing.T) {
	for what, id := range map[string]string{
		"empty": "", "no padding": "YWRtaW4", "spare bits": "YWRtaW5=", "line end": "YWRt\naW4=", "other alphabet": "7ZmN6ri464+Z",
		"no Base64": "admin", "not UTF-8": base64.URLEncoding.EncodeToString([]byte{0xff}),
		"NUL": base64.URLEncoding.EncodeToString([]byte("a\x00b")),
	} {
		if handle, ok := handleOf(id); ok {
			t.Errorf("%s: %q is taken for the id of %q", what, id, handle)
		}
	}
}

func TestMentionedHandle(t *testing.T) {
	for _, id := range []string{"7ZmN6ri464-Z", "7ZmN6ri464+Z"} {
		if handle, ok := mentionedHandle(id); handle != "홍길동" || !ok {
			t.Errorf("%q: got %q %v", id, handle, ok)
		}
	}
}

func TestIDRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		handle := rapid.StringN(1, 30, 100).Filter(iam.Printable).Draw(t, "handle")
		if got, ok := handleOf(idOf(handle)); got != handle || !ok {
			t.Errorf("%q comes back as %q %v", handle, got, ok)
		}
		id := rapid.String().Draw(t, "id")
		if handle, ok := handleOf(id); ok && idOf(handle) != id {
			t.Errorf("%q and %q are both the id of %q", id, idOf(handle), handle)
		}
	})
}
