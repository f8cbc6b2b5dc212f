package authn

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// inviteLife is how long the link to set a first password is good.
const inviteLife = 7 * 24 * time.Hour

// mailEvery is how often at most somebody is sent a link or a code that
// anybody can ask for.
const mailEvery = time.Minute

// linked is what is kept with a link to set a password, or to say that
// somebody else did.
type linked struct {
	// Generation is the user's when the link was made: it is void when the
	// password was changed since, by whatever way, or the user disabled.
	Generation int64
	// Email is where the link was sent, which its use proves.
	Email string
	// Issued is the credential that a notice tells of.
	Issued issued `json:",omitzero"`
}

// Invite mails a user who has no password yet, or whoever is to choose a new
// one, a link to set it. NotFound; Denied: the actor may not set the user's
// password; Precondition: the user has no e-mail address, or is disabled.
func (s *Service) Invite(ctx context.Context, by iam.Actor, u iam.UserID) error {
	a, err := s.credentialUser(ctx, by, u)
	if err != nil {
		return err
	}
	if err := canBeInvited(a); err != nil {
		return err
	}
	facts := map[string]string{"by": by.Username}
	if a.PasswordHash == "" {
		return s.sendPasswordLink(ctx, by.Tenant, a, a.Email, PurposeInvite, iam.MessageInvite, inviteLife, facts)
	}
	return s.sendPasswordLink(ctx, by.Tenant, a, a.Email, PurposeReset, iam.MessageReset, linkLife, facts)
}

// canBeInvited answers Precondition for an account that no link can be sent to.
func canBeInvited(a Account) error {
	switch {
	case a.Email == "":
		return iam.E(iam.Precondition, "%s has no e-mail address", a.Username).About(a.Username)
	case !a.Good():
		return isDisabled(a)
	}
	return nil
}

func isDisabled(a Account) error {
	return iam.E(iam.Precondition, "%s is disabled", a.Username).About(a.Username)
}

// sendPasswordLink mails a link to set the password of an account to an address.
func (s *Service) sendPasswordLink(ctx context.Context, t iam.TenantID, a Account, email string, p Purpose, kind iam.MessageKind, life time.Duration, facts map[string]string) error {
	data, err := json.Marshal(linked{Generation: a.Generation, Email: email})
	if err != nil {
		return err
	}
	token, expires, err := s.newLink(ctx, t, a.User, p, "", data, life)
	if err != nil {
		return err
	}
	return s.mail.Send(ctx, t, iam.Message{Kind: kind, To: email, Username: a.Username, Language: a.Language, Token: token,
		Expires: expires, Facts: facts})
}

// CheckResetLink answers whose password a link is to set, without using it up.
// Invalid, with ReasonWrongCode: it is wrong, expired or used.
func (s *Service) CheckResetLink(ctx context.Context, token string) (iam.TenantID, string, error) {
	t, a, _, err := s.passwordLink(ctx, token)
	if err != nil {
		return "", "", err
	}
	return t, a.Username, nil
}

// passwordLink answers whose password a link is to set. Invalid, with
// ReasonWrongCode, also where the user is gone or may not act.
func (s *Service) passwordLink(ctx context.Context, token string) (iam.TenantID, Account, linked, error) {
	fail := func(err error) (iam.TenantID, Account, linked, error) { return "", Account{}, linked{}, err }
	t, c, err := s.checkLink(ctx, token, PurposeReset, PurposeInvite)
	if err != nil {
		return fail(err)
	}
	l, err := s.linkedOf(ctx, t, c)
	if err != nil {
		return fail(err)
	}
	a, err := s.store.AccountByID(ctx, t, c.User)
	if iam.Is(err, iam.NotFound) || err == nil && (a.Generation != l.Generation || !a.Good()) {
		err = wrongCode()
	}
	if err != nil {
		return fail(err)
	}
	return t, a, l, nil
}

func (s *Service) linkedOf(ctx context.Context, t iam.TenantID, c Challenge) (l linked, err error) {
	data, err := s.challengeData(ctx, t, c)
	if err == nil {
		err = json.Unmarshal(data, &l)
	}
	return l, err
}

