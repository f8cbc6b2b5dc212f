package storage

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/federation"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

const (
	insertProvider = `INSERT INTO providers (tenant_id, provider_id, name, facts, secret, created_by, created_at, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)`
	updateProvider = `UPDATE providers SET facts = $1, secret = $2, updated_at = $3, version = version + 1
		WHERE tenant_id = $4 AND provider_id = $5 AND version = $6`
	deleteProvider  = `DELETE FROM providers WHERE tenant_id = $1 AND provider_id = $2`
	providerVersion = `SELECT version FROM providers WHERE tenant_id = $1 AND provider_id = $2`
	countProviders  = `SELECT COUNT(*) FROM providers WHERE tenant_id = $1`
	readProviders   = `SELECT provider_id, name, facts, secret, created_by, created_at, updated_at, version FROM providers
		WHERE tenant_id = $1`
	readProviderByName = readProviders + ` AND name = $2`
	listProviders      = readProviders + ` ORDER BY name`

	deleteSessionsOfProvider = `DELETE FROM sessions WHERE tenant_id = $1 AND session_id IN (
		SELECT p.session_id FROM session_providers p WHERE p.tenant_id = $1 AND p.provider_id = $2)`
)

// providerFacts is what the column facts of a provider holds.
type providerFacts struct {
	Type               iam.ProviderType `json:"type"`
	DisplayName        string           `json:"display_name,omitempty"`
	Issuer             string           `json:"issuer,omitempty"`
	AuthorizationURL   string           `json:"authorization_url,omitempty"`
	TokenURL           string           `json:"token_url,omitempty"`
	UserInfoURL        string           `json:"user_info_url,omitempty"`
	JWKSURL            string           `json:"jwks_url,omitempty"`
	LogoutURL          string           `json:"logout_url,omitempty"`
	ClientID           string           `json:"client_id"`
	Scopes             string           `json:"scopes,omitempty"`
	Prompt             iam.Prompt       `json:"prompt,omitempty"`
	ClockSkew          int64            `json:"clock_skew,omitempty"` // seconds
	ValidateSignatures bool             `json:"validate_signatures,omitempty"`
	DisableUserInfo    bool             `json:"disable_user_info,omitempty"`
	PassLoginHint      bool             `json:"pass_login_hint,omitempty"`
	PassLocale         bool             `json:"pass_locale,omitempty"`
	Forwarded          []string         `json:"forwarded,omitempty"`
	HostedDomain       string           `json:"hosted_domain,omitempty"`
	BackChannelLogout  bool             `json:"back_channel_logout,omitempty"`
	EmailClaim         string           `json:"email_claim,omitempty"`
	SCIM               bool             `json:"scim,omitempty"`
	SCIMToken          iam.TokenID      `json:"scim_token,omitempty"`
}

func factsOfProvider(p iam.Provider) string {
	return encodeJSON(providerFacts{Type: p.Type, DisplayName: p.DisplayName, Issuer: p.Issuer, AuthorizationURL: p.AuthorizationURL,
		TokenURL: p.TokenURL, UserInfoURL: p.UserInfoURL, JWKSURL: p.JWKSURL, LogoutURL: p.LogoutURL, ClientID: p.ClientID, Scopes: p.Scopes,
		Prompt: p.Prompt, ClockSkew: int64(p.ClockSkew / time.Second), ValidateSignatures: p.ValidateSignatures,
		DisableUserInfo: p.DisableUserInfo, PassLoginHint: p.PassLoginHint, PassLocale: p.PassLocale, Forwarded: p.Forwarded,
		HostedDomain: p.HostedDomain, BackChannelLogout: p.BackChannelLogout, EmailClaim: p.Mappers.Email, SCIM: p.SCIM, SCIMToken: p.SCIMToken})
}

