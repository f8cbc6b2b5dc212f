package ncloud

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

var mac = bytes.Repeat([]byte{0xfb}, 32)

// request is a signed request for a target, with the headers of over instead
// of its own.
func request(method, target string, over map[string][]string) *http.Request {
	r := httptest.NewRequest(method, "/", nil)
	r.RequestURI = target
	r.Header.Set(headerTimestamp, "1505290625682")
	r.Header.Set(headerKey, "D78BB444D6D3C84CA38A")
	r.Header.Set(headerSignature, base64.StdEncoding.EncodeToString(mac))
	for name, values := range over {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	return r
}

func TestSignatureOf(t *testing.T) {
	for target, signed := range map[string]string{
		"/api/v1/sub-accounts":                           "/api/v1/sub-accounts",
		"/sub-accounts?page=0&size=10":                   "/sub-accounts?page=0&size=10",
		"/sub-accounts?searchWord=%ec%9d%b4&x=a+b%20c":   "/sub-accounts?searchWord=%ec%9d%b4&x=a+b%20c", // as sent: lower case, plus
		"/sub-accounts?":                                 "/sub-accounts?",
		"/sub%2Daccounts":                                "/sub%2Daccounts",
		"/t/acme/api/v1/groups":                          "/t/acme/api/v1/groups",
		"http://sub.example.com/api/v1/groups?a=%2f":     "/api/v1/groups?a=%2f", // to a proxy
		"https://sub.example.com:443":                    "/",
		"https://sub.example.com?page=1":                 "/?page=1",
		"/api/v1/groups?back=https://example.com/x?y":    "/api/v1/groups?back=https://example.com/x?y",
		"http://sub.example.com/a?b=http://example.com/": "/a?b=http://example.com/",
	} {
		for method, write := range map[string]bool{"GET": false, "HEAD": false, "POST": true, "PUT": true, "DELETE": true, "PATCH": true} {
			got, err := signatureOf(request(method, target, nil))
			want := authn.Signature{Key: "D78BB444D6D3C84CA38A", Message: []byte(method + " " + signed + "\n1505290625682\nD78BB444D6D3C84CA38A"),
				MAC: mac, At: time.Date(2017, 9, 13, 8, 17, 5, 682e6, time.UTC), Write: write}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s %s: %v (-want +got):\n%s", method, target, err, diff)
			}
		}
	}
}

func TestBrokenSignatures(t *testing.T) {
	good := base64.StdEncoding.EncodeToString(mac)
	for name, tt := range map[string]struct {
		over    map[string][]string
		target  string
		missing bool
	}{
		"no timestamp":           {map[string][]string{headerTimestamp: nil}, "/", true},
		"no key":                 {map[string][]string{headerKey: nil}, "/", true},
		"no signature":           {map[string][]string{headerSignature: nil}, "/", true},
		"empty signature":        {map[string][]string{headerSignature: {""}}, "/", true},
		"two timestamps":         {map[string][]string{headerTimestamp: {"1505290625682", "1505290625683"}}, "/", false},
		"two keys":               {map[string][]string{headerKey: {"a", "b"}}, "/", false},
		"two signatures":         {map[string][]string{headerSignature: {good, good}}, "/", false},
		"seconds with a point":   {map[string][]string{headerTimestamp: {"1505290625.682"}}, "/", false},
		"a sign":                 {map[string][]string{headerTimestamp: {"+1505290625682"}}, "/", false},
		"before 1970":            {map[string][]string{headerTimestamp: {"-1"}}, "/", false},
		"a date":                 {map[string][]string{headerTimestamp: {"2017-09-13T08:17:05Z"}}, "/", false},
		"too far away":           {map[string][]string{headerTimestamp: {"150529062568200"}}, "/", false},
		"other digits":           {map[string][]string{headerTimestamp: {"１５０５２９０６２５６８２"}}, "/", false},
		"hexadecimal":            {map[string][]string{headerSignature: {strings.Repeat("fb", 32)}}, "/", false},
		"URL alphabet":           {map[string][]string{headerSignature: {base64.URLEncoding.EncodeToString(mac)}}, "/", false},
		"no padding":             {map[string][]string{headerSignature: {strings.TrimRight(good, "=")}}, "/", false},
		"bits behind the end":    {map[string][]string{headerSignature: {good[:42] + "9="}}, "/", false},
		"a line break":           {map[string][]string{headerSignature: {good[:8] + "\n" + good[8:]}}, "/", false},
		"too short":              {map[string][]string{headerSignature: {base64.StdEncoding.EncodeToString(mac[:31])}}, "/", false},
		"too long":               {map[string][]string{headerSignature: {base64.StdEncoding.EncodeToString(append(mac, 1))}}, "/", false},
		"a target that is none":  {nil, "*", false},
		"a target without slash": {nil, "sub-accounts", false},
	} {
		_, err := signatureOf(request("GET", tt.target, tt.over))
		e, ok := errors.AsType[*iam.Error](err)
		if !ok || e.Kind != iam.Unauthenticated || (e.Code == iam.ReasonRequired) != tt.missing {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBearer(t *testing.T) {
	for header, want := range map[string]string{"": "", "Bearer x": "x", "bearer  x ": "x", "Bearer": "", "Bearer ": "", "Basic x": "", "x": ""} {
		if got, ok := bearer(header); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v", header, got, ok)
		}
	}
}

// Whatever a client sends, reading its signature ends, and what was signed is a
// part of what was sent: the method, the target or its end, the timestamp and
// the key, byte by byte.
func FuzzSignatureOf(f *testing.F) {
	good := base64.StdEncoding.EncodeToString(mac)
	f.Add("GET", "/api/v1/sub-accounts?page=0", "1505290625682", "ncp_iam_x", good)
	f.Add("POST", "http://h/sub-accounts", "0", "k", good)
	f.Add("DELETE", "https://h?x://y/", "99999999999999", "\x00", "====")
	f.Add("GET", "://", "", "", "")
	f.Fuzz(func(t *testing.T, method, target, timestamp, key, signature string) {
		// As net/http reads it: whatever that refuses never comes here.
		raw := method + " " + target + " HTTP/1.1\r\nHost: h\r\n" + headerTimestamp + ": " + timestamp + "\r\n" + headerKey + ": " + key + "\r\n" +
			headerSignature + ": " + signature + "\r\n\r\n"
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(raw)))
		if err != nil {
			return
		}
		sig, err := signatureOf(r)
		if err != nil {
			if !iam.Is(err, iam.Unauthenticated) {
				t.Fatalf("%v", err)
			}
			return
		}
		lines := strings.Split(string(sig.Message), "\n")
		verb, signed, ok := strings.Cut(lines[0], " ")
		if len(lines) != 3 || !ok || verb != r.Method || lines[1] != r.Header.Get(headerTimestamp) || lines[2] != string(sig.Key) {
			t.Fatalf("signed %q", sig.Message)
		}
		if !strings.HasPrefix(signed, "/") || signed != "/" && !strings.HasSuffix(r.RequestURI, strings.TrimPrefix(signed, "/")) {
			t.Fatalf("signed the target %q for %q", signed, r.RequestURI)
		}
		if len(sig.MAC) != 32 || sig.At.Before(time.UnixMilli(0)) || sig.Write != (r.Method != "GET" && r.Method != "HEAD") {
			t.Fatalf("read %+v", sig)
		}
	})
}
