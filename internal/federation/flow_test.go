package federation_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

var wantedNothing federation.Wanted

// TestFlowOfAnother: what comes back counts in the browser, at the tenant and
// with the provider of which it was begun, for ten minutes.
func TestFlowOfAnother(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	q := w.create(t, w.upstream()) // the same, by another name
	other := w.NewTenant(t, "other1")
	if _, err := w.Federation.Create(t.Context(), other.Actor(), w.upstream()); err != nil {
		t.Fatal(err)
	}
	w.op.SignIn(mina())
	v, second := w.visit(t, p.Name, wantedNothing), w.visit(t, p.Name, wantedNothing)
	fails := func(what string, tenant iam.Tenant, name string, a federation.Answer) {
		t.Helper()
		if _, err := w.Federation.Finish(t.Context(), tenant, name, a); reason(err) != string(iam.ReasonFlow) {
			t.Errorf("%s: %v", what, err)
		}
	}
	with := func(cookie func(string) string) federation.Answer {
		a := v.answer
		a.Cookie = cookie
		return a
	}
	fails("a browser without the cookie", w.Tenant, p.Name, with(func(string) string { return "" }))
	fails("the cookie of another flow", w.Tenant, p.Name, with(func(string) string { return second.Cookie }))
	fails("a cookie that is none", w.Tenant, p.Name, with(func(string) string { return "!" }))
	fails("a long one", w.Tenant, p.Name, with(func(string) string { return strings.Repeat("A", 100_000) }))
	fails("another tenant", other.Tenant, p.Name, v.answer)
	fails("another provider", w.Tenant, q.Name, v.answer)
	raw, err := base64.RawURLEncoding.DecodeString(v.Cookie)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		forged := append([]byte{}, raw...)
		forged[i] ^= 1
		fails("a cookie with a bit turned", w.Tenant, p.Name, with(func(string) string { return base64.RawURLEncoding.EncodeToString(forged) }))
	}
	if n := len(w.op.Requests("/token")); n != 0 {
		t.Errorf("the provider was asked %d times", n)
	}
	w.Clock.Advance(10*time.Minute - time.Second)
	if _, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, v.answer); err != nil {
		t.Errorf("in time: %v", err)
	}
	if _, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, v.answer); reason(err) != string(iam.ReasonProviderFault) {
		t.Errorf("once more: %v", err) // the provider takes a code once
	}
	w.Clock.Advance(2 * time.Second)
	fails("too late", w.Tenant, p.Name, second.answer)
}

// TestCodeOfAnother: a code that somebody else was given is worth nothing here,
// though the provider would take it (RFC 7636 section 1).
func TestCodeOfAnother(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	w.op.SignIn(mina())
	theirs, mine := w.visit(t, p.Name, wantedNothing), w.visit(t, p.Name, wantedNothing)
	a := mine.answer
	a.Code = theirs.answer.Code
	if _, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, a); reason(err) != string(iam.ReasonProviderFault) {
		t.Errorf("%v", err)
	}
}

// TestReturn: a page that is too long to be kept is forgotten.
func TestReturn(t *testing.T) {
	w := start(t)
	p := w.create(t, w.upstream())
	w.op.SignIn(mina())
	for page, want := range map[string]string{"": "", "/x?y=z#a": "/x?y=z#a", "/" + strings.Repeat("x", 1023): "/" + strings.Repeat("x", 1023),
		"/" + strings.Repeat("x", 1024): ""} {
		v := w.visit(t, p.Name, federation.Wanted{Return: page})
		proved, err := w.Federation.Finish(t.Context(), w.Tenant, p.Name, v.answer)
		if err != nil || proved.Return != want {
			t.Errorf("%.20s: %.20s, %v", page, proved.Return, err)
		}
		if n := len(v.Cookie) + len(v.CookieName); n > 3000 {
			t.Errorf("a cookie of %d bytes", n)
		}
	}
}