func scanProvider(row scanner) (r federation.Record, err error) {
	var f providerFacts
	err = row.Scan(&r.ID, &r.Name, jsonTo[providerFacts]{&f}, &r.Secret, &r.CreatedBy, to(&r.Created), to(&r.Updated), &r.Version)
	r.Type, r.DisplayName, r.Issuer, r.AuthorizationURL, r.TokenURL = f.Type, f.DisplayName, f.Issuer, f.AuthorizationURL, f.TokenURL
	r.UserInfoURL, r.JWKSURL, r.LogoutURL, r.ClientID, r.Scopes = f.UserInfoURL, f.JWKSURL, f.LogoutURL, f.ClientID, f.Scopes
	r.Prompt, r.ClockSkew, r.ValidateSignatures = f.Prompt, time.Duration(f.ClockSkew)*time.Second, f.ValidateSignatures
	r.DisableUserInfo, r.PassLoginHint, r.PassLocale, r.Forwarded = f.DisableUserInfo, f.PassLoginHint, f.PassLocale, f.Forwarded
	r.HostedDomain, r.BackChannelLogout, r.Mappers.Email = f.HostedDomain, f.BackChannelLogout, f.EmailClaim
	r.SCIM, r.SCIMToken, r.HasSecret = f.SCIM, f.SCIMToken, len(r.Secret) > 0
	return r, err
}

// InsertProvider implements federation.Store. The epoch is counted up first, so
// that of several who make the last one that there may be each sees the others.
func (s *Store) InsertProvider(ctx context.Context, t iam.TenantID, r federation.Record, most int, events ...iam.Event) (err error) {
	defer s.wrap(&err, "InsertProvider(%s, %s)", t, r.ID)
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if err := x.bump(ctx); err != nil {
			return err
		}
		n, err := scanOne[int](x.row(ctx, countProviders, t))
		if err != nil {
			return err
		}
		if n >= most {
			return iam.E(iam.Precondition, "there are %d providers, and no more may be made", n).Because(iam.ReasonLimit)
		}
		_, err = x.exec(ctx, insertProvider, t, r.ID, r.Name, factsOfProvider(r.Provider), append([]byte{}, r.Secret...), r.CreatedBy,
			r.Created, r.Updated)
		if err != nil {
			return x.unique("provider", r.Name, err)
		}
		return x.note(ctx, events)
	})
}

// UpdateProvider implements federation.Store.
func (s *Store) UpdateProvider(ctx context.Context, t iam.TenantID, r federation.Record, events ...iam.Event) (err error) {
	defer s.wrap(&err, "UpdateProvider(%s, %s)", t, r.ID)
	if err := checkID("provider", r.ID); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, updateProvider, factsOfProvider(r.Provider), append([]byte{}, r.Secret...), r.Updated, t, r.ID, r.Version)
		if err := x.versioned(ctx, n, err, "provider", r.Name, providerVersion, t, r.ID); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// DeleteProvider implements federation.Store. Its identities go by foreign key.
func (s *Store) DeleteProvider(ctx context.Context, t iam.TenantID, id iam.ProviderID, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteProvider(%s, %s)", t, id)
	if err := checkID("provider", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		if _, err := x.exec(ctx, deleteSessionsOfProvider, t, id); err != nil {
			return err
		}
		if err := x.one(ctx, "provider", string(id), deleteProvider, t, id); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// Provider implements federation.Store.
func (s *Store) Provider(ctx context.Context, t iam.TenantID, name string) (r federation.Record, err error) {
	defer s.wrap(&err, "Provider(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		r, err = scanProvider(x.row(ctx, readProviderByName, t, name))
		return found("provider", iam.Cut(name, 64), err)
	})
	return r, err
}

// Providers implements federation.Store.
func (s *Store) Providers(ctx context.Context, t iam.TenantID) (rs []federation.Record, err error) {
	defer s.wrap(&err, "Providers(%s)", t)
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		rs, err = all(ctx, x, scanProvider, listProviders, t)
		return err
	})
	return rs, err
}
