package notice

import (
	"net/url"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// kind says what a kind of mail is made of, besides its words.
type kind struct {
	path string // where its link leads; empty without one
	// secret is set where the code or link is what the mail is for: without
	// it, or when it has expired, there is nothing to send.
	secret bool
	// bare is set where the link leads to a page that needs no token.
	bare bool
	// code is what in the catalogue has to be on for a user to be sent it;
	// empty for what nobody can do without.
	code string
}

var kinds = map[iam.MessageKind]kind{
	iam.MessageReset:           {path: "/reset", secret: true},
	iam.MessageInvite:          {path: "/invite", secret: true},
	iam.MessageVerifyEmail:     {path: "/verify", secret: true},
	iam.MessageSignup:          {path: "/sign-up/confirm", secret: true},
	iam.MessageFactorCode:      {path: "/not-me", secret: true},
	iam.MessageTemporary:       {path: "/sign-in", secret: true, bare: true},
	iam.MessagePasswordChanged: {path: "/not-me", code: "password-changed"},
	iam.MessageEmailChanged:    {path: "/not-me", code: "email-changed"},
	iam.MessageFactorChanged:   {path: "/not-me", code: "factor-changed"},
	iam.MessageKeyCreated:      {path: "/not-me", code: "key-created"},
	iam.MessageNewPlace:        {path: "/not-me", code: "sign-in-new-place"},
	iam.MessageKeyExpiring:     {code: "key-expiring"},
	iam.MessageIdentityLinked:  {code: "identity-linked"},
	iam.MessageTicket:          {code: "ticket-answered"},
	iam.MessageNoticeOff:       {},
	iam.MessageTenantState:     {code: "tenant-state"},
	iam.MessageAccessRequested: {code: "access-requested"},
	iam.MessageFactorPolicy:    {code: "otp-policy-changed"},
	iam.MessageProviderChanged: {code: "provider-changed"},
}

// link makes the link of a mail. It is made of the public URL, which the
// operator sets, of the tenant's code and of the token, and of nothing that a
// request says. It is empty where the mail has none.
func (s *Service) link(k kind, code, token string) (string, error) {
	if token == "" && !k.bare {
		return "", nil
	}
	if s.publicURL == nil {
		if !k.secret {
			return "", nil
		}
		return "", iam.E(iam.Precondition, "the mail needs a link, and the public URL is not known here")
	}
	u := s.publicURL.JoinPath("t", code, k.path)
	u.RawQuery, u.Fragment = "", ""
	if !k.bare {
		u.RawQuery = url.Values{"token": {token}}.Encode()
	}
	return u.String(), nil
}
