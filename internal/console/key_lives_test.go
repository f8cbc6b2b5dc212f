package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestTokenLives: who makes a token chooses among what the tenant allows.
func TestTokenLives(t *testing.T) {
	s := newSite(t)
	u := s.newUser(t, "kim")
	b := s.open(t)
	b.signIn("kim", apptest.AdminPassword)
	for limit, tt := range map[int]struct {
		has, hasNot string
		days        int
	}{0: {"Never", "", 90}, 60: {"In 30 days", "In 90 days", 30}, 3: {"Days from now: 3", "In 7 days", 3}} {
		if _, err := s.Tenancy.ChangeSettings(t.Context(), s.Operator(), func(st *iam.Settings) { st.Credentials.MaxTokenDays = limit }); err != nil {
			t.Fatal(err)
		}
		b.get("/account/keys")
		if text := b.text(); !strings.Contains(text, tt.has) || tt.hasNot != "" && strings.Contains(text, tt.hasNot) {
			t.Errorf("within %d days: %s", limit, text)
		}
		b.fill("name", "Backup")
		b.press("Create token")
		b.see("Your new token")
		l, err := s.Authn.Tokens(t.Context(), iam.Actor{Tenant: s.Tenant.ID, Home: s.Tenant.ID, User: u.ID}, u.ID, iam.Page{})
		if err != nil {
			t.Fatal(err)
		}
		longest := time.Duration(0)
		for _, token := range l.Items {
			if left := token.Expires.Sub(token.Created); token.Name == "Backup" {
				longest = max(longest, left)
			}
			if err := s.Authn.RevokeToken(t.Context(), s.Operator(), token.ID); err != nil {
				t.Fatal(err)
			}
		}
		if want := time.Duration(tt.days) * 24 * time.Hour; longest.Round(time.Minute) != want {
			t.Errorf("within %d days one is good for %v, want %v", limit, longest, want)
		}
	}
}
