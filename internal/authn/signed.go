package authn

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

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

// openedKey is an access key as a node remembers it: its secret is in the clear
// here, and nowhere else.
type openedKey struct {
	AccessKeyRecord
	secret []byte
}

// Signed answers who a signature speaks for. code as for Bearer.
// Unauthenticated: the key is unknown or not active, the signature or its time
// is wrong, a write was repeated, or the user may not act, or not from here.
func (s *Service) Signed(ctx context.Context, sig Signature, code string, from Origin) (iam.Actor, error) {
	t, ok := tenantOfKey(sig.Key)
	now := s.env.Time()
	if !ok || now.Sub(sig.At).Abs() > SignatureWindow {
		return iam.Actor{}, unauthenticated()
	}
	k, err := s.accessKeys.Get(ctx, t, sig.Key, func(ctx context.Context) (*openedKey, error) { return s.openKey(ctx, t, sig.Key) })
	if iam.Is(err, iam.NotFound) {
		return iam.Actor{}, unauthenticated()
	}
	if err != nil {
		return iam.Actor{}, err
	}
	h := hmac.New(sha256.New, k.secret)
	h.Write(sig.Message)
	if !hmac.Equal(h.Sum(nil), sig.MAC) || !k.Active {
		return iam.Actor{}, unauthenticated()
	}
	if err := s.admit(ctx, t, k.Standing, onAPI, k.Networks, from); err != nil {
		return iam.Actor{}, err
	}
	if sig.Write {
		if err := s.useSignature(ctx, t, sig); err != nil {
			return iam.Actor{}, err
		}
	}
	s.used.keys.note(t, sig.Key, now)
	by := s.actor(t, k.Standing, iam.MethodKey, "", from)
	by.Key = sig.Key
	return s.ofTenant(ctx, by, code)
}

func (s *Service) openKey(ctx context.Context, t iam.TenantID, id iam.AccessKeyID) (*openedKey, error) {
	r, err := s.store.AccessKey(ctx, t, id)
	if err != nil {
		return nil, err
	}
	secret, err := s.keys.Open(ctx, t, r.Secret, sealedSecret(id))
	return &openedKey{r, secret}, err
}

// useSignature notes the signature of a write for as long as it could come
// again, and as long again for the sake of nodes whose clocks differ.
func (s *Service) useSignature(ctx context.Context, t iam.TenantID, sig Signature) error {
	sum := sha256.Sum256(append([]byte(sig.Key), sig.MAC...))
	err := s.store.UseSignature(ctx, t, hex.EncodeToString(sum[:]), sig.At.Add(2*SignatureWindow))
	if iam.Is(err, iam.Exists) {
		return unauthenticated()
	}
	return err
}
