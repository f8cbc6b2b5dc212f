package federation

import (
	"cmp"
	"context"
	"errors"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Of the token of a provisioning client: what it may do, and how many days it
// is good where nobody says, and at most. What it may read besides is what the
// built-in default role gives, which new people begin with.
const (
	scimScope       = "users.* groups.* namespaces.read objects.read"
	scimDays        = 365
	scimDaysAtMost  = 730
	day             = 24 * time.Hour
	scimTokenPrefix = "scim-"
)

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
		var c iam.Checker
		if days < 0 || days > scimDaysAtMost {
			c.Add("expiration_days", iam.ReasonFormat, "expiration_days must be between 1 and %d", scimDaysAtMost)
		}
		if err := c.Err(); err != nil {
			return iam.Provider{}, SCIMToken{}, err
		}
		token = SCIMToken{Name: scimTokenPrefix + p.Name, Expires: s.Env.Time().Add(time.Duration(cmp.Or(days, scimDays)) * day)}
		token.Secret, made, err = s.Tokens.Create(ctx, by, iam.APIToken{User: by.User, Name: token.Name, Scope: scimScope, Expires: token.Expires})
		if err != nil {
			return iam.Provider{}, SCIMToken{}, err
		}
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
