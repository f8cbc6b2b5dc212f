package ncloud_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// from is what tests and golden files come from: httptest's listener.
const from = "127.0.0.1"

// reader makes a sub account that may list, and a client with a key of it that
// was made through the API.
func reader(t testing.TB, c client, loginID string, over object) (id string, its client) {
	t.Helper()
	id = newAccount(t, c, loginID, over)
	policies := ok[struct {
		Items []struct {
			PolicyID string `json:"policyId"`
		} `json:"items"`
	}](t, c, "GET", "/policies?searchColumn=policyName&searchWord=read", nil)
	for _, r := range ok[[]result](t, c, "POST", list+"/"+id+"/policies", object{"policyIdList": []string{policies.Items[0].PolicyID}}) {
		if !r.Success {
			t.Fatalf("policy: %+v", r)
		}
	}
	made := ok[struct {
		AccessKey string `json:"accessKey"`
		KeySecret string `json:"keySecret"`
	}](t, c, "POST", list+"/"+id+"/access-keys", nil)
	return id, client{c.Server, key{made.AccessKey, made.KeySecret}}
}

// What says from where, and whether, a sub account may call holds on the very
// next request with its key, on every node's own memory of it.
func TestAPIAccessIsEnforced(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := administrator(t, s)
		id, its := reader(t, c, "builder", nil)
		for _, tt := range []struct {
			name   string
			change object
			may    bool
		}{
			{"as made", object{}, true},
			{"inactive", object{"active": false}, false},
			{"active again", object{"active": true}, true},
			{"without API access", object{"canAPIGatewayAccess": false}, false},
			{"with API access", object{"canAPIGatewayAccess": "true"}, true},
			{"from another network", object{"useApiAllowSource": true, "apiAllowSources": []object{{"type": "IP", "source": "203.0.113.0/24"}}}, false},
			{"from its own network", object{"apiAllowSources": []object{{"type": "IP", "source": "203.0.113.0/24"}, {"type": "IP", "source": "127.0.0.0/8"}}}, true},
			{"from a virtual network alone", object{"apiAllowSources": []object{{"type": "VPC", "source": "127.0.0.1"}}}, false},
			{"with the rule off", object{"useApiAllowSource": false}, true},
			{"without the console", object{"canConsoleAccess": false}, true},
			{"from another network on pages", object{"useConsolePermitIp": true, "consolePermitIps": []string{"203.0.113.7"}}, true},
			{"with a second factor on pages", object{"isMfaMandatory": true}, true},
		} {
			tt.change["name"] = "Builder"
			ok[result](t, c, "PUT", list+"/"+id, tt.change)
			a := its.call(t, "GET", list, nil)
			if tt.may && a.Status != http.StatusOK {
				t.Errorf("%s: %d %s", tt.name, a.Status, a.Body)
			}
			if !tt.may {
				invalidCredentials(t, a)
			}
		}
	})
}

// An address that a client claims counts for nothing.
func TestClaimedAddress(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	_, its := reader(t, c, "builder", object{"useApiAllowSource": true, "apiAllowSources": []object{{"type": "IP", "source": "203.0.113.7"}}})
	for _, header := range []string{"X-Forwarded-For: 203.0.113.7", "Forwarded: for=203.0.113.7", "X-Real-IP: 203.0.113.7"} {
		invalidCredentials(t, its.call(t, "GET", list, nil, header))
	}
}

