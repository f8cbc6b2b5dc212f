package app

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxOwners is how many of those who have an address are looked at: more than
// one is as good as many.
const maxOwners = 3

// guests is federation.People out of the directory.
type guests struct{ directory *directory.Service }

// User implements federation.People.
func (g guests) User(ctx context.Context, t iam.TenantID, u iam.UserID) (iam.User, error) {
	return g.directory.User(ctx, iam.System(t, "federation"), directory.UserKey{ID: u})
}

// Called implements federation.People.
func (g guests) Called(ctx context.Context, t iam.TenantID, username, email string) ([]iam.User, error) {
	by := iam.System(t, "federation")
	var found []iam.User
	if username != "" {
		u, err := g.directory.User(ctx, by, directory.UserKey{Username: username})
		if err != nil && !iam.Is(err, iam.NotFound) {
			return nil, err
		}
		if err == nil {
			found = append(found, u)
		}
	}
	if email == "" {
		return found, nil
	}
	owners, err := g.directory.Users(ctx, by, directory.UserFilter{Address: email}, iam.Page{Limit: maxOwners})
	return append(found, owners.Items...), err
}

// Admit implements federation.People.
func (g guests) Admit(ctx context.Context, by iam.Actor, u iam.User, i iam.Identity) (iam.User, error) {
	return g.directory.CreateUser(ctx, by, directory.NewUser{Username: u.Username, Email: u.Email, EmailVerified: u.EmailVerified,
		GivenName: u.GivenName, FamilyName: u.FamilyName, DisplayName: u.DisplayName, Language: u.Language, Attributes: u.Attributes, Identity: &i})
}

// Follow implements federation.People.
func (g guests) Follow(ctx context.Context, by iam.Actor, u iam.User) error {
	_, err := g.directory.UpdateUser(ctx, by, directory.UserKey{ID: u.ID}, directory.UserChange{Email: &u.Email, EmailVerified: &u.EmailVerified,
		GivenName: &u.GivenName, FamilyName: &u.FamilyName, DisplayName: &u.DisplayName, Version: u.Version})
	return err
}

// scimTokens is federation.Tokens out of authn.
type scimTokens struct{ authn *authn.Service }

// Create implements federation.Tokens. The token names the tenant by its id,
// which a client that nobody looks at need not read.
func (s scimTokens) Create(ctx context.Context, by iam.Actor, name string, days int) (string, iam.APIToken, error) {
	return s.authn.CreateProvisioningToken(ctx, by, string(by.Tenant), by.User, name, days)
}

// Revoke implements federation.Tokens.
func (s scimTokens) Revoke(ctx context.Context, by iam.Actor, id iam.TokenID) error {
	return s.authn.RevokeToken(ctx, by, id)
}
