package cloudforet

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Every kind of error has a code, every code a status of both kinds, and no
// text has a verb left.
func TestEveryErrorIsTold(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/identity/user-profile/get", nil)
	for _, k := range iam.Kinds() {
		status, body := fail(r, iam.E(k, "because").About("it"))
		f := body.(failure)
		if status < 400 || vendorErrors[f.Detail.Code].text == "" || strings.Contains(f.Detail.Message, "%!") {
			t.Errorf("%v is told as %d %+v", k, status, f.Detail)
		}
	}
	for code, e := range vendorErrors {
		if statuses[e.status] == 0 {
			t.Errorf("%s has no HTTP status", code)
		}
		about := make([]string, strings.Count(e.text, "%s"))
		told := refuse(code, about...)
		status, body := fail(r, told)
		if want := (failure{Detail: detail{code, told.Message}}); status != statuses[e.status] || strings.Contains(told.Message, "%") {
			t.Errorf("%s is told as %d %+v, want %+v", code, status, body, want)
		}
	}
}

// The statuses and texts that the vendor's clients know, one by one.
func TestVendorErrors(t *testing.T) {
	for _, tt := range []struct {
		code   iam.Reason
		about  []string
		status int
		text   string
	}{
		{"ERROR_REQUIRED_PARAMETER", []string{"k"}, 400, "Required parameter. (key = k)"},
		{"ERROR_INVALID_PARAMETER_TYPE", []string{"k", "str"}, 400, "Parameter type is invalid. (key = k, type = str)"},
		{"ERROR_INVALID_PARAMETER", []string{"k", "r"}, 400, "Parameter is invalid. (key = k, reason = r)"},
		{"ERROR_NOT_FOUND", []string{"k", "v"}, 404, "Resource cannot be found or access is denied. (k = v)"},
		{"ERROR_NOT_UNIQUE", []string{"k", "v"}, 409, "Tried to save duplicate unique key. (k = v)"},
		{"ERROR_AUTHENTICATE_FAILURE", []string{"m"}, 401, "Authenticate failure. (message = m)"},
		{"ERROR_AUTHENTICATION_FAILURE", []string{"u"}, 401, `A user "u" is not exist or password is not correct.`},
		{"ERROR_LOGIN_BLOCKED", nil, 401, "Login is blocked. Please try again later."},
		{"ERROR_PERMISSION_DENIED", nil, 403, "Permission denied."},
		{"ERROR_INCORRECT_PASSWORD_FORMAT", []string{"r"}, 400, "The password format is incorrect. (rule = r)"},
		{"ERROR_INCORRECT_EMAIL_FORMAT", []string{"r"}, 400, "The email format is incorrect. (rule = r)"},
		{"ERROR_INVALID_VERIFY_CODE", []string{"12346"}, 400, "Invalid verify code. (verify_code = 12346)"},
		{"ERROR_PASSWORD_NOT_CHANGED", []string{"u"}, 400, "The password cannot be the same as the old password. (user_id = u)"},
		{"ERROR_PASSWORD_NOT_MATCHED", []string{"u"}, 400, "Password does not match. (user_id = u)"},
		{"ERROR_NOT_SUPPORTED_MFA_TYPE", []string{"['EMAIL', 'OTP']"}, 400, "Not supported MFA type. (support_mfa_types = ['EMAIL', 'OTP'])"},
		{"ERROR_MFA_ALREADY_ENABLED", []string{"u"}, 500, "MFA already enabled. (user_id = u)"},
		{"ERROR_MFA_ALREADY_DISABLED", []string{"u"}, 500, "MFA already disabled. (user_id = u)"},
		{"ERROR_MFA_NOT_ENABLED", []string{"u"}, 500, "MFA is not enabled. (user_id = u)"},
		{"ERROR_MFA_REQUIRED", []string{"a@b.c", "EMAIL"}, 500, "MFA is required. (user_id = a@b.c), (mfa_type = EMAIL)"},
		{"ERROR_MFA_NOT_ACTIVATED", []string{"u", "OTP", "DISABLED", "t"}, 500,
			"MFA is not activated. (user_id = u), (mfa_type = OTP), (mfa_state = DISABLED), (access_token = t)"},
		{"ERROR_UNSUPPORTED_API", []string{"method: POST, path: /x"}, 500, "Call Unsupported API. (reason = method: POST, path: /x)"},
		{"ERROR_UNKNOWN", []string{"m"}, 500, "m"},
	} {
		e := refuse(tt.code, tt.about...)
		status, body := fail(nil, e)
		if diff := cmp.Diff(detail{tt.code, tt.text}, body.(failure).Detail); diff != "" || status != tt.status {
			t.Errorf("%s: status %d, want %d (-want +got):\n%s", tt.code, status, tt.status, diff)
		}
	}
	if status, body := fail(nil, &iam.Error{Kind: iam.Internal, Message: "the disk is full of secrets"}); status != 500 || body.(failure).Detail.Message != "internal error" {
		t.Errorf("an internal error is told as %d %+v", status, body)
	}
}