// Reset uses a link up and sets the password, which also proves the address
// that the link was sent to; it ends every session and begins one on pages,
// with the second factor still to be proved where the user has one. Invalid as
// for CheckResetLink and SetPassword: a refused password leaves the link usable.
//
// What uses the link up is the change of the password itself: it is made only
// for the generation that the link is of, and removes all links of the user in
// the same transaction.
func (s *Service) Reset(ctx context.Context, token, pw string, from Origin) (Begun, error) {
	t, a, l, err := s.passwordLink(ctx, token)
	if err != nil {
		return Begun{}, err
	}
	reason, err := s.refusal(ctx, t, a.Standing, onPages, nil, from)
	if err == nil && reason != "" {
		err = s.refused(ctx, t, s.loginEvent(a.User, a.Username, iam.MethodEmail, reason, from), wrongCode())
	}
	if err != nil {
		return Begun{}, err
	}
	by := s.actor(t, a.Standing, iam.MethodEmail, "", from)
	a, err = s.changePassword(ctx, t, a, pw, by)
	if iam.Is(err, iam.Conflict) || iam.Is(err, iam.NotFound) {
		err = wrongCode()
	}
	if err != nil {
		return Begun{}, err
	}
	if err := s.emailProved(ctx, t, a, l.Email, by); err != nil {
		return Begun{}, err
	}
	steps, err := s.factorSteps(ctx, t, a)
	if err != nil {
		return Begun{}, err
	}
	return s.enter(ctx, t, entry{account: a, method: iam.MethodEmail, methods: []iam.AuthMethod{iam.MethodEmail}, pending: steps, pages: true}, from)
}

// emailProved notes that a user reads the mail to an address, where it still is
// the user's.
func (s *Service) emailProved(ctx context.Context, t iam.TenantID, a Account, email string, by iam.Actor) error {
	if a.EmailVerified || iam.Fold(a.Email) != iam.Fold(email) {
		return nil
	}
	err := s.store.VerifyEmail(ctx, t, a.User, email, s.env.Event(by, "user", "verify-email", string(a.User), a.Username))
	if iam.Is(err, iam.NotFound) {
		return nil // it was changed just now
	}
	return err
}

// resetKind is the kind of the job that finds out whom to send a link.
const resetKind = "authn.reset"

// wanted is the payload of that job: what somebody typed, and from where.
type wanted struct {
	Name string
	From Origin
}

// RequestReset asks for a link to set a new password, by user name or verified
// e-mail address. It answers nil, after the same work, whether or not there is
// such a user: who asks learns nothing, and a job does the rest.
// RateLimited, Unavailable.
func (s *Service) RequestReset(ctx context.Context, t iam.TenantID, name string, from Origin) error {
	if err := s.LimitAddress(ctx, t, resetKind, from.Address); err != nil {
		if iam.Is(err, iam.NotFound) {
			return nil // there is no such tenant
		}
		return err
	}
	name = iam.Cut(strings.TrimSpace(name), maxName)
	from.Client = iam.Cut(from.Client, maxName)
	payload, err := json.Marshal(wanted{Name: name, From: from})
	if err != nil {
		return err
	}
	_, err = s.queue.Enqueue(ctx, t, iam.Job{Kind: resetKind, Payload: payload, Key: resetKind + ":" + iam.Fold(name)})
	if iam.Is(err, iam.Exists) {
		return nil // somebody has just asked
	}
	return err
}

// Runners answers what carries out this package's jobs, by kind. A runner may
// run more than once.
func (s *Service) Runners() map[string]func(context.Context, iam.TenantID, iam.Job) (detail string, err error) {
	return map[string]func(context.Context, iam.TenantID, iam.Job) (string, error){
		resetKind: s.sendReset, jobNewPlace: s.tellPlace, jobExpiring: s.tellExpiring}
}

// sendReset mails a link to who has a name, if anybody has, can use it and was
// not just sent one. The address must have been verified: whoever reads the
// mail to one that was mistyped must not get in. Others are invited.
func (s *Service) sendReset(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
	var w wanted
	if err := json.Unmarshal(j.Payload, &w); err != nil {
		return "", err
	}
	a, err := s.store.Account(ctx, t, w.Name)
	if iam.Is(err, iam.NotFound) {
		a, err = s.store.AccountByEmail(ctx, t, w.Name)
	}
	if iam.Is(err, iam.NotFound) || err == nil && (!a.Good() || a.Rules.NoPages || !a.EmailVerified) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	now := s.env.Time()
	last, err := s.store.FindChallenge(ctx, t, a.User, PurposeReset, "", now)
	if err != nil && !iam.Is(err, iam.NotFound) {
		return "", err
	}
	// A run that was cut off may have made the link and not sent it.
	if err == nil && now.Sub(last.Created) < mailEvery && j.Attempts <= 1 {
		return "", nil
	}
	return "", s.sendPasswordLink(ctx, t, a, a.Email, PurposeReset, iam.MessageReset, linkLife, factsOf(w.From, now))
}

// factsOf tells people where something came from.
func factsOf(from Origin, at time.Time) map[string]string {
	return map[string]string{"address": from.Address, "client": from.Client, "at": at.Format(time.RFC3339)}
}
