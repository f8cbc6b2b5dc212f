package object

import (
	"context"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// tenantConfigurationSpec is what a tenant decides about how its people sign in.
// Two of its members have two spellings each.
type tenantConfigurationSpec struct {
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
	hooks[*tenantConfigurationSpec]{
		single: true,
		check:  checkConfiguration,
		work: func(s *Service, ctx context.Context, by iam.Actor, _ iam.ObjectID) error {
			return s.applyConfiguration(ctx, by)
		},
		atOnce: true,
	})

// timeouts answers how long sessions may last and be idle.
func (spec *tenantConfigurationSpec) timeouts() iam.SessionPolicy {
	p := iam.DefaultSettings().Session
	if spec.Session == nil {
		return p
	}
	p.Absolute = spec.Session.Absolute.or(p.Absolute)
	p.Idle = spec.Session.Idle.or(min(p.Idle, p.Absolute))
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

// checkConfiguration refuses whatever tenancy would not take as settings: by
// then the object is there.
func checkConfiguration(spec *tenantConfigurationSpec) error {
	if p := spec.PasswordPolicy; p != nil {
		if p.MinimumLength > longestMinimum {
			return invalid("spec.password_policy.minimum_length", iam.ReasonFormat, "be less than or equal to 128")
		}
		if p.NotRecentlyUsed > iam.MaxPasswordHistory {
			return invalid("spec.password_policy.not_recently_used", iam.ReasonFormat, "be less than or equal to 24")
		}
	}
	if p := spec.timeouts(); p.Idle > p.Absolute {
		return invalid("spec.user_session_expiration.idle_timeout", iam.ReasonFormat,
			"be no longer than absolute_timeout, which is "+p.Absolute.String()+",")
	}
	if a, b := spec.BruteForce, spec.BruteForceToo; a != nil && b != nil && *a != *b {
		return invalid("spec.brute_force_detection_settings", iam.ReasonFormat, "be the same as brute_force_detection, or absent,")
	}
	if a, b := spec.Basic, spec.Details; a != nil && b != nil && *a != *b {
		return invalid("spec.tenant_details", iam.ReasonFormat, "be the same as basic_configuration, or absent,")
	}
	return nil
}

// over answers settings with what the spec says in place of theirs. What it does
// not say is as by default, so that the same spec always leads to the same.
func (spec *tenantConfigurationSpec) over(st iam.Settings) iam.Settings {
	def := iam.DefaultSettings()
	st.Session, st.Lockout.FreeFailures, st.Branding.DisplayName = spec.timeouts(), def.Lockout.FreeFailures, def.Branding.DisplayName

	st.Password.MinLength, st.Password.History, st.Password.MaxAge = def.Password.MinLength, def.Password.History, def.Password.MaxAge
	st.Password.MinDigits, st.Password.MinSymbols = def.Password.MinDigits, def.Password.MinSymbols
	st.Password.MinLower, st.Password.MinUpper = def.Password.MinLower, def.Password.MinUpper
	st.Password.NotUsername = def.Password.NotUsername
	if p := spec.PasswordPolicy; p != nil {
		st.Password.MinLength, st.Password.History = int(p.MinimumLength), int(p.NotRecentlyUsed)
		st.Password.MinDigits, st.Password.MinSymbols = int(p.Digits), int(p.Special)
		st.Password.MinLower, st.Password.MinUpper = int(p.Lowercase), int(p.Uppercase)
		st.Password.NotUsername = p.NotUsername
		st.Password.MaxAge = time.Duration(p.ExpireDays) * 24 * time.Hour
		classes := int(p.Digits + p.Special + p.Lowercase + p.Uppercase)
		st.Password.MaxLength = max(st.Password.MaxLength, int(p.MinimumLength), classes) // there must be such passwords
	}
	for _, b := range []*bruteForce{spec.BruteForce, spec.BruteForceToo} {
		if b != nil && b.MaxFailures > 0 {
			st.Lockout.FreeFailures = int(b.MaxFailures)
		}
	}
	for _, b := range []*basicConfiguration{spec.Basic, spec.Details} {
		if b != nil {
			st.Branding.DisplayName = b.DisplayName
		}
	}
	return st
}

// maxApply bounds how often settings are tried to be written that others write too.
const maxApply = 5

// applyConfiguration makes the settings of the actor's tenant what its
// configuration says, or the default ones where there is none, or it is disabled.
// It looks at what is stored, and not at what was written: whoever comes last
// sees the last of it, since settings that were read before are Conflict.
// Unavailable: others write the settings all the time.
func (s *Service) applyConfiguration(ctx context.Context, by iam.Actor) error {
	for range maxApply {
		st, err := s.Store.Settings(ctx, by.Tenant)
		if err != nil {
			return err
		}
		found, err := s.Store.Objects(ctx, by.Tenant, tenantConfiguration, iam.NamespaceSystem)
		if err != nil {
			return err
		}
		var spec tenantConfigurationSpec
		if len(found) > 0 && !found[0].Disabled {
			if err := json.Unmarshal(found[0].Spec, &spec); err != nil {
				return err
			}
		}
		want := spec.over(st)
		if want.Password == st.Password && want.Lockout == st.Lockout && want.Session == st.Session && want.Branding == st.Branding {
			return nil
		}
		if _, err := s.Tenants.UpdateSettings(ctx, by, want); !iam.Is(err, iam.Conflict) {
			return err
		}
	}
	return iam.E(iam.Unavailable, "the settings of the tenant are being changed by others")
}