// Each method of each message description is an operation, at the path that
// the vendor's gateway makes of its name: nothing over gRPC goes another way.
func TestEveryMethodIsAnOperation(t *testing.T) {
	described, ops := New(Deps{Now: time.Now})
	if described.Name != name || len(ops) == 0 {
		t.Fatal("no operations")
	}
	d := &dialect{}
	d.profileOperations()
	d.mfaOperations()
	d.workspaceOperations()
	d.tokenOperations()
	d.discoveryOperations()
	served := map[string]bool{}
	for _, a := range d.apis {
		served[a.Path] = true
	}
	var methods int
	for _, f := range services {
		for i := range f.Services().Len() {
			service := f.Services().Get(i)
			for j := range service.Methods().Len() {
				methods++
				path := at(operationOf(service.Methods().Get(j)))[1]
				if !served[path] {
					t.Errorf("%s is no operation", path)
				}
			}
		}
	}
	if methods != len(d.apis) {
		t.Errorf("%d methods, %d operations", methods, len(d.apis))
	}
}

// FuzzTenantOfToken: whatever comes as a token, what leads to a tenant has the
// form of an id, and only of a JWT.
func FuzzTenantOfToken(f *testing.F) {
	part := base64.RawURLEncoding.EncodeToString
	id := "01932f6d-8a00-7000-8000-5c0de5c0de01"
	f.Add("a." + part([]byte(`{"did":"`+id+`"}`)) + ".b")
	f.Add("a." + part([]byte(`{"did":"`+id+`","did":"x"}`)) + ".b")
	f.Add("a." + part([]byte(`{"did":["`+id+`"]}`)) + ".b")
	f.Add("a." + part([]byte(`{"DID":"`+id+`"}`)) + ".b")
	f.Add("a." + part([]byte(strings.Repeat("[", 1000))) + ".b")
	f.Add("..")
	f.Add("....")
	f.Add("\x00.\xff.eyJ")
	f.Fuzz(func(t *testing.T, token string) {
		tenant, ok := tenantOfToken(token)
		if !ok {
			if tenant != "" {
				t.Fatalf("refused, and answers %q", tenant)
			}
			return
		}
		if !iam.ValidID(string(tenant)) || len(token) > maxToken {
			t.Fatalf("%q leads to %q", token, tenant)
		}
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
		if err != nil || !strings.Contains(string(payload), string(tenant)) && !strings.Contains(string(payload), `\u`) {
			t.Fatalf("%q does not say %q", payload, tenant)
		}
	})
}

