package federation

import (
	"context"
	"fmt"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// MaxProviders is how many a tenant may have.
const MaxProviders = 16

// NewProvider is a provider as somebody wants it. Secret is write-only.
type NewProvider struct {
	iam.Provider
	Secret string
}

// Providers answers those of the actor's tenant, by name.
func (s *Service) Providers(ctx context.Context, by iam.Actor) ([]iam.Provider, error) {
	records, err := s.Store.Providers(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	all := make([]iam.Provider, len(records))
	for i, r := range records {
		all[i] = r.Provider
	}
	return all, nil
}

// Provider answers one by its name. NotFound.
func (s *Service) Provider(ctx context.Context, by iam.Actor, name string) (iam.Provider, error) {
	r, err := s.Store.Provider(ctx, by.Tenant, name)
	return r.Provider, err
}

// Create makes a provider, with a name chosen by its type where it has none.
// Invalid; Exists: the name is taken; Precondition, with ReasonLimit: there are
// MaxProviders; Denied: the actor does not hold every right in the tenant.
func (s *Service) Create(ctx context.Context, by iam.Actor, in NewProvider) (iam.Provider, error) {
	if err := s.Rights.CheckAll(ctx, by); err != nil {
		return iam.Provider{}, err
	}
	p := in.Provider
	p.ID, p.SCIM, p.SCIMToken = iam.ProviderID(s.Env.NewID()), false, ""
	p.HasSecret = in.Secret != ""
	p.CreatedBy, p.Created, p.Version = by.Username, s.Env.Time(), 1
	p.Updated = p.Created
	if err := s.check(p, in.Secret); err != nil {
		return iam.Provider{}, err
	}
	sealed, err := s.seal(ctx, by.Tenant, p.ID, in.Secret)
	if err != nil {
		return iam.Provider{}, err
	}
	insert := func() error {
		err := s.Store.InsertProvider(ctx, by.Tenant, Record{p, sealed}, MaxProviders, s.event(by, "create", p, secretWord(false, p.HasSecret, p.HasSecret)))
		if err == nil {
			s.tellAdministrators(ctx, by, p, iam.WhatProviderCreated)
		}
		return err
	}
	if in.Name != "" {
		return p, insert()
	}
	taken, err := s.Store.Providers(ctx, by.Tenant)
	if err != nil {
		return iam.Provider{}, err
	}
	// Somebody may take a name between the look and the write.
	for n := 1; n <= 2*MaxProviders; n++ {
		p.Name = numbered(p.Type, n)
		if slices.ContainsFunc(taken, func(r Record) bool { return r.Name == p.Name }) {
			continue
		}
		if err := insert(); !iam.Is(err, iam.Exists) {
			return p, err
		}
	}
	return iam.Provider{}, iam.ErrExists("provider", p.Name)
}

// numbered is the n-th name for a provider of a type.
func numbered(t iam.ProviderType, n int) string {
	if n == 1 {
		return string(t)
	}
	return fmt.Sprintf("%s-%d", t, n)
}

// Replace replaces all but the name, the mappers and what provisions people. An
// empty Secret keeps the old one while type, issuer, client id and every
// endpoint stay: else it is cleared, so that nobody has it sent elsewhere.
// Errors as of Create; NotFound, Conflict.
func (s *Service) Replace(ctx context.Context, by iam.Actor, name string, in NewProvider) (iam.Provider, error) {
	return s.change(ctx, by, name, "update", in.Version, func(r *Record) (string, error) {
		old := r.Provider
		p := in.Provider
		p.ID, p.Name, p.Mappers, p.SCIM, p.SCIMToken = old.ID, old.Name, old.Mappers, old.SCIM, old.SCIMToken
		p.CreatedBy, p.Created, p.Version = old.CreatedBy, old.Created, old.Version
		switch {
		case in.Secret != "":
			sealed, err := s.seal(ctx, by.Tenant, p.ID, in.Secret)
			if err != nil {
				return "", err
			}
			r.Secret = sealed
		case !sameClient(old, p):
			r.Secret = nil
		}
		p.HasSecret = len(r.Secret) > 0
		r.Provider = p
		return secretWord(old.HasSecret, p.HasSecret, in.Secret != ""), s.check(p, in.Secret)
	})
}

// sameClient reports whether a secret that was meant for one provider may be
// sent by what is said of another.
func sameClient(a, b iam.Provider) bool {
	places := func(p iam.Provider) []string {
		return []string{string(p.Type), p.Issuer, p.AuthorizationURL, p.TokenURL, p.UserInfoURL, p.JWKSURL, p.LogoutURL, p.ClientID}
	}
	return slices.Equal(places(a), places(b))
}

// secretWord says in an event what became of the secret.
func secretWord(had, has, given bool) string {
	switch {
	case given:
		return "set"
	case had && !has:
		return "cleared"
	default:
		return ""
	}
}

// SetMappers says which claims facts are in. Invalid, NotFound, Denied.
func (s *Service) SetMappers(ctx context.Context, by iam.Actor, name string, m iam.ProviderMappers) (iam.Provider, error) {
	return s.change(ctx, by, name, "set-mappers", 0, func(r *Record) (string, error) {
		r.Mappers = m
		return "", s.check(r.Provider, "")
	})
}

// change writes what fn makes of a provider, of a version unless that is 0. fn
// answers what became of the secret.
func (s *Service) change(ctx context.Context, by iam.Actor, name, verb string, version int64, fn func(*Record) (string, error)) (iam.Provider, error) {
	if err := s.Rights.CheckAll(ctx, by); err != nil {
		return iam.Provider{}, err
	}
	for {
		r, err := s.Store.Provider(ctx, by.Tenant, name)
		if err != nil {
			return iam.Provider{}, err
		}
		if version != 0 && version != r.Version {
			return iam.Provider{}, iam.ErrStale("provider", name)
		}
		secret, err := fn(&r)
		if err != nil {
			return iam.Provider{}, err
		}
		r.Updated = s.Env.Time()
		err = s.Store.UpdateProvider(ctx, by.Tenant, r, s.event(by, verb, r.Provider, secret))
		if iam.Is(err, iam.Conflict) && version == 0 {
			continue // somebody else changed something else meanwhile
		}
		if err != nil {
			return iam.Provider{}, err
		}
		s.tellAdministrators(ctx, by, r.Provider, iam.WhatProviderUpdated)
		r.Version++
		return r.Provider, nil
	}
}

// Delete removes a provider, with the links to it, the sessions that it began,
// and the token of its provisioning client. NotFound, Denied.
func (s *Service) Delete(ctx context.Context, by iam.Actor, name string) error {
	if err := s.Rights.CheckAll(ctx, by); err != nil {
		return err
	}
	r, err := s.Store.Provider(ctx, by.Tenant, name)
	if err != nil {
		return err
	}
	if err := s.revoke(ctx, by, r.SCIMToken); err != nil {
		return err
	}
	if err := s.Store.DeleteProvider(ctx, by.Tenant, r.ID, s.event(by, "delete", r.Provider, "")); err != nil {
		return err
	}
	s.tellAdministrators(ctx, by, r.Provider, iam.WhatProviderDeleted)
	return nil
}

// event tells of a provider, and in a word what became of its secret.
func (s *Service) event(by iam.Actor, verb string, p iam.Provider, secret string) iam.Event {
	e := s.Env.Event(by, "provider", verb, string(p.ID), p.Name)
	details := map[string]string{"type": string(p.Type), "client_id": p.ClientID}
	for k, v := range map[string]string{"issuer": p.Issuer, "secret": secret} {
		if v != "" {
			details[k] = v
		}
	}
	e.Details = iam.Merge(e.Details, details)
	return e
}

// seal makes what is stored of a secret.
func (s *Service) seal(ctx context.Context, t iam.TenantID, p iam.ProviderID, secret string) ([]byte, error) {
	if secret == "" {
		return nil, nil
	}
	return s.Keys.Seal(ctx, t, []byte(secret), sealedAs(p))
}

// sealedAs binds a sealed secret to its provider.
func sealedAs(p iam.ProviderID) string { return "provider:" + string(p) }
