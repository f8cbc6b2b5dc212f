package cloudforet

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type updatePasswordBody struct {
	NewPassword     string `json:"new_password"`
	CurrentPassword string `json:"current_password,omitzero"`
}

func (d *dialect) updatePassword(ctx context.Context, c *api.Call, in struct {
	Body updatePasswordBody `body:"required"`
}) (userInfo, error) {
	p, err := d.prover(ctx, c.Request)
	if err != nil {
		return userInfo{}, err
	}
	if in.Body.NewPassword == "" {
		return userInfo{}, refuse(errRequired, "new_password")
	}
	if err := checkNewPassword(p, in.Body.CurrentPassword, "current_password", in.Body.NewPassword); err != nil {
		return userInfo{}, err
	}
	if p, err = d.changePassword(ctx, p, in.Body.CurrentPassword, in.Body.NewPassword); err != nil {
		return userInfo{}, err
	}
	return d.profile(ctx, p)
}

// mustSet reports whether a new password is the step that a prover has to take now.
func mustSet(p authn.Prover) bool {
	pending := p.Session().Pending
	return len(pending) > 0 && pending[0] == iam.StepSetPassword
}

// checkNewPassword is the vendor's own check, in its order, before anything is
// looked at: the present password has to come along, and the new one must have
// the vendor's form. The text of the first rule says 9 and means 8.
func checkNewPassword(p authn.Prover, current, key, pw string) error {
	switch {
	case current == "" && !mustSet(p):
		return refuse(errRequired, key)
	case utf8.RuneCountInString(pw) < 8:
		return refuse(errPasswordFormat, "At least 9 characters long.")
	case !strings.ContainsAny(pw, "abcdefghijklmnopqrstuvwxyz"):
		return refuse(errPasswordFormat, "Contains at least one lowercase character")
	case !strings.ContainsAny(pw, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
		return refuse(errPasswordFormat, "Contains at least one uppercase character")
	case !strings.ContainsAny(pw, "0123456789"):
		return refuse(errPasswordFormat, "Contains at least one number")
	}
	return nil
}

// changePassword sets the password and answers the prover of the session that
// comes of it: every earlier one has ended.
func (d *dialect) changePassword(ctx context.Context, p authn.Prover, current, pw string) (authn.Prover, error) {
	var next authn.Begun
	var err error
	if mustSet(p) {
		next, err = d.Authn.SetPassword(ctx, p, pw)
	} else {
		next, err = d.Authn.ChangeOwnPassword(ctx, p, current, pw)
	}
	switch e := asError(err); {
	case err == nil:
		return d.Authn.PendingSession(ctx, p.Tenant(), next.ID, origin(ctx))
	case e.Code == iam.ReasonWrongPassword:
		return p, refuse(errPasswordWrong, p.Username())
	case e.Code == iam.ReasonSamePassword:
		return p, refuse(errPasswordSame, p.Username())
	case e.Kind == iam.Invalid: // the tenant's own policy
		return p, refuse(errPasswordFormat, e.Message)
	default:
		return p, err
	}
}

type resetPasswordBody struct {
	User   string `json:"user_id"`
	Domain string `json:"domain_id"`
}

// resetPassword answers alike for users that are not there, are disabled, or
// have no verified address, where the vendor tells which it is. The link leads
// to a page of Gatehouse's, with a token that is good once; the vendor mails an
// access token that is good for a day.
func (d *dialect) resetPassword(ctx context.Context, _ *api.Call, in struct {
	Body resetPasswordBody `body:"required"`
}) (empty, error) {
	if in.Body.User == "" {
		return empty{}, refuse(errRequired, "user_id")
	}
	t, err := d.domain(ctx, in.Body.Domain)
	if iam.Is(err, iam.Unauthenticated) {
		return empty{}, nil
	}
	if err != nil {
		return empty{}, err
	}
	return empty{}, d.Authn.RequestReset(ctx, t, in.Body.User, origin(ctx))
}
