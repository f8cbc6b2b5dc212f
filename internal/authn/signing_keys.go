package authn

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// signingBits is the size of the RSA keys with which tenants sign (NIST SP
// 800-57 part 1, table 2: 112 bits of security).
const signingBits = 2048

// signingKeys are the key pairs of a tenant, ready for use. There is at least one.
type signingKeys struct {
	signer jose.Signer // of the newest
	public map[string]*rsa.PublicKey
	set    []byte // JSON Web Key Set
}

// errNoSigningKeys is NotFound for a tenant that is there.
var errNoSigningKeys = iam.E(iam.NotFound, "the tenant has no signing keys yet")

// signingKeys answers the tenant's key pairs, which are remembered for a
// second whatever else changes in the tenant: to open one takes longer than to
// use it. NotFound: there is no such tenant, or errNoSigningKeys.
func (s *Service) signingKeys(ctx context.Context, t iam.TenantID) (*signingKeys, error) {
	return s.signing.Get(ctx, string(t), func(ctx context.Context) (*signingKeys, error) {
		rows, err := s.store.SigningKeys(ctx, t)
		if err != nil {
			return nil, err
		}
		return s.openSigningKeys(ctx, t, rows)
	})
}

// openSigningKeys makes the rows of a tenant ready. errNoSigningKeys.
func (s *Service) openSigningKeys(ctx context.Context, t iam.TenantID, rows []SigningKey) (*signingKeys, error) {
	keys := &signingKeys{public: map[string]*rsa.PublicKey{}}
	var set jose.JSONWebKeySet
	for _, row := range rows {
		parsed, err := x509.ParsePKIXPublicKey(row.Public)
		if err != nil {
			return nil, fmt.Errorf("signing key %s: %w", row.ID, err)
		}
		public, ok := parsed.(*rsa.PublicKey)
		if !ok {
			continue // of a later version
		}
		if keys.signer == nil {
			if keys.signer, err = s.signer(ctx, t, row); err != nil {
				return nil, err
			}
		}
		keys.public[row.ID] = public
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: public, KeyID: row.ID, Algorithm: row.Algorithm, Use: "sig"})
	}
	if keys.signer == nil {
		return nil, errNoSigningKeys
	}
	var err error
	keys.set, err = json.Marshal(set)
	return keys, err
}

// signer opens the private half of a key pair.
func (s *Service) signer(ctx context.Context, t iam.TenantID, row SigningKey) (jose.Signer, error) {
	der, err := s.keys.Open(ctx, t, row.Private, sealedSigningKey(row.ID))
	if err != nil {
		return nil, err
	}
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("signing key %s: %w", row.ID, err)
	}
	return jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: private},
		(&jose.SignerOptions{}).WithType("JWT").WithHeader(jose.HeaderKey("kid"), row.ID))
}

// sealedSigningKey is what the private half of a key pair is sealed as.
func sealedSigningKey(id string) string { return "signing-key:" + id }

// ensureSigningKeys is signingKeys, and makes the first key pair where there is none.
func (s *Service) ensureSigningKeys(ctx context.Context, t iam.TenantID) (*signingKeys, error) {
	keys, err := s.signingKeys(ctx, t)
	if !errors.Is(err, errNoSigningKeys) {
		return keys, err
	}
	// Of many who come first at once, one makes it: it takes a while.
	s.making.Lock()
	defer s.making.Unlock()
	if keys, err = s.signingKeys(ctx, t); !errors.Is(err, errNoSigningKeys) {
		return keys, err
	}
	row, err := s.newSigningKey(ctx, t)
	if err != nil {
		return nil, err
	}
	if _, err := s.store.InsertSigningKey(ctx, t, row); err != nil {
		return nil, err
	}
	return s.signingKeys(ctx, t)
}

func (s *Service) newSigningKey(ctx context.Context, t iam.TenantID) (SigningKey, error) {
	pair, err := rsa.GenerateKey(s.env.Rand, signingBits)
	if err != nil {
		return SigningKey{}, err
	}
	row := SigningKey{ID: s.env.NewID(), Algorithm: string(jose.RS256), Created: s.env.Time()}
	if row.Public, err = x509.MarshalPKIXPublicKey(&pair.PublicKey); err != nil {
		return SigningKey{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		return SigningKey{}, err
	}
	row.Private, err = s.keys.Seal(ctx, t, der, sealedSigningKey(row.ID))
	return row, err
}
