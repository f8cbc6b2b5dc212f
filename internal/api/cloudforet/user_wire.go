package cloudforet

import (
	"cmp"
	"errors"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// attrTags is the attribute that keeps a user's tags, as JSON.
const attrTags = "cloudforet.tags"

// Required actions. The first has the number 0 and is shown all the same,
// since it stands in a list.
const (
	actionUpdatePassword = "UPDATE_PASSWORD"
	actionEnforceMFA     = "ENFORCE_MFA"
)

// userInfo is a user. Members stand in the order of their numbers; those with
// a default value are left out.
type userInfo struct {
	ID              string         `json:"user_id"`
	Name            string         `json:"name,omitzero"`
	State           string         `json:"state"`
	Email           string         `json:"email,omitzero"`
	EmailVerified   bool           `json:"email_verified,omitzero"`
	AuthType        string         `json:"auth_type"`
	RoleID          iam.RoleID     `json:"role_id,omitzero"`
	RoleType        roleType       `json:"role_type"`
	MFA             mfaInfo        `json:"mfa"`
	Language        string         `json:"language"`
	Timezone        string         `json:"timezone"`
	RequiredActions []string       `json:"required_actions,omitempty"`
	Tags            jsontext.Value `json:"tags"`
	Tenant          iam.TenantID   `json:"domain_id"`
	Created         wireTime       `json:"created_at"`
	LastAccessed    wireTime       `json:"last_accessed_at,omitzero"`
}

// states of users.
var states = map[iam.UserState]string{iam.UserEnabled: "ENABLED", iam.UserDisabled: "DISABLED", iam.UserPending: "PENDING"}

// userOf is what the record of a user shows by itself.
func userOf(t iam.TenantID, u iam.User, settings iam.Settings) userInfo {
	return userInfo{
		ID: u.Username, Name: u.DisplayName, State: states[u.State], Email: u.Email, EmailVerified: u.EmailVerified, AuthType: authLocal,
		Language: cmp.Or(u.Language, settings.Language, "en"), Timezone: cmp.Or(u.TimeZone, "UTC"),
		Tags: tagsOf(u.Attributes), Tenant: t, Created: wireTime(u.Created), LastAccessed: wireTime(u.LastLogin),
	}
}

// tagsOf are the tags among attributes, of whatever the attributes are.
func tagsOf(attributes map[string]string) jsontext.Value {
	if v := jsontext.Value(attributes[attrTags]); v.Kind() == '{' && v.IsValid() {
		return v
	}
	return jsontext.Value("{}")
}

func encodeTags(tags map[string]any) (string, error) {
	text, err := json.Marshal(tags, json.Deterministic(true))
	return string(text), err
}

// wireTime is a time as the vendor writes it: UTC, to the millisecond.
type wireTime time.Time

// IsZero reports whether there is no time to write.
func (t wireTime) IsZero() bool { return time.Time(t).IsZero() }

// MarshalText writes the time.
func (t wireTime) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, "2006-01-02T15:04:05.000Z"), nil
}

// asError is the core's error in err, empty where there is none.
func asError(err error) *iam.Error {
	if e, ok := errors.AsType[*iam.Error](err); ok {
		return e
	}
	return &iam.Error{}
}
