package cloudforet

import (
	"net/http"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What the document shows of each operation. The people in it are invented.
var (
	exampleDomain = iam.TenantID("01932f6d-8a00-7000-8000-5c0de5c0de01")
	exampleRole   = iam.RoleID("01932f6d-8a00-7000-8000-5c0de5c0de02")
	exampleGroup  = iam.NamespaceGroupID("01932f6d-8a00-7000-8000-5c0de5c0de03")
	exampleTime   = wireTime(time.UnixMilli(1731628800042))
	exampleToken  = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzcGFjZW9uZS5pZGVudGl0eSIs…" //nolint:gosec // a start without an end
	noTags        = jsontext.Value("{}")

	userExample = userInfo{ID: "jiwoo@example.com", Name: "Kim Jiwoo", State: "ENABLED", Email: "jiwoo@example.com", EmailVerified: true,
		AuthType: authLocal, RoleType: roleUser, MFA: mfaInfo{State: mfaDisabled}, Language: "ko", Timezone: "Asia/Seoul",
		Tags: jsontext.Value(`{"team":"platform"}`), Tenant: exampleDomain, Created: exampleTime, LastAccessed: exampleTime}
	enablingExample = userWith(mfaInfo{State: mfaDisabled, Type: mfaEmail, Options: &mfaOptions{Email: "jiwoo@example.com"}})
	withMFAExample  = userWith(mfaInfo{State: mfaEnabled, Type: mfaEmail, Options: &mfaOptions{Email: "jiwoo@example.com"}})

	updateExample         = updateBody{Name: new("Kim Jiwoo"), Language: new("ko"), Timezone: new("Asia/Seoul"), Tags: map[string]any{"team": "platform"}}
	updatePasswordExample = updatePasswordBody{NewPassword: "Staple of a river 9", CurrentPassword: "Correct horse 42"} //nolint:gosec // invented
	resetPasswordExample  = resetPasswordBody{User: "jiwoo@example.com", Domain: string(exampleDomain)}
	verifyEmailExample    = verifyEmailBody{Email: "jiwoo@example.com"}
	confirmExample        = confirmBody{VerifyCode: "123456"}
	enableMFAExample      = func() enableMFABody {
		b := enableMFABody{Type: mfaEmail}
		b.Options.Email = "jiwoo@example.com"
		return b
	}()

	issueExample = issueBody{Credentials: &credentials{User: "jiwoo@example.com", Password: "Correct horse 42"},
		AuthType: authLocal, Domain: string(exampleDomain)}
	issuedExample  = tokenInfo{Access: exampleToken, Refresh: exampleToken}
	grantExample   = grantBody{GrantType: refreshToken, Token: exampleToken, Scope: scopeUser}
	grantedExample = grantInfo{Access: exampleToken, Role: roleUser, Tenant: string(exampleDomain)}

	workspacesExample = listOf([]workspaceInfo{{ID: "01932f6d-8a00-7000-8000-5c0de5c0de04", Name: "default", State: mfaEnabled, RoleName: "user",
		RoleType: roleMember, Tags: noTags, Tenant: exampleDomain, RoleID: exampleRole, Created: exampleTime}})
	workspaceGroupsExample = listOf([]workspaceGroupInfo{{ID: exampleGroup, Name: "Seoul",
		Users: []groupUser{{ID: "jiwoo@example.com", RoleID: exampleRole, RoleType: roleMember, Name: "Kim Jiwoo", State: "ENABLED"}}, Tags: noTags,
		Binding: &roleBindingInfo{ID: "01932f6d-8a00-7000-8000-5c0de5c0de05", RoleType: roleMember, ResourceGroup: scopeWorkspace, Tenant: exampleDomain,
			Group: exampleGroup, RoleID: exampleRole, User: "jiwoo@example.com", Created: exampleTime},
		Tenant: exampleDomain, Created: exampleTime, Updated: exampleTime}})

	authInfoExample  = authInfoBody{Name: "hanbit"}
	domainExample    = domainInfo{ID: exampleDomain, Name: "hanbit", ExternalAuth: "DISABLED", Metadata: noTags}
	endpointsExample = listOf([]endpointInfo{{Name: "Identity Service", Service: serviceName, Endpoint: "grpc+ssl://id.example.com:443/v2",
		State: "ACTIVE", Version: "v2"}})
	reflectionExample = reflection{[]apiInfo{{Path: "/identity/user-profile/get-workspaces", Name: "get_workspaces", Method: []string{http.MethodPost}}}}
	jwksExample       = jsontext.Value(`{"keys":[{"use":"sig","kty":"RSA","kid":"01932f6d-8a00-7000-8000-5c0de5c0de06","alg":"RS256","n":"…","e":"AQAB"}]}`)

	consoleConfigExample = consoleConfig{consoleEndpoint{"https://id.example.com"}, consoleEndpoint{"https://id.example.com"}}
)

func userWith(m mfaInfo) userInfo {
	u := userExample
	u.MFA = m
	return u
}
