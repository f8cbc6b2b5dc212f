package object_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// issuer is a server that publishes keys.
type issuer struct {
	*httptest.Server
	mu     sync.Mutex
	body   string
	status int
	hits   int
}

func newIssuer(t *testing.T, body string) *issuer {
	i := &issuer{body: body, status: http.StatusOK}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.hits++
		w.WriteHeader(i.status)
		_, _ = w.Write([]byte(i.body))
	}))
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) say(status int, body string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.status, i.body = status, body
}

func (i *issuer) fetched() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.hits
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func jwks(t *testing.T, keys ...any) string {
	t.Helper()
	set := jose.JSONWebKeySet{}
	for _, k := range keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k, KeyID: "k"})
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

type serverView struct {
	JWKS    string `json:"jwks_uri"`
	Status  string `json:"last_fetch_status"`
	Success string `json:"last_successful_fetch"`
}

// server is what is shown of an authorization server, and its operational
// condition.
func (w world) server(name string) (v serverView, c object.Condition) {
	w.t.Helper()
	o := w.get("authorization_servers", name)
	if err := json.Unmarshal(o.View, &v); err != nil {
		w.t.Fatal(err)
	}
	return v, o.Conditions[len(o.Conditions)-1]
}

// until waits until something holds.
func (w world) until(what string, holds func() bool) {
	w.t.Helper()
	for range 500 {
		if holds() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.t.Fatalf("after ten seconds still not %s", what)
}

func TestRefresh(t *testing.T) {
	each(t, func(w world) {
		key := newKey(w.t)
		good := jwks(w.t, key.Public())
		private, symmetric := jwks(w.t, key), `{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"s"}]}`
		partly := strings.Replace(good, `{"keys":[`, `{"keys":[{"kty":"new","x":"1"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"},7,`, 1)
		tests := []struct {
			what   string
			status int
			body   string
			want   string
			reason string
		}{
			{"all is well", 200, good, "STATUS_SUCCEEDED", ""},
			{"some are unusable", 200, partly, "STATUS_SUCCEEDED_WITH_ERROR", "3 of 4 keys"},
			{"not found", 404, good, "STATUS_FAILED", "404"},
			{"no JSON", 200, "<html>", "STATUS_FAILED", "not a JWKS"},
			{"another document", 200, `{"issuer":"x"}`, "STATUS_FAILED", "no key"},
			{"no keys", 200, `{"keys":[]}`, "STATUS_FAILED", "no key"},
			{"a private key only", 200, private, "STATUS_FAILED", "no key"},
			{"a shared secret only", 200, symmetric, "STATUS_FAILED", "no key"},
			{"too large", 200, good + strings.Repeat(" ", 256<<10), "STATUS_FAILED", "more than"},
			{"well again", 200, good, "STATUS_SUCCEEDED", ""},
		}
		at := newIssuer(w.t, good)
		k := kind(w.t, "authorization_servers")
		m := named(k, "one")
		m.Disabled = true // so that no job fetches at the same time
		if _, err := w.Objects.Create(w.t.Context(), w.by, k, m, []byte(`{"jwks_uri":"`+at.URL+`"}`)); err != nil {
			w.t.Fatal(err)
		}
		var last string
		for _, tt := range tests {
			at.say(tt.status, tt.body)
			w.Clock.Advance(time.Minute)
			if err := w.Objects.Refresh(w.t.Context(), w.by, "default", "one"); err != nil {
				w.t.Fatal(err)
			}
			v, _ := w.server("one")
			if v.Status != tt.want || v.Success == "" || (v.Success == last) != (tt.want == "STATUS_FAILED") {
				w.t.Errorf("%s: %+v, last success before %s", tt.what, v, last)
			}
			if _, err := time.Parse(time.RFC3339Nano, v.Success); err != nil || !strings.HasSuffix(v.Success, "Z") {
				w.t.Errorf("%s: %s", tt.what, v.Success)
			}
			last = v.Success
			r, err := w.Store.Object(w.t.Context(), w.tenant.ID, k.Name, "default", "one")
			if err != nil || !strings.Contains(string(r.Status), tt.reason) || r.Version != 1 {
				w.t.Errorf("%s: version %d, %s, %v", tt.what, r.Version, r.Status, err)
			}
		}
		if err := w.Objects.Refresh(w.t.Context(), w.by, "default", "gone"); !iam.Is(err, iam.NotFound) {
			w.t.Errorf("refreshed what is not there: %v", err)
		}
		if err := w.Objects.Refresh(w.t.Context(), w.NewTenant(w.t, "other").Actor(), "default", "one"); !iam.Is(err, iam.NotFound) {
			w.t.Errorf("refreshed by another tenant: %v", err)
		}
	})
}

// TestPrivateJWKS: the server lends nobody its place in the network.
func TestPrivateJWKS(t *testing.T) {
	each(t, func(w world) {
		inside := newIssuer(w.t, jwks(w.t, newKey(w.t).Public()))
		outside := httptest.NewServer(http.RedirectHandler(strings.Replace(inside.URL, "127.0.0.1", "127.0.0.2", 1), http.StatusFound))
		w.t.Cleanup(outside.Close)
		for name, uri := range map[string]string{
			"loopback": strings.Replace(inside.URL, "127.0.0.1", "127.0.0.2", 1), "metadata": "http://169.254.169.254/latest/meta-data/",
			"private": "https://10.0.0.1/jwks", "mapped": strings.Replace(inside.URL, "127.0.0.1", "[::ffff:127.0.0.2]", 1), "redirect": outside.URL,
		} {
			w.make("authorization_servers", name, `{"jwks_uri":"`+uri+`"}`)
			if err := w.Objects.Refresh(w.t.Context(), w.by, "default", name); err != nil {
				w.t.Fatal(err)
			}
			if v, c := w.server(name); v.Status != "STATUS_FAILED" || v.Success != "" || c.Type != object.TypeOperational ||
				c.Status != object.StatusFailed || !strings.Contains(c.Reason, "public internet") {
				w.t.Errorf("%s: %+v, %+v", name, v, c)
			}
		}
		if inside.fetched() != 0 {
			w.t.Error("a private address was asked")
		}
	})
}

// TestKeysJob: keys are fetched after each write and every hour after the
// object was made, once however often it was written, until it is gone.
func TestKeysJob(t *testing.T) {
	each(t, func(w world) {
		first, next := newIssuer(w.t, jwks(w.t, newKey(w.t).Public())), newIssuer(w.t, "no")
		// settled waits for a number of fetches, and that no more come.
		settled := func(what string, wantFirst, wantNext int) {
			w.t.Helper()
			w.until(what, func() bool { return first.fetched() >= wantFirst && next.fetched() >= wantNext })
			time.Sleep(600 * time.Millisecond) // a poll of the queue
			if a, b := first.fetched(), next.fetched(); a != wantFirst || b != wantNext {
				w.t.Fatalf("%s: fetched %d and %d times, want %d and %d", what, a, b, wantFirst, wantNext)
			}
		}
		w.make("authorization_servers", "one", `{"jwks_uri":"`+first.URL+`"}`)
		settled("made", 1, 0)
		w.until("shown", func() bool {
			v, c := w.server("one")
			return v.Status == "STATUS_SUCCEEDED" && c.Status == object.StatusSuccess
		})
		w.Clock.Advance(59 * time.Minute)
		settled("an hour not over", 1, 0)
		w.Clock.Advance(2 * time.Minute)
		settled("an hour later", 2, 0)

		if _, err := w.replace("authorization_servers", "one", `{"jwks_uri":"`+next.URL+`"}`); err != nil {
			w.t.Fatal(err)
		}
		if v, _ := w.server("one"); v.Success != "" || v.Status == "STATUS_SUCCEEDED" {
			w.t.Errorf("another address has the success of the one before: %+v", v)
		}
		settled("replaced", 2, 1)
		w.until("shown", func() bool { v, _ := w.server("one"); return v.Status == "STATUS_FAILED" })
		w.Clock.Advance(time.Hour)
		settled("failing, still fetched", 2, 2)
		w.Clock.Advance(5 * time.Hour)
		settled("after hours asleep", 2, 3)

		m := named(kind(w.t, "authorization_servers"), "one")
		m.Disabled = true
		if _, err := w.Objects.Replace(w.t.Context(), w.by, kind(w.t, "authorization_servers"), m, []byte(`{"jwks_uri":"`+first.URL+`"}`), 0); err != nil {
			w.t.Fatal(err)
		}
		w.Clock.Advance(time.Hour)
		settled("disabled", 2, 3)
		if _, err := w.replace("authorization_servers", "one", `{"jwks_uri":"`+first.URL+`"}`); err != nil {
			w.t.Fatal(err)
		}
		settled("enabled", 3, 3)
		w.Clock.Advance(time.Hour)
		settled("an hour after that", 4, 3)
		if err := w.delete("authorization_servers", "one", true); err != nil {
			w.t.Fatal(err)
		}
		w.Clock.Advance(2 * time.Hour)
		settled("deleted", 4, 3)
	})
}
