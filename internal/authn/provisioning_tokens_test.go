package authn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestProvisioningTokens(t *testing.T) {
	inEach(t, map[string]func(*testing.T, world){"lives": testProvisioningLives, "of the tenant": testProvisioningOfTheTenant, "who may": testProvisioningWhoMay})
}

func testProvisioningLives(t *testing.T, w world) {
	const day = 24 * time.Hour
	create := func(by iam.Actor, days int) (string, iam.APIToken, error) {
		return w.Authn.CreateProvisioningToken(t.Context(), by, w.tenant.Code, w.by.User, "idp", days)
	}
	for days, want := range map[int]int{0: 365, 1: 1, 730: 730} {
		raw, token, err := create(w.by, days)
		if err != nil || token.Scope != iam.ScopeProvisioning || token.Expires.Sub(token.Created).Round(time.Minute) != time.Duration(want)*day ||
			!strings.HasPrefix(raw, "gh_"+w.tenant.Code+"_") {
			t.Errorf("%d days: %+v, %v", days, token, err)
		}
	}
	for _, days := range []int{-1, 731} {
		_, _, err := create(w.by, days)
		broken(t, err, "days", "between 1 and 730")
	}
	w.limit(t, iam.CredentialPolicy{MaxTokenDays: 30})
	_, _, err := create(w.by, 31)
	broken(t, err, "expires", "at most 30 days")
	if _, _, err := create(w.by, 30); err != nil {
		t.Errorf("as long as the tenant lets: %v", err)
	}
}

func testProvisioningOfTheTenant(t *testing.T, w world) {
	second := w.NewMember(t, w.tenant, "second", access.RoleAdmin).Actor()
	raw, made, err := w.Authn.CreateProvisioningToken(t.Context(), w.by, w.tenant.Code, w.by.User, "idp", 0)
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := w.Authn.CreateToken(t.Context(), w.by, w.tenant.Code, authn.NewToken{User: w.by.User, Scope: "users.*"})
	if err != nil {
		t.Fatal(err)
	}
	l, err := w.Authn.ProvisioningTokens(t.Context(), second, iam.Page{})
	if err != nil || len(l.Items) != 1 || l.Items[0].ID != made.ID || l.Items[0].Username != w.by.Username {
		t.Errorf("%+v, %v", l.Items, err)
	}
	for _, id := range []iam.TokenID{other.ID, "nothing"} {
		if err := w.Authn.RevokeProvisioningToken(t.Context(), second, id); !iam.Is(err, iam.NotFound) {
			t.Errorf("%s: %v", id, err)
		}
	}
	if _, err := w.Authn.Token(t.Context(), raw, from); err != nil {
		t.Error(err)
	}
	if err := w.Authn.RevokeProvisioningToken(t.Context(), second, made.ID); err != nil {
		t.Error(err)
	}
	if _, err := w.Authn.Token(t.Context(), raw, from); !iam.Is(err, iam.Unauthenticated) {
		t.Errorf("it is answered %v", err)
	}
}

// Who may do nearly everything may not, and neither may the client itself.
func testProvisioningWhoMay(t *testing.T, w world) {
	raw, made, err := w.Authn.CreateProvisioningToken(t.Context(), w.by, w.tenant.Code, w.by.User, "idp", 0)
	if err != nil {
		t.Fatal(err)
	}
	client, err := w.Authn.Token(t.Context(), raw, from)
	if err != nil {
		t.Fatal(err)
	}
	w.NewRole(t, w.tenant, "clerk", "users.*", "groups.*", "namespaces.*", "objects.*", "settings.*", "roles.*")
	for what, by := range map[string]iam.Actor{"the client": client, "a clerk": w.NewMember(t, w.tenant, "clerk", "clerk").Actor(), "Ann": w.ann.Actor()} {
		_, _, create := w.Authn.CreateProvisioningToken(t.Context(), by, w.tenant.Code, by.User, "mine", 0)
		_, list := w.Authn.ProvisioningTokens(t.Context(), by, iam.Page{})
		revoke := w.Authn.RevokeProvisioningToken(t.Context(), by, made.ID)
		for does, err := range map[string]error{"makes": create, "lists": list, "ends": revoke} {
			if !iam.Is(err, iam.Denied) {
				t.Errorf("%s %s: %v", what, does, err)
			}
		}
	}
	if _, _, err := w.Authn.CreateProvisioningToken(t.Context(), w.by, w.tenant.Code, w.ann.User.ID, "Ann's", 0); !iam.Is(err, iam.Denied) {
		t.Errorf("in the name of somebody else: %v", err)
	}
}
