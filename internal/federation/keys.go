package federation

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// algorithms are those by which tokens may be signed, whatever a token or a
// document says: none that works with a secret that is shared, and not "none".
var algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

// Limits of keys and tokens.
const (
	maxKeys     = 100
	maxKeySet   = 256 << 10 // bytes
	maxToken    = 32 << 10  // bytes
	keysRefetch = 10 * time.Second
)

// Words of the header "typ" of a token (RFC 7519 section 5.1, RFC 8725 section
// 3.11; OpenID Connect Back-Channel Logout 1.0 section 2.4).
const (
	typeJWT    = "jwt"
	typeLogout = "logout+jwt"
)

// keySet verifies tokens of a provider, of some types. It is what the library of
// OpenID asks.
type keySet struct {
	service *Service
	address string
	types   []string // of those that say which
}

// VerifySignature answers what a token holds. A key that is not known is looked
// for once more, since providers change theirs, but not all the time, since
// anybody may name one.
func (k keySet) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	signed, err := parseToken(token, k.types)
	if err != nil {
		return nil, err
	}
	for _, age := range []time.Duration{documentLife, keysRefetch} {
		keys, err := k.service.keySets.get(ctx, k.address, age, k.fetch)
		if err != nil {
			return nil, err
		}
		candidates := usable(keys, signed.Signatures[0].Header)
		for _, key := range candidates {
			if payload, err := signed.Verify(key); err == nil {
				return payload, nil
			}
		}
		if len(candidates) > 0 && signed.Signatures[0].Header.KeyID != "" {
			break // the key is known, and did not sign it
		}
	}
	return nil, errors.New("no key of the provider has signed the token")
}

// parseToken reads a token in its compact form, without believing it.
func parseToken(token string, types []string) (*jose.JSONWebSignature, error) {
	if len(token) > maxToken {
		return nil, errors.New("the token is too long")
	}
	as := make([]jose.SignatureAlgorithm, len(algorithms))
	for i, a := range algorithms {
		as[i] = jose.SignatureAlgorithm(a)
	}
	signed, err := jose.ParseSignedCompact(token, as)
	if err != nil {
		return nil, err
	}
	typ, ok := signed.Signatures[0].Header.ExtraHeaders[jose.HeaderType].(string)
	if ok && !slices.Contains(types, strings.TrimPrefix(strings.ToLower(typ), "application/")) {
		return nil, errors.New("the token is of another type")
	}
	return signed, nil
}

// usable answers the keys that may have signed what has a header.
func usable(keys []jose.JSONWebKey, h jose.Header) []jose.JSONWebKey {
	var may []jose.JSONWebKey
	for _, k := range keys {
		if (h.KeyID == "" || k.KeyID == h.KeyID) && (k.Algorithm == "" || k.Algorithm == h.Algorithm) {
			may = append(may, k)
		}
	}
	return may
}

// fetch reads the keys of a provider, those for signatures: each public, and
// none that is a shared secret.
func (k keySet) fetch(ctx context.Context) ([]jose.JSONWebKey, error) {
	raw, err := k.service.Fetch.Fetch(ctx, k.address, maxKeySet)
	if err != nil {
		return nil, err
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(raw, &set); err != nil {
		return nil, err
	}
	if len(set.Keys) > maxKeys {
		return nil, iam.E(iam.Invalid, "the provider has more than %d keys", maxKeys)
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		// One of a kind that is not known keeps nobody from using the others
		// (RFC 7517 section 5).
		if key.UnmarshalJSON(raw) == nil && key.Valid() && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			keys = append(keys, key)
		}
	}
	return keys, nil
}
