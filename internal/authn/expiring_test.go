package authn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestExpiring: users are told of a credential a week before it expires, once,
// of one that is gone by then never, and of none that was to be good for a few
// days only.
func TestExpiring(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"tokens and certificates": testExpiring})
}

func testExpiring(t *testing.T, w world) {
	w.withMailbox(t)
	by, now := w.ann.Actor(), w.Clock.Now()
	token := func(name string, life time.Duration) iam.APIToken {
		t.Helper()
		in := authn.NewToken{User: w.ann.User.ID, Name: name}
		if life > 0 {
			in.Expires = now.Add(life)
		}
		_, made, err := w.Authn.CreateToken(t.Context(), by, w.tenant.Code, in)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	const day = 24 * time.Hour
	token("nightly build", 30*day)
	token("a week", 7*day)
	token("without end", 0)
	revoked := token("revoked", 30*day)
	if err := w.Authn.RevokeToken(t.Context(), by, revoked.ID); err != nil {
		t.Fatal(err)
	}
	cert := w.issue(t, 31*day)
	told := func(want int) []string {
		t.Helper()
		w.idle(t, authn.JobExpiring)
		texts := w.mailsTo(t, mailbox, iam.MessageKeyExpiring)
		if len(texts) != want {
			t.Fatalf("%d notices, want %d: %q", len(texts), want, texts)
		}
		return texts
	}
	w.Clock.Advance(22 * day)
	told(0)
	w.Clock.Advance(day + time.Hour)
	if texts := told(1); !strings.Contains(texts[0], "nightly build") || !strings.Contains(texts[0], now.Add(30*day).Format("2 January 2006")) {
		t.Errorf("the notice is\n%s", texts[0])
	}
	w.Clock.Advance(day)
	if texts := told(2); !strings.Contains(texts[0]+texts[1], cert.Serial) {
		t.Errorf("none of the certificate %s:\n%s", cert.Serial, texts)
	}
}
