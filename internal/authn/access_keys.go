package authn

import (
	"context"
	"net/netip"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// MaxAccessKeys is how many access keys a user may have.
const MaxAccessKeys = 2

// secretLetters is the length of an access key's secret: 238 random bits.
const secretLetters = 40

// CreateAccessKey makes an access key for a user and answers its secret, for
// the one time that it can be seen. Users make their own; for others it takes
// the right to set their password, and no less rights than theirs.
// Precondition, with ReasonLimit: the user has MaxAccessKeys; Invalid;
// NotFound; Denied.
func (s *Service) CreateAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, networks []netip.Prefix) (secret string, k iam.AccessKey, err error) {
	if err := checkNetworks(networks); err != nil {
		return "", iam.AccessKey{}, err
	}
	a, err := s.credentialUser(ctx, by, u)
	if err != nil {
		return "", iam.AccessKey{}, err
	}
	secret = letters(s.env.Rand, secretLetters)
	r := AccessKeyRecord{AccessKey: iam.AccessKey{ID: newKeyID(by.Tenant, s.env.Rand), User: u, Username: a.Username, Active: true,
		Networks: networks, Created: s.env.Time()}}
	if r.Secret, err = s.keys.Seal(ctx, by.Tenant, []byte(secret), sealedSecret(r.ID)); err != nil {
		return "", iam.AccessKey{}, err
	}
	e := s.env.Event(by, "access-key", "create", string(r.ID), a.Username)
	if err := s.store.InsertAccessKey(ctx, by.Tenant, r, MaxAccessKeys, e); err != nil {
		return "", iam.AccessKey{}, err
	}
	s.tellOf(ctx, by.Tenant, a, iam.MessageKeyCreated, by, issued{issuedKey, string(r.ID)})
	return secret, r.AccessKey, nil
}

// sealedSecret is what a key's secret is sealed as.
func sealedSecret(id iam.AccessKeyID) string { return "access-key:" + string(id) }

// AccessKeyChange says what to change in an access key; nil members stay.
type AccessKeyChange struct {
	Active   *bool
	Networks *[]netip.Prefix
}

// UpdateAccessKey changes a key of a user, of whichever when u is empty, with
// effect on the next request. Invalid; NotFound, also when the key is of
// another user than u; Denied as for CreateAccessKey.
func (s *Service) UpdateAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, id iam.AccessKeyID, ch AccessKeyChange) (iam.AccessKey, error) {
	if ch.Networks != nil {
		if err := checkNetworks(*ch.Networks); err != nil {
			return iam.AccessKey{}, err
		}
	}
	k, err := s.accessKeyOf(ctx, by, u, id)
	if err != nil {
		return iam.AccessKey{}, err
	}
	e := s.env.Event(by, "access-key", "update", string(id), k.Username)
	if ch.Active != nil && *ch.Active != k.Active {
		k.Active = *ch.Active
		e.Details = iam.Merge(e.Details, map[string]string{"active": activeText(k.Active)})
	}
	if ch.Networks != nil {
		k.Networks = *ch.Networks
		e.Details = iam.Merge(e.Details, map[string]string{"networks": networksText(k.Networks)})
	}
	return k, s.store.UpdateAccessKey(ctx, by.Tenant, k, e)
}

func activeText(active bool) string {
	if active {
		return "yes"
	}
	return "no"
}

// DeleteAccessKey ends a key of a user. Errors as for UpdateAccessKey.
func (s *Service) DeleteAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, id iam.AccessKeyID) error {
	k, err := s.accessKeyOf(ctx, by, u, id)
	if err != nil {
		return err
	}
	return s.store.DeleteAccessKey(ctx, by.Tenant, id, s.env.Event(by, "access-key", "delete", string(id), k.Username))
}

// accessKeyOf answers a key that the actor may change.
func (s *Service) accessKeyOf(ctx context.Context, by iam.Actor, u iam.UserID, id iam.AccessKeyID) (iam.AccessKey, error) {
	r, err := s.store.AccessKey(ctx, by.Tenant, id)
	if err != nil {
		return iam.AccessKey{}, err
	}
	if u != "" && u != r.User {
		return iam.AccessKey{}, iam.ErrNotFound("access key", string(id))
	}
	return r.AccessKey, s.mayManage(ctx, by, r.User)
}

// AccessKeys lists access keys, of one user when u is not empty.
func (s *Service) AccessKeys(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.AccessKey], error) {
	return s.store.AccessKeys(ctx, by.Tenant, u, p)
}
