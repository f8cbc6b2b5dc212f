package authn_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

const (
	firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	edge    = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0"
)

// TestPlaceText: what is one place, and what is another.
func TestPlaceText(t *testing.T) {
	base := authn.PlaceText("ann", "192.0.2.7", firefox)
	for _, c := range []struct {
		user            iam.UserID
		address, client string
		same            bool
	}{
		{"ann", "192.0.2.7", firefox, true},
		{"ann", "192.0.2.250", firefox, true},
		{"ann", "::ffff:192.0.2.9", firefox, true},
		{"ann", "192.0.2.7", strings.ReplaceAll(firefox, "140", "141"), true}, // a new version
		{"ann", "192.0.3.7", firefox, false},
		{"ann", "192.0.2.7", edge, false},
		{"ann", "2001:db8::7", firefox, false},
		{"ann", "", firefox, false},
		{"ben", "192.0.2.7", firefox, false},
	} {
		if got := authn.PlaceText(c.user, c.address, c.client) == base; got != c.same {
			t.Errorf("%s from %q with %.20q is the same place: %v, want %v", c.user, c.address, c.client, got, c.same)
		}
	}
	six := authn.PlaceText("ann", "2001:db8:1:2::7", firefox)
	if authn.PlaceText("ann", "2001:db8:1:ffff::8", firefox) != six || authn.PlaceText("ann", "2001:db8:2:2::7", firefox) == six ||
		authn.PlaceText("ann", "2001:db8:1:2::7%eth0", firefox) != six {
		t.Error("of IPv6 the first 48 bits count")
	}
}

func TestNewPlace(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){
		"told of new places alone": testNewPlace,
		"the link":                 testNewPlaceLink,
		"switched off":             testNewPlaceOff,
	})
}

// at signs Ann in from a place.
func (w world) at(t *testing.T, address, client string) {
	t.Helper()
	o := authn.Origin{Dialect: "test", Address: address, Client: client}
	if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", phrase, o); err != nil {
		t.Fatal(err)
	}
}

// idle waits until no job of a kind is due: they are gone when they are done.
func (w world) idle(t *testing.T, kind string) {
	t.Helper()
	for range 1000 {
		var n int
		err := w.Engine.Read(t.Context(), w.tenant.ID, func(ctx context.Context, tx storage.Tx) error {
			return tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM jobs WHERE tenant_id = $1 AND kind = $2 AND run_at <= $3",
				string(w.tenant.ID), kind, w.Clock.Now().UnixMicro()).Scan(&n)
		})
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("jobs of kind %s are not done after ten seconds", kind)
}

// told demands that Ann was told of so many new places.
func (w world) told(t *testing.T, want int) {
	t.Helper()
	w.idle(t, authn.JobNewPlace)
	if n := len(w.mailsTo(t, mailbox, iam.MessageNewPlace)); n != want {
		t.Fatalf("%d notices, want %d", n, want)
	}
}

func testNewPlace(t *testing.T, w world) {
	w.withMailbox(t)
	w.at(t, "192.0.2.7", firefox)
	w.at(t, "192.0.2.8", firefox)
	w.told(t, 0) // the first place of all is no news
	w.at(t, "198.51.100.7", edge)
	w.told(t, 1)
	m := w.LastMail(t, w.tenant.ID, mailbox)
	for _, want := range []string{"198.51.100.7", "Edge, Windows"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the notice has no %q:\n%s", want, m.Text)
		}
	}
	w.at(t, "198.51.100.8", edge)
	w.at(t, "192.0.2.7", firefox)
	if _, err := w.Authn.SignIn(t.Context(), w.tenant.ID, "ann", "wrong", authn.Origin{Address: "203.0.113.7"}); err == nil {
		t.Fatal("a wrong password is good")
	}
	w.told(t, 1)
	// With a factor, the place is known once that is proved.
	w.withTOTP(t)
	_, err := w.Authn.BeginSignIn(t.Context(), w.tenant.ID, authn.Attempt{Username: "ann", Password: phrase, Pages: true},
		authn.Origin{Dialect: "test", Address: "203.0.113.7"})
	if err != nil {
		t.Fatal(err)
	}
	w.told(t, 2) // of where the factor was set up, and not of what has steps left
}

func testNewPlaceLink(t *testing.T, w world) {
	w.withMailbox(t)
	w.at(t, "192.0.2.7", firefox)
	w.at(t, "198.51.100.7", edge)
	w.told(t, 1)
	sessions, err := w.Authn.Sessions(t.Context(), w.ann.Actor())
	if err != nil || len(sessions) != 2 {
		t.Fatalf("sessions %+v, %v", sessions, err)
	}
	if err := w.Authn.NotMeLink(t.Context(), w.noticeToken(t, mailbox, iam.MessageNewPlace), from); err != nil {
		t.Fatal(err)
	}
	if sessions, err = w.Authn.Sessions(t.Context(), w.ann.Actor()); err != nil || len(sessions) > 0 || w.works(t, phrase) {
		t.Errorf("after it: sessions %+v, %v; the password works: %v", sessions, err, w.works(t, phrase))
	}
}

func testNewPlaceOff(t *testing.T, w world) {
	w.withMailbox(t)
	if err := w.Notice.Unset(t.Context(), w.ann.Actor(), notice.FamilyUser, "sign-in-new-place"); err != nil {
		t.Fatal(err)
	}
	w.at(t, "192.0.2.7", firefox)
	w.at(t, "198.51.100.7", edge)
	w.told(t, 0)
}
