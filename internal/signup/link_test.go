package signup_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/signup"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// TestOneUse: of many who use a link at once one does, and one tenant is made.
func TestOneUse(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		link := w.link(t, mina("acme1"))
		var used atomic.Int32
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				_, err := w.Signup.Confirm(t.Context(), link, from)
				if err == nil {
					used.Add(1)
				} else if e := asError(err); e == nil || e.Code != iam.ReasonWrongCode && e.Kind != iam.Exists {
					t.Errorf("a use answers %v", err)
				}
			})
		}
		all.Wait()
		if n := used.Load(); n != 1 {
			t.Errorf("the link was used %d times", n)
		}
		_, err := w.Signup.CheckLink(t.Context(), link)
		wrong(t, "used", err)
		below, err := w.Tenancy.Subtenants(t.Context(), w.Operator(), "", tenancy.TenantFilter{}, iam.Page{})
		if err != nil || len(below.Items) > 1 {
			t.Errorf("%d tenants were made, %v", len(below.Items), err)
		}
	})
}

// TestTamperedLink: every part of a link counts, and none is good with the parts
// of another.
func TestTamperedLink(t *testing.T) {
	w := start(t)
	other := w.NewTenant(t, "other1")
	link, second := w.link(t, mina("acme1")), w.link(t, mina("acme2"))
	a, b := strings.Split(link, "."), strings.Split(second, ".")
	join := func(parts ...string) string { return strings.Join(parts, ".") }
	last := "0"
	if strings.HasSuffix(a[2], "0") {
		last = "1"
	}
	for what, forged := range map[string]string{
		"empty": "", "spaces": " " + link, "no secret": join(a[0], a[1], ""), "cut": link[:len(link)-1], "longer": link + "0",
		"another digit": link[:len(link)-1] + last, "upper case": join(a[0], a[1], strings.ToUpper(a[2])+"A")[:len(link)],
		"the secret of another": join(a[0], a[1], b[2]), "the row of another": join(a[0], b[1], a[2]),
		"another tenant": join(string(other.Tenant.ID), a[1], a[2]), "no tenant": join("x", a[1], a[2]), "no row": join(a[0], "x", a[2]),
		"a row that is not there": join(a[0], w.Env().NewID(), a[2]),
	} {
		_, err := w.Signup.CheckLink(t.Context(), forged)
		wrong(t, what, err)
		_, err = w.Signup.Confirm(t.Context(), forged, from)
		wrong(t, what, err)
		if v, err := w.Signup.Verify(t.Context(), "mina@example.com", forged, from); err != nil || v != signup.VerdictUnknown {
			t.Errorf("%s: verdict %s, %v", what, v, err)
		}
	}
	if _, err := w.Signup.CheckLink(t.Context(), link); err != nil {
		t.Errorf("after all of them the link itself: %v", err)
	}
}

// TestExpiry: a link is good for 24 hours and no longer, and the row goes later.
func TestExpiry(t *testing.T) {
	w := start(t)
	link := w.link(t, mina("acme1"))
	w.Clock.Advance(24*time.Hour - 10*time.Second)
	if _, err := w.Signup.CheckLink(t.Context(), link); err != nil {
		t.Fatal(err)
	}
	w.Clock.Advance(11 * time.Second)
	_, err := w.Signup.CheckLink(t.Context(), link)
	wrong(t, "expired", err)
	_, err = w.Signup.Confirm(t.Context(), link, from)
	wrong(t, "expired", err)
	for _, tt := range []struct {
		email string
		want  signup.Verdict
	}{{"MINA@example.com", signup.VerdictExpired}, {"lee@example.com", signup.VerdictOther}} {
		if v, err := w.Signup.Verify(t.Context(), tt.email, link, from); err != nil || v != tt.want {
			t.Errorf("%s: verdict %s, %v, want %s", tt.email, v, err, tt.want)
		}
	}
	for _, d := range []struct {
		after time.Duration
		want  int
	}{{0, 0}, {7 * 24 * time.Hour, 1}} {
		if n, err := w.Store.PurgeSignups(t.Context(), w.Env().Time().Add(d.after-7*24*time.Hour), 10); err != nil || n != d.want {
			t.Errorf("%v after it has expired %d were removed, %v", d.after, n, err)
		}
	}
}

// TestVerify tells who has a token what is with it.
func TestVerify(t *testing.T) {
	w := start(t)
	link := w.link(t, mina("acme1"))
	is := func(email string, want signup.Verdict) {
		t.Helper()
		if v, err := w.Signup.Verify(t.Context(), email, link, from); err != nil || v != want {
			t.Errorf("verdict %s, %v, want %s", v, err, want)
		}
	}
	is("Mina@example.com", signup.VerdictGood)
	is("lee@example.com", signup.VerdictOther)
	if _, err := w.Signup.Confirm(t.Context(), link, from); err != nil {
		t.Fatal(err)
	}
	is("mina@example.com", signup.VerdictUsed)
}
