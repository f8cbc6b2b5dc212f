package ncloud

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
)

// Lengths of the vendor's passwords, in characters.
const (
	minPassword = 8
	maxPassword = 16
)

func (d *dialect) passwordOperations() []api.Operation {
	return []api.Operation{
		api.Handle(api.Op{
			ID: "account.password", Methods: []string{http.MethodPut}, Paths: at("/sub-accounts/{id}/password"),
			Access: api.Requires(iam.UsersPassword), Tag: "Sub account", Summary: "Set the password of a sub account",
			Description: "It has to be changed at the next sign-in on a page, and ends all sessions.",
			Errors:      []iam.Kind{iam.NotFound, iam.Precondition}, RequestExample: passwordForm{NeedPasswordGenerate: new(flag(true))},
			ResponseExample: result{Success: true, GeneratedPassword: examplePassword},
		}, d.setPassword),
		api.Handle(api.Op{
			ID: "join.check-login-id", Methods: []string{http.MethodGet}, Paths: at("/join/check-login-id"),
			Access: api.Requires(iam.UsersRead), Tag: "Check", Summary: "Tell whether a sub account can have a login id",
			ResponseExample: checked{Success: true},
		}, d.checkLoginID),
		api.Handle(api.Op{
			ID: "join.check-password", Methods: []string{http.MethodGet}, Paths: at("/join/check-password"),
			Access: api.SignedIn(), Tag: "Check", Summary: "Tell whether a sub account can have a password",
			ResponseExample: checked{Message: unsafe.english},
		}, d.checkPassword),
	}
}

type passwordForm struct {
	NeedPasswordGenerate *flag  `json:"needPasswordGenerate,omitzero"`
	NewPassword          string `json:"newPassword,omitzero" doc:"Required unless needPasswordGenerate is true."`
}

func (d *dialect) setPassword(ctx context.Context, c *api.Call, in struct {
	byID
	Body passwordForm `body:"required"`
}) (result, error) {
	generate := in.Body.NeedPasswordGenerate != nil && bool(*in.Body.NeedPasswordGenerate)
	if !generate && in.Body.NewPassword == "" {
		var check iam.Checker
		check.Add("newPassword", iam.ReasonRequired, "newPassword is required unless needPasswordGenerate is true")
		return result{}, check.Err()
	}
	u, err := d.account(ctx, c.Actor, in.ID)
	if err != nil {
		return result{}, err
	}
	pw, shown, err := d.newPassword(ctx, c.Actor, generate, in.Body.NewPassword, u.Username, u.Email)
	if err != nil {
		return result{}, err
	}
	_, err = d.Directory.UpdateUser(ctx, c.Actor, directory.UserKey{ID: u.ID}, directory.UserChange{Password: &pw})
	return result{Success: true, GeneratedPassword: shown}, inWords(err, map[string]string{"password": "newPassword"})
}

// newPassword answers the password to be set: the one that is given, which is
// checked, or one that is made, and then also shown. Invalid, with
// ReasonWeakPassword.
func (d *dialect) newPassword(ctx context.Context, by iam.Actor, generate bool, given, username, email string) (pw, shown string, err error) {
	policy, err := d.passwordPolicy(ctx, by.Tenant)
	if err != nil {
		return "", "", err
	}
	who := password.Identity{Username: username, Email: email}
	if generate {
		pw, err = policy.Generate(d.Env.Rand, maxPassword, who)
		return pw, pw, err
	}
	return given, "", policy.Check(given, who)
}

// passwordPolicy is what the tenant asks of passwords together with what the
// vendor does. Where the two cannot both be had, it is the tenant that counts.
func (d *dialect) passwordPolicy(ctx context.Context, t iam.TenantID) (password.Policy, error) {
	settings, err := d.Tenancy.Settings(ctx, t)
	p := password.Policy(settings.Password)
	p.MinLength = max(p.MinLength, minPassword)
	least := 0
	for _, class := range []*int{&p.MinLower, &p.MinUpper, &p.MinDigits, &p.MinSymbols} {
		*class = max(*class, 1)
		least += *class
	}
	p.MaxLength = min(p.MaxLength, max(maxPassword, p.MinLength, least))
	return p, err
}

// checked is the answer of the checks before somebody joins, which always has
// a message.
type checked struct {
	Success bool   `json:"success"`
	Message string `json:"message" doc:"Why not; empty where it can."`
}

func (d *dialect) checkLoginID(ctx context.Context, c *api.Call, in struct {
	LoginID string `query:"loginId"`
}) (checked, error) {
	if !loginID.MatchString(in.LoginID) {
		return checked{Message: badLoginID.in(c.Request)}, nil
	}
	switch _, err := d.Directory.User(ctx, c.Actor, directory.UserKey{Username: in.LoginID}); {
	case err == nil:
		return checked{Message: duplicateLoginID.in(c.Request)}, nil
	case iam.Is(err, iam.NotFound):
		return checked{Success: true}, nil
	default:
		return checked{}, err
	}
}

func (d *dialect) checkPassword(ctx context.Context, c *api.Call, in struct {
	Password string `query:"password"`
}) (checked, error) {
	policy, err := d.passwordPolicy(ctx, c.Actor.Tenant)
	if err != nil {
		return checked{}, err
	}
	answer := checked{Success: policy.Check(in.Password, password.Identity{}) == nil}
	if !answer.Success {
		answer.Message = unsafe.in(c.Request)
	}
	return answer, nil
}
