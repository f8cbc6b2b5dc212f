package f5xc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	userTokenPath = "/api/config/namespaces/system/was/user_token"
	redeemPath    = "/api/gatehouse/v1/one-time-tokens/redeem"
)

type userToken struct {
	RedirectURL string `json:"redirect_url"`
	Token       string `json:"token"`
	UserID      string `json:"user_id"`
}

func askUserToken(t *testing.T, s *apptest.Server, credential string) userToken {
	t.Helper()
	a := s.Do(t, "GET", userTokenPath, credential, "")
	var got userToken
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil || a.Status != http.StatusOK || got.Token == "" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("a token may be kept: %q", a.Header.Get("Cache-Control"))
	}
	return got
}

func redeem(t *testing.T, s *apptest.Server, credential, token string) apptest.Answer {
	t.Helper()
	return s.Do(t, "POST", redeemPath, credential, fmt.Sprintf(`{"token":%q}`, token))
}

// TestUserToken: it tells once, within a minute, to a service of the tenant, who
// somebody is, and nothing else.
func TestUserToken(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		kim := s.NewMember(t, s.Tenant, "kim@example.com")
		scanner := s.NewMember(t, s.Tenant, "scanner", s.NewRole(t, s.Tenant, "finder", "users.read").Name)
		beside := s.NewTenant(t, "beside")
		wrong := func(how string, a apptest.Answer) {
			t.Helper()
			if a.Status != http.StatusBadRequest || !strings.Contains(a.Body, `"wrong_code"`) || strings.Contains(a.Body, "kim") {
				t.Errorf("%s: %d %s", how, a.Status, a.Body)
			}
		}

		got := askUserToken(t, s, kim.Token)
		if got.UserID != string(kim.User.ID) || got.RedirectURL != "http://default.gatehouse.test/sign-in" {
			t.Errorf("%+v", got)
		}
		if a := s.Do(t, "GET", "/api/web/custom/namespaces/system/whoami", got.Token, ""); a.Status != http.StatusUnauthorized {
			t.Errorf("a one-time token signs in: %d", a.Status)
		}
		if a := redeem(t, s, kim.Token, got.Token); a.Status != http.StatusForbidden {
			t.Errorf("without users.read: %d %s", a.Status, a.Body)
		}
		wrong("another tenant", redeem(t, s, beside.Token, got.Token))
		wrong("another secret", redeem(t, s, scanner.Token, got.Token[:len(got.Token)-64]+strings.Repeat("0", 64)))
		wrong("a part", redeem(t, s, scanner.Token, got.Token[:len(got.Token)-1]))
		a := redeem(t, s, scanner.Token, got.Token)
		if a.Status != http.StatusOK || !strings.Contains(a.Body, `"username":"kim@example.com"`) || !strings.Contains(a.Body, got.UserID) {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		wrong("used", redeem(t, s, scanner.Token, got.Token))

		late := askUserToken(t, s, kim.Token)
		s.Clock.Advance(time.Minute)
		wrong("after a minute", redeem(t, s, scanner.Token, late.Token))

		earlier, latest := askUserToken(t, s, kim.Token), askUserToken(t, s, kim.Token)
		wrong("an earlier one", redeem(t, s, scanner.Token, earlier.Token))
		disabled := iam.UserDisabled
		if _, err := s.Directory.UpdateUser(t.Context(), s.Operator(), directory.UserKey{ID: kim.User.ID}, directory.UserChange{State: &disabled}); err != nil {
			t.Fatal(err)
		}
		wrong("of who is disabled", redeem(t, s, scanner.Token, latest.Token))
	})
}

// TestUserTokenIsForOne: of many who bring the same token at once, one learns
// whose it is.
func TestUserTokenIsForOne(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		token := askUserToken(t, s, s.AdminToken).Token
		statuses := make([]int, 8)
		var all sync.WaitGroup
		for i := range statuses {
			all.Go(func() { statuses[i] = redeem(t, s, s.AdminToken, token).Status })
		}
		all.Wait()
		slices.Sort(statuses)
		if statuses[0] != http.StatusOK || statuses[1] != http.StatusBadRequest {
			t.Errorf("answers are %v", statuses)
		}
	})
}

// TestUserTokenIsForOneself: nobody gets one by a token of narrower scope, or in
// another tenant.
func TestUserTokenIsForOneself(t *testing.T) {
	s := apptest.Start(t, app.Options{})
	kim := s.NewMember(t, s.Tenant, "kim@example.com", "admin")
	narrow, _, err := s.Authn.CreateToken(t.Context(), kim.Actor(), s.Tenant.Code, authn.NewToken{User: kim.User.ID, Name: "narrow", Scope: "regions.read"})
	if err != nil {
		t.Fatal(err)
	}
	if a := s.Do(t, "GET", userTokenPath, narrow, ""); a.Status != http.StatusForbidden {
		t.Errorf("with a narrow token: %d %s", a.Status, a.Body)
	}
}

func TestUserTokenLeadsToTheScanner(t *testing.T) {
	s := apptest.Start(t, app.Options{})
	settings, err := s.Tenancy.Settings(t.Context(), s.Tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	settings.ScannerURL = "https://scan.example.com/start"
	if _, err := s.Tenancy.UpdateSettings(t.Context(), s.Operator(), settings); err != nil {
		t.Fatal(err)
	}
	if got := askUserToken(t, s, s.AdminToken); got.RedirectURL != settings.ScannerURL {
		t.Errorf("%+v", got)
	}
}
