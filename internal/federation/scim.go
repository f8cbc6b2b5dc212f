package federation

import (
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// scimTokenPrefix and the name of the provider are the name of a token.
const scimTokenPrefix = "scim-"

// SCIMToken is what a provisioning client is given, once.
type SCIMToken struct {
	Name    string
	Secret  string
	Expires time.Time
}

// SetSCIM lets a provisioning client look after people, with a new token of the
// actor's in place of the one before, good for so many days (0 is a year), or
// ends that. Invalid, also where the tenant's tokens must not be good for so
// long; NotFound; Denied.
func (s *Service) SetSCIM(ctx context.Context, by iam.Actor, name string, on bool, days int) (iam.Provider, SCIMToken, error) {
	if err := s.Rights.CheckAll(ctx, by); err != nil {
		return iam.Provider{}, SCIMToken{}, err
	}
	p, err := s.Provider(ctx, by, name)
	if err != nil {
		return iam.Provider{}, SCIMToken{}, err
	}
	var token SCIMToken
	var made iam.APIToken
	if on {
		token.Name = scimTokenPrefix + p.Name
		if token.Secret, made, err = s.Tokens.Create(ctx, by, token.Name, days); err != nil {
			return iam.Provider{}, SCIMToken{}, err
		}
		token.Expires = made.Expires
	}
	var old iam.TokenID
	p, err = s.change(ctx, by, name, "set-scim", 0, func(r *Record) (string, error) {
		old = r.SCIMToken
		r.SCIM, r.SCIMToken = on, made.ID
		return "", nil
	})
	if err != nil {
		return iam.Provider{}, SCIMToken{}, errors.Join(err, s.revoke(ctx, by, made.ID))
	}
	return p, token, s.revoke(ctx, by, old)
}

// revoke ends the token of a provisioning client, whoever's it is; none is none.
func (s *Service) revoke(ctx context.Context, by iam.Actor, id iam.TokenID) error {
	if id == "" {
		return nil
	}
	err := s.Tokens.Revoke(ctx, iam.System(by.Tenant, by.Username), id)
	if iam.Is(err, iam.NotFound) {
		return nil // it went with its user, or by hand
	}
	return err
}
