package cloudforet

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func (d *dialect) profileOperations() []api.Operation {
	return []api.Operation{
		api.Handle(d.op("user-profile/get", api.Op{
			Access: api.Proving(), Tag: "User profile", Summary: "The caller",
			Description:     "Also with the limited token of who has to set a password or a second factor first.",
			RequestExample:  empty{},
			ResponseExample: userExample,
		}), d.get),
		api.Handle(d.op("user-profile/update", api.Op{
			Access: api.Proving(), Tag: "User profile", Summary: "Change the caller",
			Description: "Members that are absent stay. A new email is not verified, and a code that verifies it is mailed. " +
				"password is what older clients send; the present one has to come with it as current_password.",
			Errors:         []iam.Kind{iam.RateLimited},
			RequestExample: updateExample, ResponseExample: userExample,
		}), d.update),
		api.Handle(d.op("user-profile/update-password", api.Op{
			Access: api.Proving(), Tag: "User profile", Summary: "Set the caller's password",
			Description: "current_password is needed unless UPDATE_PASSWORD is required. Every session of the user ends: sign in anew.",
			Errors:      []iam.Kind{iam.RateLimited}, RequestExample: updatePasswordExample, ResponseExample: userExample,
		}), d.updatePassword),
		api.Handle(d.op("user-profile/reset-password", api.Op{
			Access: api.Public(), Tag: "User profile", Summary: "Mail a link to set a new password",
			Description: "The answer is the same whether or not there is such a user with a verified address.",
			Errors:      []iam.Kind{iam.RateLimited}, RequestExample: resetPasswordExample, ResponseExample: empty{},
		}), d.resetPassword),
		api.Handle(d.op("user-profile/verify-email", api.Op{
			Access: api.SignedIn(), Tag: "User profile", Summary: "Mail a code that verifies an address",
			Description: "The address becomes the caller's, not verified. Without email it is the one that the caller has.",
			Errors:      []iam.Kind{iam.RateLimited}, RequestExample: verifyEmailExample, ResponseExample: empty{},
		}), selfOnly(d.verifyEmail)),
		api.Handle(d.op("user-profile/confirm-email", api.Op{
			Access: api.SignedIn(), Tag: "User profile", Summary: "Verify an address with the code",
			Description: "The code is good for an hour, once.",
			Errors:      []iam.Kind{iam.RateLimited}, RequestExample: confirmExample, ResponseExample: userExample,
		}), selfOnly(d.confirmEmail)),
	}
}

// empty is a message without members.
type empty struct{}

func (d *dialect) get(ctx context.Context, c *api.Call, _ struct {
	Body empty `body:"required"`
}) (userInfo, error) {
	p, err := d.prover(ctx, c.Request)
	if err != nil {
		return userInfo{}, err
	}
	return d.profile(ctx, p)
}

type updateBody struct {
	Password        *string        `json:"password,omitzero" doc:"As update-password."`
	CurrentPassword string         `json:"current_password,omitzero"`
	Name            *string        `json:"name,omitzero"`
	Email           *string        `json:"email,omitzero"`
	Language        *string        `json:"language,omitzero"`
	Timezone        *string        `json:"timezone,omitzero"`
	Tags            map[string]any `json:"tags,omitzero"`
}

func (d *dialect) update(ctx context.Context, c *api.Call, in struct {
	Body updateBody `body:"required"`
}) (userInfo, error) {
	p, err := d.prover(ctx, c.Request)
	if err != nil {
		return userInfo{}, err
	}
	b := in.Body
	if len(p.Session().Pending) > 0 && (b.Password == nil || b.Name != nil || b.Email != nil || b.Language != nil || b.Timezone != nil || b.Tags != nil) {
		return userInfo{}, refuse(errDenied) // until the sign-in is finished there is a password to set, and nothing else
	}
	if b.Email != nil && !iam.ValidEmail(*b.Email) {
		return userInfo{}, refuse(errEmailFormat, emailRule)
	}
	if b.Password != nil {
		if err := checkNewPassword(p, b.CurrentPassword, "current_password", *b.Password); err != nil {
			return userInfo{}, err
		}
	}
	if len(p.Session().Pending) == 0 {
		if err := d.updateProfile(ctx, p, b); err != nil {
			return userInfo{}, err
		}
	}
	if b.Password != nil {
		if p, err = d.changePassword(ctx, p, b.CurrentPassword, *b.Password); err != nil {
			return userInfo{}, err
		}
	}
	return d.profile(ctx, p)
}

// updateProfile changes what is in the request but for the password.
func (d *dialect) updateProfile(ctx context.Context, p authn.Prover, b updateBody) error {
	by, _, err := d.Authn.LiveSession(ctx, p.Tenant(), p.Session().ID, origin(ctx))
	if err != nil {
		return err
	}
	change := directory.Profile{DisplayName: b.Name, Language: b.Language, TimeZone: b.Timezone}
	if b.Tags != nil {
		tags, err := encodeTags(b.Tags)
		if err != nil {
			return err
		}
		change.Attributes = map[string]*string{attrTags: &tags}
	}
	u, err := d.Directory.UpdateProfile(ctx, by, change)
	if err != nil || b.Email == nil || *b.Email == u.Email {
		return err
	}
	return d.Authn.SendVerification(ctx, by, *b.Email)
}

// profile answers who a prover is, as the vendor shows a user.
func (d *dialect) profile(ctx context.Context, p authn.Prover) (userInfo, error) {
	by := reader(p)
	u, err := d.Directory.User(ctx, by, directory.UserKey{ID: p.User()})
	if err != nil {
		return userInfo{}, err
	}
	factors, err := d.Authn.Factors(ctx, p)
	if err != nil {
		return userInfo{}, err
	}
	settings, err := d.Tenancy.Settings(ctx, p.Tenant())
	if err != nil {
		return userInfo{}, err
	}
	r, err := d.rolesOf(ctx, by)
	if err != nil {
		return userInfo{}, err
	}
	out := userOf(p.Tenant(), u, settings)
	out.RoleType, out.RoleID = r.domainRole()
	out.MFA = mfaOf(factors)
	if u.MustChangePassword || slices.Contains(p.Session().Pending, iam.StepSetPassword) {
		out.RequiredActions = append(out.RequiredActions, actionUpdatePassword)
	}
	required := settings.Factor.Required || u.Rules.RequireFactor
	if required && !slices.ContainsFunc(factors, func(f iam.Factor) bool { return f.Active }) {
		out.RequiredActions = append(out.RequiredActions, actionEnforceMFA)
		out.MFA.Type, out.MFA.Options = enforcedMFA(settings), &mfaOptions{Enforce: true}
	}
	return out, nil
}

// reader is a prover as an actor who reads what is their own, also while steps
// are left. It is for reading only.
func reader(p authn.Prover) iam.Actor {
	return iam.Actor{Tenant: p.Tenant(), Home: p.Tenant(), User: p.User(), Username: p.Username()}
}
