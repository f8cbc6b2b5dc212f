package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// walk reads tokens: slow and certain. ok is false when text is not JSON.
func walk(text []byte) (deepest int, nul, ok bool) {
	d := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true))
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			return deepest, nul, true
		} else if err != nil {
			return 0, false, false
		}
		nul = nul || token.Kind() == '"' && strings.ContainsRune(token.String(), 0)
		deepest = max(deepest, d.StackDepth())
	}
}

// On JSON the scan agrees with a walk of the tokens; whatever comes, the
// decoder either takes it or says what is wrong in an Invalid error.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{}`, `[[[[]]]]`, `{"a":{"b":[1,{"c":"]}\"{["}]}}`, `"\\"`, `["\\\\\"[",[]]`, `{"a":1,"a":2}`, "\ufeff[]", `"\`, `{"a":[}`, "\"\xff\"",
		`{"food":"hay","n":1e400,"at":"x"}`, `"\u0000"`, `"\\u0000"`, `"\\\u0000"`, strings.Repeat("[", 100),
	} {
		f.Add([]byte(seed))
	}
	type target struct {
		Food string         `json:"food"`
		N    int            `json:"n"`
		Any  any            `json:"any"`
		Raw  jsontext.Value `json:"raw"`
	}
	field := bodyField{}
	f.Fuzz(func(t *testing.T, text []byte) {
		if deepest, nul, ok := walk(text); ok {
			if gotDepth, gotNUL := inspect(text, deepest); gotDepth != deepest || gotNUL != nul {
				t.Fatalf("inspect(%q) = %d, %v, want %d, %v", text, gotDepth, gotNUL, deepest, nul)
			}
			if got, _ := inspect(text, deepest-1); deepest > 0 && got != deepest {
				t.Fatalf("inspect(%q, %d) = %d, want %d", text, deepest-1, got, deepest)
			}
		}
		r, err := http.NewRequest("POST", "/", bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		var v target
		err = field.read(r, &v, limits{body: 1 << 16, depth: 16, decode: plain(false)})
		if known, ok := errors.AsType[*iam.Error](err); err != nil && (!ok || known.Kind != iam.Invalid || known.Code == "") {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