// Claims are good for their kind alone, and until they expire.
func TestClaimsAreGood(t *testing.T) {
	now := time.Unix(1731628800, 0)
	good := claims{Issuer: issuer, Type: accessToken, Owner: ownerUser, Version: tokenVersion, ID: "01932f6d-8a00-7000-8000-5c0de5c0de01",
		Expires: now.Unix() + 1}
	for name, change := range map[string]func(*claims){
		"another kind":    func(c *claims) { c.Type = refreshToken },
		"another issuer":  func(c *claims) { c.Issuer = "spaceone.inventory" },
		"an app":          func(c *claims) { c.Owner = "APP" },
		"another version": func(c *claims) { c.Version = "1.0" },
		"expired":         func(c *claims) { c.Expires = now.Unix() },
		"without an end":  func(c *claims) { c.Expires = 0 },
		"no session":      func(c *claims) { c.ID = "x" },
	} {
		bad := good
		change(&bad)
		if !good.good(accessToken, now) || bad.good(accessToken, now) {
			t.Errorf("%s: good %v, bad %v", name, good.good(accessToken, now), bad.good(accessToken, now))
		}
	}
}

// Which binding counts in a workspace, and what a role makes of its holder.
func TestKindOfRole(t *testing.T) {
	for want, r := range map[string]iam.Role{
		"WORKSPACE_OWNER built in":   {Builtin: true, Handle: "admin"},
		"WORKSPACE_MEMBER built in":  {Builtin: true, Handle: "read"},
		"WORKSPACE_MEMBER by name":   {Handle: "admin"},
		"WORKSPACE_OWNER says so":    {Attributes: map[string]string{attrRoleType: "WORKSPACE_OWNER"}},
		"WORKSPACE_MEMBER says so":   {Builtin: true, Handle: "admin", Attributes: map[string]string{attrRoleType: "WORKSPACE_MEMBER"}},
		"WORKSPACE_MEMBER says more": {Attributes: map[string]string{attrRoleType: "DOMAIN_ADMIN"}},
	} {
		if got := kindOf(r); !strings.HasPrefix(want, string(got)+" ") {
			t.Errorf("%s: %s", want, got)
		}
	}
}

// Times and tags as the vendor writes them.
func TestWire(t *testing.T) {
	at := time.Date(2024, 11, 14, 1, 53, 19, 224_999_999, time.FixedZone("KST", 9*3600))
	text, err := json.Marshal(struct {
		At   wireTime `json:"at"`
		None wireTime `json:"none,omitzero"`
	}{At: wireTime(at)})
	if err != nil || string(text) != `{"at":"2024-11-13T16:53:19.224Z"}` {
		t.Errorf("%s, %v", text, err)
	}
	for stored, want := range map[string]string{``: `{}`, `{"a":1}`: `{"a":1}`, `[1]`: `{}`, `{"a"`: `{}`, `"x"`: `{}`} {
		if got := tagsOf(map[string]string{attrTags: stored}); string(got) != want {
			t.Errorf("tags %q are shown as %s", stored, got)
		}
	}
	id := iam.FactorID("f")
	for mark, want := range map[string]bool{
		"f 2024-11-14T00:00:00Z": true, "f 2024-11-13T00:00:00Z": false, "g 2024-11-14T00:00:00Z": false, "": false, "f": false, "f soon": false,
	} {
		if got := asked(mark, id, at); got != want {
			t.Errorf("mark %q counts: %v", mark, got)
		}
	}
}

func TestReadableErrorOfInput(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/identity/x", nil)
	for _, tt := range []struct {
		e    *iam.Error
		want string
	}{
		{iam.E(iam.Invalid, "the body is larger than 5 bytes").Because(iam.ReasonTooLarge), "ERROR_INVALID_PARAMETER Parameter is invalid. (key = body, reason = the body is larger than 5 bytes)"},
		{&iam.Error{Kind: iam.Invalid, Fields: []iam.Field{{Path: "display_name", Reason: iam.ReasonLength, Message: "display_name must be short"}}},
			"ERROR_INVALID_PARAMETER Parameter is invalid. (key = name, reason = name must be short)"},
		{iam.E(iam.Precondition, "sign in again").Because(iam.ReasonReauth), "ERROR_AUTHENTICATE_FAILURE Authenticate failure. (message = sign in again)"},
	} {
		_, body := fail(r, tt.e)
		d := body.(failure).Detail
		if got := fmt.Sprintf("%s %s", d.Code, d.Message); got != tt.want {
			t.Errorf("told %q, want %q", got, tt.want)
		}
	}
}
