package object

import (
	"context"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// How a tenant configuration and the tenant's settings, which others change too,
// never say different things:
//
// Writing a configuration writes the settings, before the writer has an answer.
// The job that is written with it does so where the node died in between, unless
// the settings have been changed since: their version is in the job, and whoever
// comes last is right. What is shown as the spec of a configuration are the
// settings as they are, for all that the spec speaks of.

// over answers settings with what the spec says in place of theirs. What it does
// not say is as by default, so that the same spec always leads to the same.
func (spec *TenantConfiguration) over(st iam.Settings) iam.Settings {
	def := iam.DefaultSettings()
	st.Session, st.Lockout.FreeFailures, st.Branding.DisplayName = spec.timeouts(), def.Lockout.FreeFailures, def.Branding.DisplayName

	p, d := &st.Password, def.Password
	p.MinLength, p.History, p.MaxAge, p.NotUsername = d.MinLength, d.History, d.MaxAge, d.NotUsername
	p.MinDigits, p.MinSymbols, p.MinLower, p.MinUpper = d.MinDigits, d.MinSymbols, d.MinLower, d.MinUpper
	if in := spec.PasswordPolicy; in != nil {
		p.MinLength, p.History, p.NotUsername = int(in.MinimumLength), int(in.NotRecentlyUsed), in.NotUsername
		p.MinDigits, p.MinSymbols, p.MinLower, p.MinUpper = int(in.Digits), int(in.Special), int(in.Lowercase), int(in.Uppercase)
		p.MaxAge = time.Duration(in.ExpireDays) * day
		p.MaxLength = max(p.MaxLength, p.MinLength, p.MinDigits+p.MinSymbols+p.MinLower+p.MinUpper) // there must be such passwords
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

const day = 24 * time.Hour

// from puts settings into those members that the spec has, where it would lead
// to others.
func (spec *TenantConfiguration) from(st iam.Settings) {
	would := spec.over(st)
	if spec.PasswordPolicy != nil && would.Password != st.Password {
		*spec.PasswordPolicy = policyOf(st.Password)
	}
	if spec.Session != nil && would.Session != st.Session {
		*spec.Session = expirationOf(st.Session)
	}
	for _, b := range []*bruteForce{spec.BruteForce, spec.BruteForceToo} {
		if b != nil && would.Lockout != st.Lockout {
			b.MaxFailures = count(st.Lockout.FreeFailures)
		}
	}
	for _, b := range []*basicConfiguration{spec.Basic, spec.Details} {
		if b != nil {
			b.DisplayName = st.Branding.DisplayName
		}
	}
}

func policyOf(p iam.PasswordPolicy) passwordPolicy {
	return passwordPolicy{
		MinimumLength: count(p.MinLength), NotRecentlyUsed: count(p.History), NotUsername: p.NotUsername, ExpireDays: count(int(p.MaxAge / day)),
		Digits: count(p.MinDigits), Special: count(p.MinSymbols), Lowercase: count(p.MinLower), Uppercase: count(p.MinUpper),
	}
}

func expirationOf(p iam.SessionPolicy) sessionExpiration {
	return sessionExpiration{inMinutes(p.Absolute), inMinutes(p.Idle)}
}

// ConfigurationOf shows settings as a configuration that says all of it, but for
// a display name where there is none.
func ConfigurationOf(st iam.Settings) TenantConfiguration {
	policy, expiration, failures := policyOf(st.Password), expirationOf(st.Session), &bruteForce{count(st.Lockout.FreeFailures)}
	spec := TenantConfiguration{BruteForce: failures, BruteForceToo: failures, PasswordPolicy: &policy, Session: &expiration}
	if name := st.Branding.DisplayName; name != "" {
		spec.Basic = &basicConfiguration{name}
		spec.Details = spec.Basic
	}
	return spec
}

// Change puts what the configuration says into settings. Those of which it does
// not speak stay as they are, unlike with the object, which is all that is said.
func (spec *TenantConfiguration) Change(st *iam.Settings) {
	would := spec.over(*st)
	if spec.Session != nil {
		st.Session = would.Session
	}
	if spec.PasswordPolicy != nil {
		st.Password = would.Password
	}
	for _, b := range []*bruteForce{spec.BruteForce, spec.BruteForceToo} {
		if b != nil && b.MaxFailures > 0 {
			st.Lockout = would.Lockout
		}
	}
	if spec.Basic != nil || spec.Details != nil {
		st.Branding.DisplayName = would.Branding.DisplayName
	}
}

// count is a number of settings, all of which are small and none negative.
func count(n int) uint32 { return uint32(n) } //nolint:gosec // see tenancy, which bounds them

func inMinutes(d time.Duration) *timeout {
	return &timeout{Minutes: &minutes{count(int(d.Round(time.Minute) / time.Minute))}}
}

// presentConfiguration makes what a configuration says what the settings are.
func (s *Service) presentConfiguration(ctx context.Context, t iam.TenantID, spec *TenantConfiguration) error {
	st, err := s.Store.Settings(ctx, t)
	if err == nil {
		spec.from(st)
	}
	return err
}

// settingsVersion answers the version of the settings before a change.
func (s *Service) settingsVersion(ctx context.Context, t iam.TenantID) (string, error) {
	st, err := s.Store.Settings(ctx, t)
	return strconv.FormatInt(st.Version, 10), err
}

// maxApply bounds how often settings are tried to be written that others write too.
const maxApply = 20

// applyConfiguration makes the settings of the actor's tenant what its
// configuration says, or the default ones where there is none, or it is disabled.
// Nothing is done where before is a version that the settings have not any more.
//
// It looks at what is stored, and not at what was written: of several writers
// the last to read sees the last of it, since settings that were read before are
// Conflict. Unavailable: others write the settings all the time.
func (s *Service) applyConfiguration(ctx context.Context, by iam.Actor, before string) error {
	for range maxApply {
		st, err := s.Store.Settings(ctx, by.Tenant)
		if err != nil || before != "" && before != strconv.FormatInt(st.Version, 10) {
			return err
		}
		found, err := s.Store.Objects(ctx, by.Tenant, tenantConfiguration, iam.NamespaceSystem)
		if err != nil {
			return err
		}
		var spec TenantConfiguration
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
