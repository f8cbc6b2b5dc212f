package authn

import (
	"context"
	"net/netip"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// MaxAccessKeys is how many access keys a user may have.
const MaxAccessKeys = 2

// CreateAccessKey makes an access key for a user and answers its secret, for
// the one time that it can be seen. Users make their own; for others it takes
// the right to set their password, and no less rights than theirs.
// Precondition, with ReasonLimit: the user has MaxAccessKeys; NotFound; Denied.
func (s *Service) CreateAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, networks []netip.Prefix) (secret string, k iam.AccessKey, err error) {
	panic("unfinished")
}

// AccessKeyChange says what to change in an access key; nil members stay.
type AccessKeyChange struct {
	Active   *bool
	Networks *[]netip.Prefix
}

// UpdateAccessKey changes a key of a user, with effect on the next request.
// NotFound, also when the key is of another user than u; Denied as for CreateAccessKey.
func (s *Service) UpdateAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, id iam.AccessKeyID, ch AccessKeyChange) (iam.AccessKey, error) {
	panic("unfinished")
}

// DeleteAccessKey ends a key of a user. Errors as for UpdateAccessKey.
func (s *Service) DeleteAccessKey(ctx context.Context, by iam.Actor, u iam.UserID, id iam.AccessKeyID) error {
	panic("unfinished")
}

// AccessKeys lists access keys, of one user when u is not empty.
func (s *Service) AccessKeys(ctx context.Context, by iam.Actor, u iam.UserID, p iam.Page) (iam.List[iam.AccessKey], error) {
	panic("unfinished")
}

// Signature is what a signed request says of itself.
type Signature struct {
	Key     iam.AccessKeyID
	Message []byte    // what was signed
	MAC     []byte    // HMAC-SHA256 of Message under the secret
	At      time.Time // when, as the client says
	Write   bool      // it must not be used again
}

// SignatureWindow is how far a client's clock may differ from ours, either way.
const SignatureWindow = 5 * time.Minute

// Signed answers who a signature speaks for. Unauthenticated: the key is
// unknown or not active, the signature or its time is wrong, a write was
// repeated, or the user may not act, or not from here.
func (s *Service) Signed(ctx context.Context, sig Signature, from Origin) (iam.Actor, error) {
	panic("unfinished")
}
