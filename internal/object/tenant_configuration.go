package object

import (
	"cmp"
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TenantConfiguration is what a tenant decides about how its people sign in: the
// spec of the object of that kind, and a view of the settings of the tenant.
// Two of its members have two spellings each.
type TenantConfiguration struct {
	Basic          *basicConfiguration `json:"basic_configuration,omitzero"`
	Details        *basicConfiguration `json:"tenant_details,omitzero"`
	BruteForce     *bruteForce         `json:"brute_force_detection,omitzero"`
	BruteForceToo  *bruteForce         `json:"brute_force_detection_settings,omitzero"`
	PasswordPolicy *passwordPolicy     `json:"password_policy,omitzero"`
	Session        *sessionExpiration  `json:"user_session_expiration,omitzero"`
}

type basicConfiguration struct {
	DisplayName string `json:"display_name" rule:"string.k8s_label_value=true;string.max_len=255;message.required=true;string.pattern=^[^<>&\"]+$"`
}

// bruteForce with no failures allowed is as if it were not there.
type bruteForce struct {
	MaxFailures uint32 `json:"max_login_failures" rule:"uint32.lte=30"`
}

type passwordPolicy struct {
	Digits          uint32 `json:"digits" rule:"uint32.lte=16"`
	ExpireDays      uint32 `json:"expire_password" rule:"uint32.lte=1080"`
	Lowercase       uint32 `json:"lowercase_characters" rule:"uint32.lte=16"`
	MinimumLength   uint32 `json:"minimum_length" rule:"message.required=true;uint32.gte=7"`
	NotRecentlyUsed uint32 `json:"not_recently_used"`
	NotUsername     bool   `json:"not_username"`
	Special         uint32 `json:"special_characters" rule:"uint32.lte=16"`
	Uppercase       uint32 `json:"uppercase_characters" rule:"uint32.lte=16"`
}

type sessionExpiration struct {
	Absolute *timeout `json:"absolute_timeout,omitzero"`
	Idle     *timeout `json:"idle_timeout,omitzero"`
}

type timeout struct {
	Hours   *hours   `json:"hours,omitzero" oneof:"unit_of_time"`
	Minutes *minutes `json:"minutes,omitzero" oneof:"unit_of_time"`
}

type hours struct {
	Duration uint32 `json:"duration" rule:"message.required=true;uint32.gte=1;uint32.lte=720"`
}

type minutes struct {
	Duration uint32 `json:"duration" rule:"message.required=true;uint32.gte=5;uint32.lte=43200"`
}

// longestMinimum is the greatest minimum_length that tenancy takes.
const longestMinimum = 128

const tenantConfiguration = "tenant_configuration"

var _ = register(
	Kind{
		Name: tenantConfiguration, Group: groupConfig, Title: "Tenant configuration",
		System: true, DefaultName: "tenant-configuration",
		Read: iam.SettingsRead, Create: iam.SettingsUpdate, Update: iam.SettingsUpdate, Delete: iam.SettingsUpdate,
	},
	hooks[*TenantConfiguration]{
		single: true,
		check:  func(spec *TenantConfiguration) error { return spec.Check("spec.") },
		now:    (*Service).presentConfiguration,
		before: (*Service).settingsVersion,
		work: func(s *Service, ctx context.Context, by iam.Actor, _ iam.ObjectID, before string) error {
			return s.applyConfiguration(ctx, by, before)
		},
		atOnce: true,
	})

// timeouts answers how long sessions may last and be idle.
func (spec *TenantConfiguration) timeouts() iam.SessionPolicy {
	p := iam.DefaultSettings().Session
	if spec.Session == nil {
		return p
	}
	// The default of the one makes room for what is said of the other.
	idle := spec.Session.Idle.or(0)
	p.Absolute = spec.Session.Absolute.or(max(p.Absolute, idle))
	p.Idle = cmp.Or(idle, min(p.Idle, p.Absolute))
	return p
}

// or answers the timeout, and d where there is none.
func (t *timeout) or(d time.Duration) time.Duration {
	switch {
	case t == nil:
		return d
	case t.Hours != nil:
		return time.Duration(t.Hours.Duration) * time.Hour
	case t.Minutes != nil:
		return time.Duration(t.Minutes.Duration) * time.Minute
	}
	return d
}

// Check refuses whatever tenancy would not take as settings: by then the object
// is there. prefix is what stands before the names of members.
func (spec *TenantConfiguration) Check(prefix string) error {
	if p := spec.PasswordPolicy; p != nil {
		if p.MinimumLength > longestMinimum {
			return invalid(prefix+"password_policy.minimum_length", iam.ReasonFormat, "be less than or equal to 128")
		}
		if p.NotRecentlyUsed > iam.MaxPasswordHistory {
			return invalid(prefix+"password_policy.not_recently_used", iam.ReasonFormat, "be less than or equal to 24")
		}
	}
	if p := spec.timeouts(); p.Idle > p.Absolute {
		return invalid(prefix+"user_session_expiration.idle_timeout", iam.ReasonFormat,
			"be no longer than absolute_timeout, which is "+p.Absolute.String()+",")
	}
	if a, b := spec.BruteForce, spec.BruteForceToo; a != nil && b != nil && *a != *b {
		return invalid(prefix+"brute_force_detection_settings", iam.ReasonFormat, "be the same as brute_force_detection, or absent,")
	}
	if a, b := spec.Basic, spec.Details; a != nil && b != nil && *a != *b {
		return invalid(prefix+"tenant_details", iam.ReasonFormat, "be the same as basic_configuration, or absent,")
	}
	return nil
}
