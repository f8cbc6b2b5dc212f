package cloudforet

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) tokenOperations() []api.Operation {
	return []api.Operation{
		api.Handle(d.op("token/issue", api.Op{
			Access: api.Public(), Tag: "Token", Summary: "Sign in",
			Description: "Swaps user_id and password for an access token and a refresh token. Where MFA is on, the answer to auth_type LOCAL " +
				"is ERROR_MFA_REQUIRED, and a code is mailed where it is of type EMAIL; the same call with auth_type MFA and verify_code succeeds. " +
				"Where UPDATE_PASSWORD is required the token is good for user-profile/get and update-password alone.",
			Errors:         []iam.Kind{iam.Unauthenticated, iam.RateLimited},
			RequestExample: issueExample, ResponseExample: issuedExample,
		}), d.issue),
		api.Handle(d.op("token/grant", api.Op{
			Access: api.Public(), Tag: "Token", Summary: "Swap a refresh token for an access token",
			Description:    "scope is USER, DOMAIN (for domain administrators) or WORKSPACE (with workspace_id, for those who have a role there).",
			Errors:         []iam.Kind{iam.Unauthenticated, iam.Denied, iam.NotFound},
			RequestExample: grantExample, ResponseExample: grantedExample,
		}), d.grant),
	}
}

// How the credentials of token/issue prove who signs in.
const (
	authLocal = "LOCAL"
	authMFA   = "MFA"
)

type issueBody struct {
	Credentials *credentials `json:"credentials"`
	AuthType    string       `json:"auth_type" doc:"LOCAL, or MFA with verify_code."`
	Timeout     int64        `json:"timeout,omitzero" doc:"How long the access token lasts, in seconds: at most 604800, 1800 when absent or 0, and no longer than the sign-in."`
	VerifyCode  string       `json:"verify_code,omitzero"`
	Domain      string       `json:"domain_id" doc:"The id of a domain, or its name."`
}

type credentials struct {
	User     string `json:"user_id"`
	Password string `json:"password"`
}

type tokenInfo struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

func (d *dialect) issue(ctx context.Context, _ *api.Call, in struct {
	Body issueBody `body:"required"`
}) (tokenInfo, error) {
	b := in.Body
	switch {
	case b.Credentials == nil:
		return tokenInfo{}, refuse(errRequired, "credentials")
	case b.AuthType == "":
		return tokenInfo{}, refuse(errRequired, "auth_type")
	case b.AuthType != authLocal && b.AuthType != authMFA:
		return tokenInfo{}, refuse(errAuthType, b.AuthType)
	case b.Credentials.User == "" || b.Credentials.Password == "":
		return tokenInfo{}, refuse(errCredentials)
	}
	t, err := d.domain(ctx, b.Domain)
	if iam.Is(err, iam.Unauthenticated) { // in the words for a wrong password
		return tokenInfo{}, refuse(errAuthentication, b.Credentials.User)
	}
	if err != nil {
		return tokenInfo{}, err
	}
	life := accessTimeout(b.Timeout)
	s, err := d.Authn.BeginSignIn(ctx, t, authn.Attempt{Username: b.Credentials.User, Password: b.Credentials.Password,
		Life: max(life, refreshLife)}, origin(ctx))
	switch {
	case iam.Is(err, iam.Unauthenticated):
		return tokenInfo{}, refuse(errAuthentication, b.Credentials.User)
	case err != nil:
		return tokenInfo{}, blocked(err)
	case b.AuthType == authMFA && s.Done():
		return tokenInfo{}, d.withoutMFA(ctx, t, s)
	}
	out, err := d.proceed(ctx, t, s, b.VerifyCode, life)
	return out, blocked(err)
}

// blocked tells who may not try for a while what the vendor tells them. Any
// other error it answers as it is.
func blocked(err error) error {
	e := asError(err)
	if e.Kind != iam.RateLimited {
		return err
	}
	told := refuse(errBlocked)
	told.RetryAfter = e.RetryAfter
	return told
}

