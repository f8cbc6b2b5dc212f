package tenancy

import (
	"context"
	"net/netip"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// SettingsStore keeps what tenants decide for themselves.
type SettingsStore interface {
	// Settings answers the settings of a tenant, the default ones where it has
	// none. NotFound: there is no such tenant.
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
	// UpdateSettings writes the settings, but for what names the logo, where
	// the stored version is s.Version, with the jobs that follow, counts it and
	// the epoch up, and answers them. Conflict, NotFound.
	UpdateSettings(ctx context.Context, t iam.TenantID, s iam.Settings, jobs []iam.Job, events ...iam.Event) (iam.Settings, error)
	// Image answers an image of a tenant by name. NotFound.
	Image(ctx context.Context, t iam.TenantID, name string) (iam.Image, error)
	// SetImage writes an image of a tenant, or removes it when it is empty, and
	// counts the epoch up. NotFound: there is no such tenant.
	SetImage(ctx context.Context, t iam.TenantID, name string, i iam.Image, events ...iam.Event) error
}

// settingsKey is the one key under which a tenant's settings are remembered.
const settingsKey = ""

// Settings answers what a tenant decides for itself. What it refers to is
// shared with other callers. NotFound.
func (s *Service) Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error) {
	return s.settings.Get(ctx, t, settingsKey, func(ctx context.Context) (iam.Settings, error) { return s.store.Settings(ctx, t) })
}

// UpdateSettings replaces the settings of the actor's tenant, with effect on
// the next request. The version must be the one that was read; the logo stays,
// see SetLogo. What follows where second factors become required, or are not any
// more, a job does. Invalid; Conflict; Precondition: the networks would shut the
// actor out.
func (s *Service) UpdateSettings(ctx context.Context, by iam.Actor, in iam.Settings) (iam.Settings, error) {
	if err := checkSettings(in); err != nil {
		return iam.Settings{}, err
	}
	if !by.IsSystem() && len(in.Networks) > 0 && !contains(in.Networks, by.Address) {
		return iam.Settings{}, iam.E(iam.Precondition, "the networks do not contain %s, from where this request comes", by.Address).Because(iam.ReasonSelf)
	}
	old, err := s.store.Settings(ctx, by.Tenant)
	if err != nil {
		return iam.Settings{}, err
	}
	if in.Version != old.Version {
		return iam.Settings{}, iam.ErrStale("settings", string(by.Tenant))
	}
	var jobs []iam.Job
	in.Factor.Changing = old.Factor.Changing
	if in.Factor.Required != old.Factor.Required {
		in.Factor.Changing = true
		j, err := s.factorJob(by)
		if err != nil {
			return iam.Settings{}, err
		}
		jobs = append(jobs, j)
	}
	in.Updated = s.env.Time()
	e := s.env.Event(by, "settings", "update", string(by.Tenant), "")
	e.Details = iam.Merge(e.Details, changedSettings(old, in))
	return s.store.UpdateSettings(ctx, by.Tenant, in, jobs, e)
}

// maxChanges bounds how often settings are tried to be written that others
// write too.
const maxChanges = 20

// ChangeSettings is UpdateSettings for who says what is to change, and leaves
// the rest to others, who may write at the same time. Where nothing changes
// nothing is written. Unavailable: others write all the time.
func (s *Service) ChangeSettings(ctx context.Context, by iam.Actor, change func(*iam.Settings)) (iam.Settings, error) {
	for range maxChanges {
		old, err := s.store.Settings(ctx, by.Tenant)
		if err != nil {
			return iam.Settings{}, err
		}
		in := old
		if change(&in); len(changedSettings(old, in)) == 0 {
			return old, nil
		}
		if in, err = s.UpdateSettings(ctx, by, in); !iam.Is(err, iam.Conflict) {
			return in, err
		}
	}
	return iam.Settings{}, iam.E(iam.Unavailable, "the settings of the tenant are being changed by others")
}

// changedSettings names what a change touched, for the audit trail.
func changedSettings(old, in iam.Settings) map[string]string {
	m := map[string]string{}
	note := func(name string, changed bool) {
		if changed {
			m[name] = "changed"
		}
	}
	in.Branding.LogoSum, in.Factor.Changing = old.Branding.LogoSum, old.Factor.Changing
	note("password", old.Password != in.Password)
	note("lockout", old.Lockout != in.Lockout)
	note("session", old.Session != in.Session)
	note("factor", old.Factor != in.Factor)
	note("credentials", old.Credentials != in.Credentials)
	note("networks", !slices.Equal(old.Networks, in.Networks))
	note("keep_login_events", old.KeepLoginEvents != in.KeepLoginEvents)
	note("keep_audit_events", old.KeepAuditEvents != in.KeepAuditEvents)
	note("language", old.Language != in.Language)
	note("branding", old.Branding != in.Branding)
	note("terms", old.Terms != in.Terms)
	note("scanner_url", old.ScannerURL != in.ScannerURL)
	return m
}

func contains(networks []netip.Prefix, address string) bool {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return false
	}
	for _, p := range networks {
		if p.Contains(a.Unmap().WithZone("")) {
			return true
		}
	}
	return false
}
