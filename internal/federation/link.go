package federation

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Identity is who somebody is at a provider, as they see it.
type Identity struct {
	iam.Identity
	ProviderName string
	Label        string // what people call the provider
}

// Identities answers the actor's own. Denied: the actor is no user of the tenant.
func (s *Service) Identities(ctx context.Context, by iam.Actor) ([]Identity, error) {
	if err := self(by); err != nil {
		return nil, err
	}
	found, err := s.Store.Identities(ctx, by.Tenant, by.User)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	providers, err := s.Store.Providers(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	all := make([]Identity, len(found))
	for i, f := range found {
		all[i].Identity = f
		for _, r := range providers {
			if r.ID == f.Provider {
				all[i].ProviderName, all[i].Label = r.Name, label(r.Provider)
			}
		}
	}
	return all, nil
}

// Unlink takes an identity from the actor, and ends the sessions that were begun
// by it, but for the actor's own. NotFound; Denied, as of Identities;
// Precondition, with ReasonLastWay: nothing would be left to sign in with.
func (s *Service) Unlink(ctx context.Context, by iam.Actor, provider iam.ProviderID, subject string) error {
	if err := self(by); err != nil {
		return err
	}
	e := s.Env.Event(by, "identity", "unlink", string(by.User), by.Username)
	e.Details = iam.Merge(e.Details, map[string]string{"provider": string(provider), "subject": subject})
	if err := s.Store.DeleteIdentity(ctx, by.Tenant, iam.Identity{User: by.User, Provider: provider, Subject: subject}, by.Session, e); err != nil {
		return err
	}
	u, err := s.People.User(ctx, by.Tenant, by.User)
	if err != nil {
		return err
	}
	records, err := s.Store.Providers(ctx, by.Tenant)
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.ID == provider {
			s.tellUser(ctx, by, u, r.Provider, iam.WhatIdentityUnlinked)
		}
	}
	return nil
}

// self answers Denied unless the actor is a user of the tenant.
func self(by iam.Actor) error {
	if by.Home != by.Tenant || by.User == "" {
		return iam.E(iam.Denied, "%s is not a user of this tenant", by.Username)
	}
	return nil
}
