// Package golden runs whole HTTP conversations that are kept as text, so that
// the wire format of a dialect is reviewed as its clients see it.
//
// It owns the file format, the comparison and its update. It is for tests
// only and must not know any dialect, nor the operation kit: it speaks to an
// http.Handler.
//
// # Files
//
// A file is a txtar archive of requests, each followed by the response that is
// wanted. Their names end in "request" and "response"; what stands before is
// for people. The file's comment says what the conversation shows.
//
//	Regions of a tenant, as the vendor's document prints them.
//
//	-- sign in: request --
//	POST /v2.1/auth/signin
//	Content-Type: application/json
//
//	{"username": "admin", "password": "${password}"}
//	-- sign in: response --
//	200
//	Content-Type: application/json
//
//	{"user": {"id": "$id(admin)", "name": "admin"}, "token": "$token(token)"}
//	-- request --
//	GET /v2.1/regions
//	Authorization: Bearer ${token}
//	-- response --
//	200
//
//	{"records": [{"id": "$id", "owner": "${admin}", "created": "$time"}]}
//
// A response lists the headers that matter; one without a value must be
// absent. JSON is compared member by member in order, numbers by their text,
// white space aside. Any other body is compared as text.
//
// # Placeholders
//
// In a header or in a string of a response's body, and in other bodies:
//
//	$any     any text; alone, any JSON value
//	$text    one character or more
//	$int     an integer; alone, a JSON number
//	$id      24 hexadecimal digits or a UUID
//	$uuid    a UUID
//	$time    a time in RFC 3339
//	$token   16 or more characters that an opaque token or a JWT may have
//	$any(x)  captures what matched as x, with any placeholder
//	${x}     what was captured, or given to Run, as x; in requests too
//	$$       a dollar sign, needed only where a placeholder would be read
//
// The test flag -update rewrites the responses from what is answered, keeping
// placeholders that still match: read the diff.
package golden

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the responses of golden files")

// Run performs the conversation of every file that matches glob, each in a
// subtest with a handler and captured values of its own, as start makes them.
func Run(t *testing.T, glob string, start func(t *testing.T) (h http.Handler, values map[string]string)) {
	t.Helper()
	files, err := filepath.Glob(glob)
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden file matches %s (%v)", glob, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), filepath.Ext(file)), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			h, given := start(t)
			c := &conversation{handler: h, values: values{}, update: *update}
			for name, value := range given {
				c.values[name] = value
			}
			if err := c.run(t.Context(), archive); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