// proceed takes the next step of a sign-in whose password is proved, and
// answers its tokens or what is missing.
func (d *dialect) proceed(ctx context.Context, t iam.TenantID, s authn.Begun, code string, life time.Duration) (tokenInfo, error) {
	if s.Done() {
		return d.tokens(ctx, t, s.Session, life)
	}
	switch s.Pending[0] {
	case iam.StepFactor:
		p, err := d.Authn.PendingSession(ctx, t, s.ID, origin(ctx))
		if err != nil {
			return tokenInfo{}, err
		}
		if code == "" {
			return tokenInfo{}, d.askFactor(ctx, p)
		}
		next, err := d.Authn.ProveFactor(ctx, p, "", code)
		if iam.Is(err, iam.Invalid) {
			return tokenInfo{}, refuse(errCredentials)
		}
		if err != nil {
			return tokenInfo{}, err
		}
		return d.proceed(ctx, t, next, "", life)
	case iam.StepEnrolFactor:
		return tokenInfo{}, d.askEnrolment(ctx, t, s.Session, life)
	default: // a new password, which the token is good to set
		return d.tokens(ctx, t, s.Session, life)
	}
}

// withoutMFA refuses a code of somebody who has no MFA, and ends the session
// that the password has begun: nobody will learn of it.
func (d *dialect) withoutMFA(ctx context.Context, t iam.TenantID, s authn.Begun) error {
	from := origin(ctx)
	by := iam.Actor{Tenant: t, Home: t, User: s.User, Username: s.Username, Method: iam.MethodPassword, Session: s.ID,
		Address: from.Address, Client: from.Client, RequestID: from.RequestID}
	if err := d.Authn.SignOut(ctx, by); err != nil {
		return err
	}
	return refuse(errMFANotEnabled, s.Username)
}

// tokens makes the tokens of a session. Neither outlives it.
func (d *dialect) tokens(ctx context.Context, t iam.TenantID, s iam.Session, life time.Duration) (tokenInfo, error) {
	access := d.claims(t, s, accessToken, life)
	access.Role = roleUser
	if len(s.Pending) > 0 {
		access.Permissions = []string{profileOnly}
	}
	var out tokenInfo
	var err error
	if out.Access, err = d.Authn.SignRS256(ctx, t, access); err != nil {
		return tokenInfo{}, err
	}
	out.Refresh, err = d.Authn.SignRS256(ctx, t, d.claims(t, s, refreshToken, refreshLife))
	return out, err
}

// claims are those of a token of a kind for a session.
func (d *dialect) claims(t iam.TenantID, s iam.Session, kind string, life time.Duration) claims {
	now := d.Now()
	expires := now.Add(life)
	if s.Expires.Before(expires) {
		expires = s.Expires
	}
	return claims{Issuer: issuer, Type: kind, Owner: ownerUser, Tenant: t, Username: s.Username, ID: s.ID,
		Issued: now.Unix(), Expires: expires.Unix(), Version: tokenVersion}
}

// accessTimeout is how long an access token lasts for a client that asks for
// some seconds.
func accessTimeout(seconds int64) time.Duration {
	if seconds <= 0 {
		return accessLife
	}
	return time.Duration(min(seconds, int64(maxAccessLife/time.Second))) * time.Second
}

// domain resolves the domain that a request names in its body, which must be
// that of its host or path where those name one; those alone will do.
// Unauthenticated: there is no such domain.
func (d *dialect) domain(ctx context.Context, id string) (iam.TenantID, error) {
	here := api.TenantOf(ctx)
	if id == "" {
		if here == "" {
			return "", refuse(errRequired, "domain_id")
		}
		id = here
	}
	t, err := d.Authn.Tenant(ctx, id)
	if err != nil || here == "" {
		return t, err
	}
	if other, err := d.Authn.Tenant(ctx, here); err != nil || other != t {
		return "", iam.E(iam.Unauthenticated, "the host or path names another domain")
	}
	return t, nil
}
