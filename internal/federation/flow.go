package federation

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// flow is what has to be known again when a browser comes back. It travels with
// the browser, sealed, so that nobody fills a database by asking for sign-ins.
type flow struct {
	Provider iam.ProviderID `json:"provider"`
	State    string         `json:"state"`
	Nonce    string         `json:"nonce"`
	Verifier string         `json:"verifier"` // PKCE, RFC 7636 section 4.1
	Return   string         `json:"return,omitempty"`
	Expires  time.Time      `json:"expires"`
	// Fresh is set where the provider has to prove the user after the flow began.
	Fresh bool `json:"fresh,omitempty"`
	// User and Session are who wants to link an identity; empty to sign in.
	User    iam.UserID    `json:"user,omitempty"`
	Session iam.SessionID `json:"session,omitempty"`
}

// flowLife is how long somebody has at the provider.
const flowLife = 10 * time.Minute

// randomBytes is how long state, nonce and verifier are; as hexadecimal digits
// the last has the 43 to 128 characters that RFC 7636 asks for.
const randomBytes = 32

// maxReturn bounds the page to go to afterwards, in bytes: a browser keeps no
// more than 4096 of a cookie. A longer one is forgotten.
const maxReturn = 1024

// sealedFlow binds a cookie to what it is.
const sealedFlow = "federation-flow"

// cookieOf is the name of the cookie of a flow: with one each, several tabs do
// not get into each other's way.
func cookieOf(state string) string {
	sum := sha256.Sum256([]byte(state))
	return hex.EncodeToString(sum[:8])
}

func (s *Service) sealFlow(ctx context.Context, t iam.TenantID, f flow) (string, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return "", err
	}
	sealed, err := s.Keys.Seal(ctx, t, text, sealedFlow)
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// openFlow answers the flow that a browser brings back with a state.
// Unauthenticated, with ReasonFlow: it was not begun in this browser, at this
// tenant, or is too long ago.
func (s *Service) openFlow(ctx context.Context, t iam.TenantID, a Answer) (flow, error) {
	stale := iam.E(iam.Unauthenticated, "the sign-in was not begun in this browser, or too long ago").Because(iam.ReasonFlow)
	if len(a.State) != 2*randomBytes {
		return flow{}, stale
	}
	sealed, err := base64.RawURLEncoding.DecodeString(a.Cookie(cookieOf(a.State)))
	if err != nil {
		return flow{}, stale
	}
	text, err := s.Keys.Open(ctx, t, sealed, sealedFlow)
	if iam.Is(err, iam.Unavailable) {
		return flow{}, err
	}
	var f flow
	if err != nil || json.Unmarshal(text, &f) != nil {
		return flow{}, stale
	}
	if subtle.ConstantTimeCompare([]byte(f.State), []byte(a.State)) != 1 || !s.Env.Now().Before(f.Expires) {
		return flow{}, stale
	}
	if f.User != "" && (a.By == nil || self(*a.By) != nil || a.By.Tenant != t || a.By.User != f.User || a.By.Session != f.Session) {
		return flow{}, iam.E(iam.Unauthenticated, "who wanted to link an account is not signed in any more").Because(iam.ReasonFlow)
	}
	return f, nil
}
