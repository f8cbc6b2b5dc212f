package golden

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

const (
	someID    = "65f0c2d31e7b8a9f00112233"
	someUUID  = "01890a5d-ac96-774b-bcce-b302099a8057"
	someToken = "gh_default_1_0123456789abcdef"
)

// reception answers what the file in testdata says.
func reception() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /signin", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if string(body) != `{"name": "admin", "password": "secret", "price": "$5 $$"}` || r.RequestURI != "/signin?from=test" {
			http.Error(w, "got "+string(body)+" at "+r.RequestURI, http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Request", someUUID)
		fmt.Fprintf(w, `{"id":%q,"token":%q,"logins":3,"created":"2020-06-03T04:52:28.478Z",`+
			`"greeting":"Hello, admin: request %s costs $5","more":{"a":[1]},"list":[1,2.50,true,null,{"$ref":"x"}]}`,
			someID, someToken, someUUID)
	})
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+someToken {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, "admin at %s is %s\nwith {\"a\":[1]}\n", r.Host, someID)
	})
	mux.HandleFunc("DELETE /me", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return mux
}

func TestRun(t *testing.T) {
	Run(t, "testdata/*.txtar", func(*testing.T) (http.Handler, map[string]string) {
		return reception(), map[string]string{"password": "secret"}
	})
}

// constant answers every request alike.
func constant(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Kind", "constant")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	})
}

func archive(response string) *txtar.Archive {
	return &txtar.Archive{Files: []txtar.File{
		{Name: "request", Data: []byte("GET /\n")}, {Name: "response", Data: []byte(response)},
	}}
}

func TestDifferences(t *testing.T) {
	tests := map[string]struct{ body, response, says string }{
		"status":              {`{}`, "201\n\n{}\n", `status 200, want "201"`},
		"header":              {`{}`, "200\nX-Kind: other\n\n{}\n", "header X-Kind"},
		"header present":      {`{}`, "200\nX-Kind:\n\n{}\n", "header X-Kind"},
		"order of members":    {`{"a":1,"b":2}`, "200\n\n{\"b\":2,\"a\":1}\n", `got member "a" where "b"`},
		"member missing":      {`{"a":1}`, "200\n\n{\"a\":1,\"b\":2}\n", `"b" is missing`},
		"member too much":     {`{"a":1,"b":2}`, "200\n\n{\"a\":1}\n", `"b" is too much`},
		"element missing":     {`[1]`, "200\n\n[1,2]\n", `2 is missing`},
		"deep":                {`{"a":[{"b":"x"}]}`, "200\n\n{\"a\":[{\"b\":\"y\"}]}\n", `body at "/a/0/b": got "x", want "y"`},
		"type":                {`{"a":"1"}`, "200\n\n{\"a\":1}\n", `got "1", want 1`},
		"number as written":   {`{"a":1.0}`, "200\n\n{\"a\":1}\n", `got 1.0, want 1`},
		"null":                {`{"a":null}`, "200\n\n{\"a\":{}}\n", `got null, want {}`},
		"integer in quotes":   {`{"a":"1"}`, "200\n\n{\"a\":\"$int\"}\n", `want "$int"`},
		"fraction":            {`{"a":1.5}`, "200\n\n{\"a\":\"$int\"}\n", `want "$int"`},
		"number for text":     {`{"a":1}`, "200\n\n{\"a\":\"$text\"}\n", `want "$text"`},
		"no id":               {`{"a":"65F0C2D31E7B8A9F00112233"}`, "200\n\n{\"a\":\"$id\"}\n", `want "$id"`},
		"two ids":             {`{"a":"` + someID + someID + `"}`, "200\n\n{\"a\":\"$id\"}\n", `want "$id"`},
		"no time":             {`{"a":"2020-06-03 04:52:28"}`, "200\n\n{\"a\":\"$time\"}\n", `want "$time"`},
		"short token":         {`{"a":"abc"}`, "200\n\n{\"a\":\"$token\"}\n", `want "$token"`},
		"empty text":          {`{"a":""}`, "200\n\n{\"a\":\"$text\"}\n", `want "$text"`},
		"unknown placeholder": {`{"a":""}`, "200\n\n{\"a\":\"$nonsense\"}\n", `unknown placeholder $nonsense`},
		"unknown value":       {`{"a":""}`, "200\n\n{\"a\":\"${x}\"}\n", `nothing was captured as ${x}`},
		"not JSON":            {`<html>`, "200\n\n{}\n", `not JSON`},
		"text":                {`hello`, "200\n\nhullo\n", `got "hello", want "hullo"`},
		"body unexpected":     {`{}`, "200\n", `got "{}", want ""`},
		"pattern in a name":   {`{"b":1}`, "200\n\n{\"$any\":1}\n", `got member "b"`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := conversation{handler: constant(200, tt.body), values: values{}}
			err := c.run(t.Context(), archive(tt.response))
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v does not say %s", err, tt.says)
			}
		})
	}
}

