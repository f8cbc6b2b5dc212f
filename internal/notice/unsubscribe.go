package notice

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/keyring"
)

// A link that ends a kind of notice is good for as long as its key is: a mail
// may be read late (RFC 8058 section 3.1 asks no less). Its token is
//
//	tenant "." user "." code "." id of the key "." HMAC of user and code
//
// and nothing is stored for it.

// maxUnsubscribe bounds a token, in bytes.
const maxUnsubscribe = 256

// unsubscribing is what a token says.
type unsubscribing struct {
	tenant iam.TenantID
	user   iam.UserID
	entry  entry
	keyID  string
	mac    []byte
}

// parseUnsubscribe takes a token apart. ok is false for what is none.
func parseUnsubscribe(token string) (u unsubscribing, ok bool) {
	parts := strings.Split(token, ".")
	if len(token) > maxUnsubscribe || len(parts) != 5 || !iam.ValidID(parts[0]) || !iam.ValidID(parts[1]) {
		return u, false
	}
	u = unsubscribing{tenant: iam.TenantID(parts[0]), user: iam.UserID(parts[1]), keyID: parts[3]}
	if u.entry, ok = entryOf(parts[2]); !ok {
		return u, false
	}
	mac, err := base64.RawURLEncoding.Strict().DecodeString(parts[4])
	u.mac = mac
	return u, err == nil
}

func (u unsubscribing) macInput() []byte { return []byte(string(u.user) + "\x00" + u.entry.code) }

// unsubscribeLink makes the link by which a user ends a kind of notice. It
// leads to a page that asks, and ends it at once for a mail program that posts
// to it. Empty without a public URL.
func (s *Service) unsubscribeLink(ctx context.Context, t iam.TenantID, tenantCode string, user iam.UserID, e entry) (string, error) {
	if s.publicURL == nil {
		return "", nil
	}
	u := unsubscribing{tenant: t, user: user, entry: e}
	keyID, mac, err := s.keys.MAC(ctx, t, keyring.PurposeUnsubscribe, u.macInput())
	if err != nil {
		return "", err
	}
	token := strings.Join([]string{string(t), string(user), e.code, keyID, base64.RawURLEncoding.EncodeToString(mac)}, ".")
	link := s.publicURL.JoinPath("t", tenantCode, "unsubscribe")
	link.RawQuery, link.Fragment = url.Values{"token": {token}}.Encode(), ""
	return link.String(), nil
}

// CheckUnsubscribe answers for which tenant the link of a mail is, and what it
// ends, in the language of whom it was sent to; Enabled is false where that is
// switched off already. The link is <public URL>/t/<code>/unsubscribe?token=.
// Unauthenticated: it was not made here, or its user is gone.
func (s *Service) CheckUnsubscribe(ctx context.Context, token string) (iam.TenantID, Preference, error) {
	u, r, err := s.unsubscribing(ctx, token)
	if err != nil {
		return "", Preference{}, err
	}
	settings, err := s.tenants.Settings(ctx, u.tenant)
	return u.tenant, u.entry.preference(r, language(r.Language, settings.Language)), err
}

// Unsubscribe does what the link of a mail says; once more does nothing.
// Unauthenticated as for CheckUnsubscribe.
func (s *Service) Unsubscribe(ctx context.Context, token string) error {
	u, r, err := s.unsubscribing(ctx, token)
	if err != nil {
		return err
	}
	by := iam.Actor{Tenant: u.tenant, Home: u.tenant, User: r.User, Username: r.Username, Method: iam.MethodEmail}
	return s.set(ctx, by, r, map[string]bool{u.entry.code: false})
}

// unsubscribing answers what a token says, checked, and of whom.
func (s *Service) unsubscribing(ctx context.Context, token string) (unsubscribing, Recipient, error) {
	refused := iam.E(iam.Unauthenticated, "the link is wrong, or is of an account that is gone")
	u, ok := parseUnsubscribe(token)
	if !ok {
		return u, Recipient{}, refused
	}
	right, err := s.keys.VerifyMAC(ctx, u.tenant, keyring.PurposeUnsubscribe, u.keyID, u.macInput(), u.mac)
	if iam.Is(err, iam.NotFound) || err == nil && !right {
		err = refused
	}
	if err != nil {
		return u, Recipient{}, err
	}
	r, err := s.store.Recipient(ctx, u.tenant, u.user)
	if iam.Is(err, iam.NotFound) {
		err = refused
	}
	return u, r, err
}
