package cloudforet

import (
	"encoding/base64"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// How long tokens last, in the vendor's own numbers.
const (
	accessLife    = 30 * time.Minute
	maxAccessLife = 7 * 24 * time.Hour
	refreshLife   = 3 * time.Hour
)

// Kinds of tokens (typ), which are never good for each other.
const (
	accessToken  = "ACCESS_TOKEN"
	refreshToken = "REFRESH_TOKEN"
)

// Claims that are the same in every token.
const (
	issuer       = "spaceone.identity"
	ownerUser    = "USER"
	tokenVersion = "2.0"
)

// profileOnly is the permission of tokens for sessions with steps left. It
// tells the client; that such a token does nothing else follows from its
// session.
const profileOnly = "identity:UserProfile"

// claims of a token, as the vendor's services and clients read them. ID names
// the session, from which everything follows that a token allows; the others
// are for clients and for the check of the token itself.
type claims struct {
	Issuer      string        `json:"iss"`
	Type        string        `json:"typ"`
	Owner       string        `json:"own"`
	Tenant      iam.TenantID  `json:"did"`
	Username    string        `json:"aud"`
	ID          iam.SessionID `json:"jti"`
	Issued      int64         `json:"iat"` // seconds since 1970
	Expires     int64         `json:"exp"`
	Version     string        `json:"ver"`
	Role        roleType      `json:"rol,omitempty"`
	Workspace   string        `json:"wid,omitempty"`
	Permissions []string      `json:"permissions,omitempty"`
}

// good reports whether the claims are those of a token of a kind that has not
// expired.
func (c claims) good(kind string, now time.Time) bool {
	return c.Issuer == issuer && c.Owner == ownerUser && c.Version == tokenVersion && c.Type == kind &&
		now.Unix() < c.Expires && iam.ValidID(string(c.ID))
}

// maxToken bounds a token, in bytes.
const maxToken = 4096

// tenantOfToken answers the tenant that a token says it is of, before anything
// in it is believed: its key has to be found. ok is false for what is no JWT
// (RFC 7519 section 7.2) or names no tenant.
func tenantOfToken(raw string) (t iam.TenantID, ok bool) {
	if len(raw) > maxToken || strings.Count(raw, ".") != 2 {
		return "", false
	}
	payload := strings.Split(raw, ".")[1]
	text, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return "", false
	}
	var named struct {
		Tenant iam.TenantID `json:"did"`
	}
	if err := json.Unmarshal(text, &named); err != nil || !iam.ValidID(string(named.Tenant)) {
		return "", false
	}
	return named.Tenant, true
}
