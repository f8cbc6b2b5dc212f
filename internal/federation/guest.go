package federation

import (
	"context"
	"slices"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// guest is somebody whom a provider has proved, on the way to who that is here:
//
//	(provider, issuer, subject) is linked ──▶ that user
//	the provider has verified the address, and exactly one user has: here too ──▶ linked to that user
//	somebody has the name or the address ──▶ refused: they link it themselves
//	else ──▶ made, unless anybody on earth could come that way
type guest struct {
	service  *Service
	tenant   iam.TenantID
	provider iam.Provider
	person   person
	proof    iam.Federated
	answer   Answer
}

// useGrain is how exact the last use of an identity is kept.
const useGrain = time.Minute

// singleSignOn is the value of iam.AttributeIDMType of users whom a provider has
// brought.
const singleSignOn = "SSO"

// recognize answers who the guest is here. A user who may not act is answered
// as well, for the sign-in to refuse.
func (g guest) recognize(ctx context.Context) (iam.User, error) {
	u, err := g.known(ctx)
	if !iam.Is(err, iam.NotFound) {
		return u, err
	}
	u, err = g.meet(ctx)
	if iam.Is(err, iam.Exists) { // somebody was faster: the guest in another tab, as like as not
		if u, again := g.known(ctx); !iam.Is(again, iam.NotFound) {
			return u, again
		}
		return iam.User{}, g.notLinked()
	}
	return u, err
}

// known answers whose the identity is, and takes over what the provider says of
// them now. NotFound.
func (g guest) known(ctx context.Context) (iam.User, error) {
	i, err := g.service.Store.Identity(ctx, g.tenant, g.provider.ID, g.proof.Issuer, g.proof.Subject)
	if err != nil {
		return iam.User{}, err
	}
	u, err := g.service.People.User(ctx, g.tenant, i.User)
	if err != nil || u.State == iam.UserDisabled {
		return u, err
	}
	now := g.service.Env.Time()
	if now.Sub(i.LastUsed) >= useGrain || g.person.email != i.Email {
		i.Email, i.LastUsed = g.person.email, now
		if err := g.service.Store.UseIdentity(ctx, g.tenant, i); err != nil {
			return iam.User{}, err
		}
	}
	return u, g.follow(ctx, u)
}

// meet links or makes a user for a guest who was never here. Exists: the
// identity or the name was taken meanwhile.
func (g guest) meet(ctx context.Context) (iam.User, error) {
	name := g.person.named()
	same, err := g.service.People.Called(ctx, g.tenant, name, g.person.email)
	if err != nil {
		return iam.User{}, err
	}
	if g.person.verified {
		proved := slices.DeleteFunc(slices.Clone(same), func(u iam.User) bool {
			return !u.EmailVerified || iam.Fold(u.Email) != iam.Fold(g.person.email)
		})
		proved = slices.CompactFunc(proved, func(a, b iam.User) bool { return a.ID == b.ID }) // by name and by address
		if len(proved) == 1 {
			return g.linkTo(ctx, proved[0])
		}
	}
	switch {
	case len(same) > 0:
		return iam.User{}, g.notLinked()
	case name == "":
		return iam.User{}, iam.E(iam.Unauthenticated, "the provider tells no name by which you could be known here").Because(iam.ReasonNoAccount)
	case g.provider.Type == iam.ProviderGoogle && g.provider.HostedDomain == "":
		return iam.User{}, iam.E(iam.Unauthenticated, "nobody is known here by that account").Because(iam.ReasonNoAccount).About(name)
	}
	return g.service.People.Admit(ctx, g.by(iam.User{Username: name}), iam.User{Username: name, Email: g.person.email,
		EmailVerified: g.person.verified, GivenName: g.person.given, FamilyName: g.person.family, DisplayName: g.person.name,
		Attributes: map[string]string{iam.AttributeIDMType: singleSignOn}}, g.identity(""))
}

// notLinked is the answer where a user might be the guest, and nothing proves it.
func (g guest) notLinked() error {
	return iam.E(iam.Unauthenticated, "somebody has that name or address here: who it is signs in and links the account").
		Because(iam.ReasonNotLinked).About(g.person.named())
}

// linkTo links the guest to a user who has proved the same address here.
func (g guest) linkTo(ctx context.Context, u iam.User) (iam.User, error) {
	if u.State == iam.UserDisabled {
		return u, nil
	}
	return u, g.linked(ctx, g.by(u), u)
}

// link links the guest to who is signed in.
func (g guest) link(ctx context.Context, by iam.Actor) (iam.User, error) {
	i, err := g.service.Store.Identity(ctx, g.tenant, g.provider.ID, g.proof.Issuer, g.proof.Subject)
	switch {
	case err == nil && i.User != by.User:
		return iam.User{}, alreadyLinked()
	case err != nil && !iam.Is(err, iam.NotFound):
		return iam.User{}, err
	}
	u, known := g.service.People.User(ctx, g.tenant, by.User)
	if known != nil || err == nil {
		return u, known
	}
	err = g.linked(ctx, by, u)
	if iam.Is(err, iam.Exists) {
		err = alreadyLinked()
	}
	return u, err
}

func alreadyLinked() error {
	return iam.E(iam.Exists, "that account is linked to somebody else").Because(iam.ReasonLinked)
}

// linked writes a link, and tells the user.
func (g guest) linked(ctx context.Context, by iam.Actor, u iam.User) error {
	s := g.service
	e := s.Env.Event(by, "identity", "link", string(u.ID), u.Username)
	e.Details = iam.Merge(e.Details, map[string]string{"provider": g.provider.Name, "issuer": g.proof.Issuer, "subject": g.proof.Subject})
	if err := s.Store.InsertIdentity(ctx, g.tenant, g.identity(u.ID), e); err != nil {
		return err
	}
	s.tellUser(ctx, by, u, g.provider, iam.WhatIdentityLinked)
	return nil
}

// identity is that of the guest, of a user.
func (g guest) identity(u iam.UserID) iam.Identity {
	now := g.service.Env.Time()
	return iam.Identity{Provider: g.provider.ID, Issuer: g.proof.Issuer, Subject: g.proof.Subject, User: u, Email: g.person.email,
		Created: now, LastUsed: now}
}

// by is the guest as who does something.
func (g guest) by(u iam.User) iam.Actor {
	return iam.Actor{Tenant: g.tenant, Home: g.tenant, User: u.ID, Username: u.Username, Method: iam.MethodProvider,
		Address: g.answer.Address, Client: g.answer.Client, RequestID: g.answer.RequestID}
}

// follow writes what the provider says of a user whom it has brought, unless a
// provisioning client looks after them. An address that somebody else has here
// stays as it was: nobody gets at another's mails by a claim. What cannot be
// kept is left for the next time; it holds no sign-in up.
func (g guest) follow(ctx context.Context, u iam.User) error {
	if u.Attributes[iam.AttributeIDMType] != singleSignOn || u.Synced() {
		return nil
	}
	now := u
	set := func(to *string, said string) {
		if said != "" {
			*to = said
		}
	}
	set(&now.GivenName, g.person.given)
	set(&now.FamilyName, g.person.family)
	set(&now.DisplayName, g.person.name)
	if g.person.email != "" && (g.person.email != u.Email || g.person.verified && !u.EmailVerified) {
		same, err := g.service.People.Called(ctx, g.tenant, "", g.person.email)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(same, func(other iam.User) bool { return other.ID != u.ID }) {
			now.Email, now.EmailVerified = g.person.email, g.person.verified
		}
	}
	if now.GivenName == u.GivenName && now.FamilyName == u.FamilyName && now.DisplayName == u.DisplayName && now.Email == u.Email &&
		now.EmailVerified == u.EmailVerified {
		return nil
	}
	err := g.service.People.Follow(ctx, g.by(u), now)
	if err != nil {
		g.service.Log.WarnContext(ctx, "federation: cannot keep what a provider says of a user", "tenant", g.tenant, "user", u.ID, "error", err)
	}
	return nil
}