func TestMalformedFiles(t *testing.T) {
	file := func(name, text string) txtar.File { return txtar.File{Name: name, Data: []byte(text)} }
	tests := map[string]struct {
		files []txtar.File
		says  string
	}{
		"empty":         {nil, "requests, each followed"},
		"no response":   {[]txtar.File{file("request", "GET /\n")}, "requests, each followed"},
		"wrong order":   {[]txtar.File{file("response", "200\n"), file("request", "GET /\n")}, "want a request"},
		"no method":     {[]txtar.File{file("request", "\n"), file("response", "200\n")}, "malformed"},
		"unknown value": {[]txtar.File{file("request", "GET /${x}\n"), file("response", "200\n")}, "captured as ${x}"},
	}
	for name, tt := range tests {
		c := conversation{handler: constant(200, ""), values: values{}}
		if err := c.run(t.Context(), &txtar.Archive{Files: tt.files}); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: error %v does not say %s", name, err, tt.says)
		}
	}
}

func TestUpdate(t *testing.T) {
	tests := map[string]struct {
		status               int
		body, response, want string
	}{
		"unchanged text":        {200, "hello x", "200\n\nhello $text\n", "200\n\nhello $text\n"},
		"changed text":          {200, "costs $5\n", "200\n\nhello\n", "200\n\ncosts $$5\n"},
		"status and header":     {404, "", "HTTP/1.1 200 OK\nX-Kind: old\nX-None: $text\n", "404\nX-Kind: constant\nX-None:\n"},
		"status line is kept":   {200, "", "HTTP/1.1 200 OK\nX-Kind: $text\n", "HTTP/1.1 200 OK\nX-Kind: $text\n"},
		"placeholders are kept": {200, `{"id":"` + someID + `","n":2,"new":"$a","any":{"x":[]}}`, "200\n\n{\"id\":\"$id(x)\",\"n\":1,\"any\":\"$any\"}\n", "200\n\n{\n  \"id\": \"$id(x)\",\n  \"n\": 2,\n  \"new\": \"$$a\",\n  \"any\": \"$any\"\n}\n"},
		"unless they miss":      {200, `{"a":["x",{"$id":1}]}`, "200\n\n{\"a\":[\"$id\",{\"$id\":1}]}\n", "200\n\n{\n  \"a\": [\n    \"x\",\n    {\n      \"$id\": 1\n    }\n  ]\n}\n"},
		"JSON after text":       {200, `{}`, "200\n\nhello\n", "200\n\n{}\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := archive(tt.response)
			c := conversation{handler: constant(tt.status, tt.body), values: values{}, update: true}
			if err := c.run(t.Context(), a); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(a.Files[1].Data)); diff != "" {
				t.Errorf("rewritten (-want +got):\n%s", diff)
			}
			c.update = false
			if err := c.run(t.Context(), a); err != nil {
				t.Errorf("what was rewritten does not pass: %v", err)
			}
		})
	}
}
