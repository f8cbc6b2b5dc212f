package authn

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// RequestReset asks for a link to set a new password, by user name or verified
// e-mail address. It answers nil, after the same work, whether or not there is
// such a user: who asks learns nothing, and a job does the rest.
// RateLimited, Unavailable.
func (s *Service) RequestReset(ctx context.Context, t iam.TenantID, name string, from Origin) error {
	panic("unfinished")
}

// Invite mails a user who has no password yet, or whoever is to choose a new
// one, a link to set it. NotFound; Denied: the actor may not set the user's
// password; Precondition: the user has no e-mail address.
func (s *Service) Invite(ctx context.Context, by iam.Actor, u iam.UserID) error {
	panic("unfinished")
}

// CheckResetLink answers whose password a link is to set, without using it up.
// Invalid, with ReasonWrongCode: it is wrong, expired or used.
func (s *Service) CheckResetLink(ctx context.Context, token string) (iam.TenantID, string, error) {
	panic("unfinished")
}

// Reset uses a link up and sets the password, which also proves the address
// that the link was sent to; it ends every session and begins one, with the
// second factor still to be proved where the user has one. Invalid as for
// CheckResetLink and SetPassword: a refused password leaves the link usable.
func (s *Service) Reset(ctx context.Context, token, pw string, from Origin) (Begun, error) {
	panic("unfinished")
}

// SendVerification makes an address the user's, not verified, where it is not
// empty and another than the present one, and mails a code and a link that
// prove it. Invalid; Precondition: there is no address; RateLimited.
func (s *Service) SendVerification(ctx context.Context, by iam.Actor, email string) error {
	panic("unfinished")
}

// ConfirmEmail proves the user's address with the code. Invalid, with
// ReasonWrongCode.
func (s *Service) ConfirmEmail(ctx context.Context, by iam.Actor, code string) error {
	panic("unfinished")
}

// ConfirmEmailLink proves an address with the link. Invalid, with ReasonWrongCode.
func (s *Service) ConfirmEmailLink(ctx context.Context, token string, from Origin) error {
	panic("unfinished")
}

// NotMe is for who sees a sign-in that was not theirs: it ends every session
// of the user but the actor's, and asks for a new password. NotFound: there is
// no such login event of the actor.
func (s *Service) NotMe(ctx context.Context, by iam.Actor, event iam.EventID) error {
	panic("unfinished")
}

// NotMeLink is NotMe by the link of a notice: it ends all sessions, makes the
// password unusable until it is reset, and mails a link to reset it. Invalid,
// with ReasonWrongCode.
func (s *Service) NotMeLink(ctx context.Context, token string, from Origin) error {
	panic("unfinished")
}
