package signup

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// linkLife is how long a link is good.
const linkLife = 24 * time.Hour

// secretBytes is how long the secret of a link is, and nameBytes what nobody
// guesses of a name.
const (
	secretBytes = 32
	nameBytes   = 16
)

// wrongLink is the one answer to a link that does not hold, whatever the reason.
func wrongLink() error {
	return iam.E(iam.Invalid, "the link is wrong, has expired or was used").Because(iam.ReasonWrongCode)
}

// invite writes a sign-up down and mails its link: not to who has been mailed
// too many, who must not be pestered by somebody else.
func (s *Service) invite(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
	var a asked
	if err := json.Unmarshal(j.Payload, &a); err != nil {
		return "", err
	}
	if j.Attempts <= 1 { // a run that was cut off has counted
		err := s.Limits.LimitName(ctx, t, inviteKind, a.Request.Email)
		if iam.Is(err, iam.RateLimited) {
			s.Log.InfoContext(ctx, "signup: no link was mailed to who has got too many", "tenant", t, "domain", a.Request.Domain)
			return "", nil
		}
		if err != nil {
			return "", err
		}
	}
	now := s.Env.Time()
	r := Record{Signup: Signup{Request: a.Request, ID: ID(s.Env.NewID()), Name: "signup-" + s.Env.Secret(nameBytes), State: StateAsked,
		Created: now, Updated: now, Expires: now.Add(linkLife)}}
	if r.Terms != "" {
		r.Accepted = now
	}
	secret := s.Env.Secret(secretBytes)
	var err error
	if r.KeyID, r.MAC, err = s.Keys.MAC(ctx, t, keyring.PurposeSignup, r.macInput(secret)); err != nil {
		return "", err
	}
	if err := s.Store.InsertSignup(ctx, t, r, s.Env.Event(actor(t, a.From), "signup", "ask", string(r.ID), r.Domain)); err != nil {
		return "", err
	}
	return "", s.Mail.Send(ctx, t, iam.Message{Kind: iam.MessageSignup, To: r.Email, Language: r.Language, Token: token(t, r.ID, secret),
		Expires: r.Expires, Facts: map[string]string{"tenant": r.Domain, "address": a.From.Address, "client": a.From.Client,
			"at": now.Format(time.RFC3339)}})
}

// macInput binds a secret to a sign-up, and to what it is to lead to.
func (r Signup) macInput(secret string) []byte {
	return []byte(strings.Join([]string{string(r.ID), iam.Fold(r.Email), r.Domain, secret}, "\x00"))
}

// token is the form of a link's: the tenant, the row and its secret.
func token(t iam.TenantID, id ID, secret string) string {
	return string(t) + "." + string(id) + "." + secret
}

// splitToken takes apart what token made.
func splitToken(token string) (t iam.TenantID, id ID, secret string, ok bool) {
	tenant, rest, _ := strings.Cut(token, ".")
	row, secret, _ := strings.Cut(rest, ".")
	ok = iam.ValidID(tenant) && iam.ValidID(row) && len(secret) == 2*secretBytes && strings.Trim(secret, "0123456789abcdef") == ""
	return iam.TenantID(tenant), ID(row), secret, ok
}

// opened answers the sign-up that a token proves, whatever has become of it.
// Invalid with ReasonWrongCode; NotFound: sign-up is closed.
func (s *Service) opened(ctx context.Context, link string) (iam.TenantID, Signup, error) {
	parent, err := s.parent(ctx)
	if err != nil {
		return "", Signup{}, err
	}
	t, id, secret, ok := splitToken(link)
	if !ok || t != parent.ID {
		return "", Signup{}, wrongLink()
	}
	r, err := s.Store.Signup(ctx, t, id)
	if iam.Is(err, iam.NotFound) {
		return "", Signup{}, wrongLink()
	}
	if err != nil {
		return "", Signup{}, err
	}
	right, err := s.Keys.VerifyMAC(ctx, t, keyring.PurposeSignup, r.KeyID, r.macInput(secret), r.MAC)
	if err == nil && !right {
		err = wrongLink()
	}
	if err != nil {
		return "", Signup{}, err
	}
	return t, r.Signup, nil
}
