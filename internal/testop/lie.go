package testop

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// Lie is what a provider says instead of the truth. Members are laid over those
// that it would say; a nil one is left out. The zero Lie is the truth.
type Lie struct {
	Claims    map[string]any // of ID tokens
	Info      map[string]any // of user info
	Discovery map[string]any
	Token     map[string]any // of answers of the token endpoint
	Answer    map[string]any // parameters with which a browser is sent back
	Header    map[string]any // of tokens
	// Signature is how tokens are signed.
	Signature Signature
}

// Signature is how a token is signed.
type Signature int

const (
	// SignedES256 is with the key that the provider shows.
	SignedES256 Signature = iota
	// SignedRS256 is with another one that it shows, and that never rotates.
	SignedRS256
	// SignedNone is not at all: "alg" is "none".
	SignedNone
	// SignedHS256 is with the public RSA key as the secret, in the form in which
	// one reads it from a file: what a careless client takes it for.
	SignedHS256
	// SignedByStranger is with a key of the right name that is another one.
	SignedByStranger
	// SignedBroken has a bit of the signature turned.
	SignedBroken
)

// Lie makes the provider say so from now on.
func (p *Provider) Lie(l Lie) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lie = l
}

// The RSA keys are made once, since that takes long.
var (
	rsaKey   = sync.OnceValue(newRSA)
	stranger = sync.OnceValue(newRSA)
)

const rsaKeyID = "rsa"

func newRSA() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // a broken machine
	}
	return key
}

// jwks are the keys as the provider shows them. The caller holds p.mu.
func (p *Provider) jwks() jose.JSONWebKeySet {
	return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{
		{Key: p.key.Public(), KeyID: p.keyID, Algorithm: string(jose.ES256), Use: "sig"},
		{Key: rsaKey().Public(), KeyID: rsaKeyID, Algorithm: string(jose.RS256), Use: "sig"},
	}}
}

// sign makes a token. The caller holds p.mu.
func (p *Provider) sign(header, claims map[string]any) string {
	how := p.lie.Signature
	alg, id, key := "ES256", p.keyID, any(p.key)
	switch how {
	case SignedRS256:
		alg, id, key = "RS256", rsaKeyID, rsaKey()
	case SignedByStranger:
		alg, id, key = "RS256", rsaKeyID, stranger()
	case SignedHS256:
		der, err := x509.MarshalPKIXPublicKey(rsaKey().Public())
		if err != nil {
			panic(err)
		}
		alg, id, key = "HS256", rsaKeyID, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	}
	text, err := json.Marshal(claims)
	if err != nil {
		panic(err) // claims of a test that are no JSON
	}
	header = over(map[string]any{"kid": id}, header)
	if how == SignedNone {
		header["alg"] = "none"
		return encode(header) + "." + base64.RawURLEncoding.EncodeToString(text) + "."
	}
	o := &jose.SignerOptions{}
	for name, value := range header {
		o.WithHeader(jose.HeaderKey(name), value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key}, o)
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		panic(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		panic(err)
	}
	if how == SignedBroken {
		b := []byte(token)
		at := len(b) - 10
		if b[at]++; b[at] > 'z' || b[at] == '[' || b[at] == ':' || b[at] == '`' {
			b[at] = 'A'
		}
		token = string(b)
	}
	return token
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// half is at_hash of OpenID Connect Core 1.0 section 3.1.3.6, of SHA-256.
func half(token string) string {
	h := crypto.SHA256.New()
	h.Write([]byte(token))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
