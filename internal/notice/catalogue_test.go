package notice

import (
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestCatalogue: each line has words in every language and exactly one kind of
// mail, and each kind that names a line is in it.
func TestCatalogue(t *testing.T) {
	kindsOf := map[string]int{}
	for k, of := range kinds {
		if of.code == "" {
			continue
		}
		kindsOf[of.code]++
		if _, ok := entryOf(of.code); !ok {
			t.Errorf("%s is of %q, which is not in the catalogue", k, of.code)
		}
		if of.secret {
			t.Errorf("%s can be switched off, and nobody can do without it", k)
		}
	}
	for _, e := range catalogue {
		if kindsOf[e.code] != 1 {
			t.Errorf("%s has %d kinds of mail", e.code, kindsOf[e.code])
		}
		if e.family != FamilyUser && e.family != FamilyAdmin {
			t.Errorf("%s is of family %q", e.code, e.family)
		}
		if len(e.code) > 40 {
			t.Errorf("%s is too long for a token", e.code)
		}
		for _, w := range []wording{e.en, e.ko} {
			if w.label == "" || w.description == "" {
				t.Errorf("%s has no words in a language", e.code)
			}
		}
	}
}

// TestUnsubscribeHeaders: a mail program may end a notice by one request of its
// own (RFC 8058), where the page is one that nobody in between has a hand in.
func TestUnsubscribeHeaders(t *testing.T) {
	for _, c := range []struct{ publicURL, post string }{
		{"https://id.example.com", "List-Unsubscribe=One-Click"}, {"http://id.example.com", ""}, {"", ""},
	} {
		s, _ := newWriter(t, c.publicURL)
		w, err := s.write(t.Context(), theTenant, iam.Message{Kind: iam.MessageKeyCreated, User: kim, Username: "kim"})
		if err != nil {
			t.Fatal(err)
		}
		h := wire(t, Mail{ID: "0190", To: "kim@example.com", Subject: w.Subject, Created: start}, w).Header
		list := h.Get("List-Unsubscribe")
		if c.publicURL == "" {
			if list != "" {
				t.Errorf("without a public URL the header is %q", list)
			}
		} else if !strings.HasPrefix(list, "<"+c.publicURL+"/t/acme/unsubscribe?token=") || !strings.HasSuffix(list, ">") || strings.Contains(list, " ") || len(list) > 900 {
			t.Errorf("below %q the header is %q", c.publicURL, list)
		}
		if got := h.Get("List-Unsubscribe-Post"); got != c.post {
			t.Errorf("below %q one may post %q, want %q", c.publicURL, got, c.post)
		}
	}
	s, _ := newWriter(t, "https://id.example.com")
	for _, m := range []iam.Message{{Kind: iam.MessageReset, User: kim, Token: "x"}, {Kind: iam.MessageKeyCreated}} {
		if w := write(t, s, m); w.Unsubscribe != "" || strings.Contains(w.Text, "unsubscribe") {
			t.Errorf("%s to %q has the link %s", m.Kind, m.User, w.Unsubscribe)
		}
	}
}

func FuzzParseUnsubscribe(f *testing.F) {
	good := string(theTenant) + "." + string(kim) + ".key-created.1." + strings.Repeat("A", 43)
	for _, s := range []string{"", "....", good, good + ".", strings.Replace(good, "key", "kez", 1), strings.ToUpper(good)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		u, ok := parseUnsubscribe(token)
		if !ok {
			return
		}
		if !iam.ValidID(string(u.tenant)) || !iam.ValidID(string(u.user)) || u.entry.code == "" || len(token) > maxUnsubscribe ||
			!strings.HasPrefix(token, string(u.tenant)+"."+string(u.user)+"."+u.entry.code+"."+u.keyID+".") {
			t.Errorf("%q is read as %+v", token, u)
		}
	})
}