// A key ends, and rests, on the next request; so does everything with the sub
// account.
func TestKeysAreEnforced(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	id, its := reader(t, c, "builder", nil)
	path := list + "/" + id + "/access-keys"
	may := func(want bool) {
		t.Helper()
		a := its.call(t, "GET", list, nil)
		if want && a.Status != http.StatusOK {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		if !want {
			invalidCredentials(t, a)
		}
	}
	may(true)
	ok[result](t, c, "PUT", path, object{"accessKey": its.id, "active": false})
	may(false)
	ok[result](t, c, "PUT", path, object{"accessKey": its.id, "active": true})
	may(true)
	ok[result](t, c, "DELETE", path, object{"accessKey": its.id})
	may(false)

	other, theirs := reader(t, c, "other", nil)
	refused(t, c.call(t, "DELETE", path, object{"accessKey": theirs.id}), 400, 904)
	ok[result](t, c, "DELETE", list+"/"+other, nil)
	invalidCredentials(t, theirs.call(t, "GET", list, nil))
}

// origin is where somebody signs in from on pages.
func origin(address string) authn.Origin { return authn.Origin{Dialect: "console", Address: address} }

// signIn begins to sign in on pages.
func signIn(t testing.TB, s *apptest.Server, loginID, password, address string) (authn.Begun, error) {
	t.Helper()
	return s.Authn.BeginSignIn(t.Context(), s.Tenant.ID, authn.Attempt{Username: loginID, Password: password, Pages: true}, origin(address))
}

// What says whether, from where and how a sub account may sign in on pages
// holds there.
func TestConsoleAccessIsEnforced(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	const password = "Blue7!River"
	id := newAccount(t, c, "hana", object{"canConsoleAccess": true, "password": password})
	for _, tt := range []struct {
		name    string
		change  object
		may     bool
		pending []iam.Step
	}{
		{"as made", object{}, true, nil},
		{"inactive", object{"active": false}, false, nil},
		{"active again", object{"active": true}, true, nil},
		{"without the console", object{"canConsoleAccess": false}, false, nil},
		{"with the console", object{"canConsoleAccess": true}, true, nil},
		{"from another network", object{"useConsolePermitIp": true, "consolePermitIps": []string{"203.0.113.0/24"}}, false, nil},
		{"from its own network", object{"consolePermitIps": []string{"192.0.2.0/24"}}, true, nil},
		{"with the rule off", object{"useConsolePermitIp": false, "consolePermitIps": []string{}}, true, nil},
		{"without APIs", object{"canAPIGatewayAccess": false}, true, nil},
		{"with a second factor, which is not set up", object{"isMfaMandatory": true}, true, []iam.Step{iam.StepEnrolFactor}},
		{"without", object{"isMfaMandatory": "false"}, true, nil},
	} {
		tt.change["name"] = "Hana"
		ok[result](t, c, "PUT", list+"/"+id, tt.change)
		begun, err := signIn(t, s, "hana", password, "192.0.2.7")
		if tt.may != (err == nil) || tt.may && !slices.Equal(begun.Pending, tt.pending) {
			t.Errorf("%s: %v, pending %v, want %v", tt.name, err, begun.Pending, tt.pending)
		}
		if err != nil && !iam.Is(err, iam.Unauthenticated) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if a := ok[account](t, c, "GET", list+"/"+id, nil); a.LastLoginTime == nil {
		t.Errorf("the sign-in is not shown: %+v", a)
	} else if _, err := time.Parse("2006-01-02T15:04:05Z", *a.LastLoginTime); err != nil {
		t.Error(err)
	}
}

// Who has to set a new password has to do so before anything else on pages: as
// made, and after somebody else set one.
func TestNeedPasswordReset(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	made := ok[result](t, c, "POST", list, object{"loginId": "hana", "name": "Hana", "canAPIGatewayAccess": true, "canConsoleAccess": true,
		"needPasswordReset": true, "needPasswordGenerate": true})
	begun, err := signIn(t, s, "hana", made.GeneratedPassword, from)
	if err != nil || !slices.Equal(begun.Pending, []iam.Step{iam.StepSetPassword}) {
		t.Fatalf("%v, pending %v", err, begun.Pending)
	}
	prover, err := s.Authn.Pending(t.Context(), begun.Cookie, origin(from))
	if err != nil {
		t.Fatal(err)
	}
	if begun, err = s.Authn.SetPassword(t.Context(), prover, "a phrase of one's own"); err != nil || !begun.Done() {
		t.Fatalf("%v, pending %v", err, begun.Pending)
	}
	if a := ok[account](t, c, "GET", list+"/"+made.ID, nil); a.NeedPasswordReset {
		t.Errorf("shown as %+v", a)
	}

	set := ok[result](t, c, "PUT", list+"/"+made.ID+"/password", object{"needPasswordGenerate": true})
	if _, err := signIn(t, s, "hana", "a phrase of one's own", from); err == nil {
		t.Error("the old password is still good")
	}
	if begun, err = signIn(t, s, "hana", set.GeneratedPassword, from); err != nil || !slices.Equal(begun.Pending, []iam.Step{iam.StepSetPassword}) {
		t.Errorf("%v, pending %v", err, begun.Pending)
	}
	if a := ok[account](t, c, "GET", list+"/"+made.ID, nil); !a.NeedPasswordReset {
		t.Errorf("shown as %+v", a)
	}

	// It is kept, too, where there is no password yet.
	later := newAccount(t, c, "later", object{"needPasswordReset": true})
	if a := ok[account](t, c, "GET", list+"/"+later, nil); !a.NeedPasswordReset {
		t.Errorf("shown as %+v", a)
	}
}

// The policy of the tenant is the policy of the vendor's checks, and of what is
// generated.
func TestTenantPolicy(t *testing.T) {
	s := apptest.SQLite(t)
	c := administrator(t, s)
	settings, err := s.Tenancy.Settings(t.Context(), s.Tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	settings.Password.MinLength, settings.Password.MinSymbols = 20, 3
	if _, err := s.Tenancy.UpdateSettings(t.Context(), s.Operator(), settings); err != nil {
		t.Fatal(err)
	}
	check := func(password string) bool {
		return ok[result](t, c, "GET", "/join/check-password?password="+password, nil).Success
	}
	if check("Blue7%21River") || check("Blue7%21RiverBlue7Ri%21") || !check("Blue7%21River%21%21Blue7Ri") {
		t.Error("the check does not ask for what the tenant does")
	}
	refused(t, c.call(t, "POST", list, object{"loginId": "hana", "name": "Hana", "canAPIGatewayAccess": true, "canConsoleAccess": true,
		"needPasswordReset": false, "password": "Blue7!River"}), 400, 9015, "between 20 and 20")
	made := ok[result](t, c, "POST", list, object{"loginId": "hana", "name": "Hana", "canAPIGatewayAccess": true, "canConsoleAccess": true,
		"needPasswordReset": false, "needPasswordGenerate": true})
	if len(made.GeneratedPassword) != 20 {
		t.Errorf("generated %d characters", len(made.GeneratedPassword))
	}
	if begun, err := signIn(t, s, "hana", made.GeneratedPassword, from); err != nil || !begun.Done() {
		t.Errorf("%v, pending %v", err, begun.Pending)
	}

	ok[result](t, c, "POST", "/tenant-settings/sub-account-password-policy", object{"usePasswordExpiration": true, "passwordExpirationDays": "60"})
	s.Clock.Advance(61 * 24 * time.Hour)
	if begun, err := signIn(t, s, "hana", made.GeneratedPassword, from); err != nil || !slices.Equal(begun.Pending, []iam.Step{iam.StepSetPassword}) {
		t.Errorf("an expired password: %v, pending %v", err, begun.Pending)
	}
}
