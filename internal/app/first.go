package app

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/password"
	"github.com/gatehouse-id/gatehouse/internal/tenancy"
)

// AdminName is the user name of the first administrator.
const AdminName = "admin"

// Admin is the first administrator: what the operator wants it to be on the
// way in, and what it became on the way out. Empty members are made at random.
type Admin struct {
	Email    string
	Password string
	Token    string
}

// Settings that tell how far the first start has come. Attempts at it are
// numbered: "first_start_1" names the node that makes the first one.
const (
	settingFirst       = "first_start_"
	settingFirstFailed = "_failed" // behind an attempt: its node says that it came to nothing
	settingFirstDone   = "first_start_done"
)

// firstStartPatience is how long a node waits for another one that has begun
// the first start, before it takes over from it.
const firstStartPatience = 15 * time.Second

// FirstStart makes the default tenant and its administrator, once in the life
// of an installation. It answers nil when that has been done before. Several
// nodes may call it at once: one does it, the others wait for it, and one of
// them takes over when that node seems to have died. Each step may find itself
// done by an attempt that was cut short.
func (a *App) FirstStart(ctx context.Context, want Admin) (*Admin, error) {
	if _, done, err := a.Store.Setting(ctx, settingFirstDone); err != nil || done {
		return nil, err
	}
	token := authn.NewToken{Name: "first start", Untold: true}
	if want.Token != "" {
		var err error
		if token.ID, token.Secret, err = authn.ParseToken(want.Token, iam.DefaultTenant); err != nil {
			return nil, err
		}
	}
	me := nodeName(a.env)
	attempt, err := a.claimFirst(ctx, me)
	if err != nil || attempt == 0 {
		return nil, err
	}
	made, err := a.firstSteps(ctx, attempt, want, token)
	if err == nil {
		var winner string
		if winner, err = a.Store.ClaimSetting(ctx, settingFirstDone, me); err == nil && winner == me {
			return made, nil
		}
	}
	if _, done, check := a.Store.Setting(ctx, settingFirstDone); check == nil && done {
		return nil, nil // another node thought this one dead, and was faster
	}
	_, note := a.Store.ClaimSetting(context.WithoutCancel(ctx), firstAttempt(attempt)+settingFirstFailed, me)
	return nil, errors.Join(err, note)
}

func firstAttempt(n int) string { return settingFirst + strconv.Itoa(n) }

// claimFirst answers the number of the attempt that is for this node to make,
// 0 when another node has brought one to its end.
func (a *App) claimFirst(ctx context.Context, me string) (attempt int, err error) {
	for attempt = 1; ; attempt++ {
		winner, err := a.Store.ClaimSetting(ctx, firstAttempt(attempt), me)
		if err != nil || winner == me {
			return attempt, err
		}
		if done, err := a.awaitFirst(ctx, attempt); err != nil || done {
			return 0, err
		}
	}
}

// awaitFirst waits while another node makes an attempt. done is false when it
// has failed, has been given up by yet another node, or takes too long.
func (a *App) awaitFirst(ctx context.Context, attempt int) (done bool, err error) {
	for end := a.env.Now().Add(firstStartPatience); a.env.Now().Before(end); {
		if _, done, err := a.Store.Setting(ctx, settingFirstDone); err != nil || done {
			return done, err
		}
		for _, over := range []string{firstAttempt(attempt) + settingFirstFailed, firstAttempt(attempt + 1)} {
			if _, set, err := a.Store.Setting(ctx, over); err != nil || set {
				return false, err
			}
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	return false, nil
}

// firstSteps makes what a first start makes.
func (a *App) firstSteps(ctx context.Context, attempt int, want Admin, token authn.NewToken) (*Admin, error) {
	t, err := a.firstTenant(ctx)
	if err != nil {
		return nil, err
	}
	by := iam.System(t.ID, "first start")
	if want.Password == "" {
		want.Password = a.env.Secret(16)
	}
	u, err := a.firstAdmin(ctx, by, attempt, want)
	if err != nil {
		return nil, err
	}
	token.User = u.ID
	whole, _, err := a.Authn.CreateToken(ctx, by, t.Code, token)
	if iam.Is(err, iam.Exists) { // brought by the operator, and written by an attempt that was cut short
		if err = a.Authn.RevokeToken(ctx, by, token.ID); err == nil {
			whole, _, err = a.Authn.CreateToken(ctx, by, t.Code, token)
		}
	}
	return &Admin{Email: u.Email, Password: want.Password, Token: whole}, err
}

func (a *App) firstTenant(ctx context.Context) (iam.Tenant, error) {
	t, err := a.Tenancy.ByCode(ctx, iam.DefaultTenant)
	if iam.Is(err, iam.NotFound) {
		return a.Tenancy.CreateTenant(ctx, iam.System("", "first start"), "", tenancy.NewTenant{Code: iam.DefaultTenant, Name: "Default"})
	}
	return t, err
}

// firstAdmin makes the administrator. One that is there already, from an
// attempt that was cut short before anybody saw its password, gets it anew;
// but not when the node that was thought dead has come to its end after all,
// or another one has taken over from this one, and may have shown its own.
func (a *App) firstAdmin(ctx context.Context, by iam.Actor, attempt int, want Admin) (iam.User, error) {
	who := password.Identity{Username: AdminName, Email: want.Email}
	u, err := a.Directory.CreateUser(ctx, by, directory.NewUser{
		Username: AdminName, Email: want.Email, DisplayName: "Administrator", Password: want.Password, Roles: []string{access.RoleAdmin},
		OwnPassword: password.DefaultPolicy().Check(want.Password, who) == nil,
	})
	if !iam.Is(err, iam.Exists) {
		return u, err
	}
	admin := directory.UserKey{Username: AdminName}
	if u, err = a.Directory.User(ctx, by, admin); err != nil {
		return iam.User{}, err
	}
	for _, over := range []string{settingFirstDone, firstAttempt(attempt + 1)} {
		if _, set, err := a.Store.Setting(ctx, over); err != nil || set {
			return iam.User{}, errors.Join(err, iam.E(iam.Conflict, "another node has made the first start, or taken it over"))
		}
	}
	return a.Directory.UpdateUser(ctx, by, admin, directory.UserChange{
		Email: &want.Email, Password: &want.Password, Roles: &[]string{access.RoleAdmin}, Version: u.Version})
}
