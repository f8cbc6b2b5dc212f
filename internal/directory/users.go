package directory

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// NewUser is what a caller says of a user to be made. An empty Password makes
// a user who cannot sign in with one yet.
type NewUser struct {
	Username    string
	Email       string
	GivenName   string
	FamilyName  string
	DisplayName string
	Phone       string
	Language    string
	TimeZone    string
	Rules       iam.UserRules
	Disabled    bool // not to sign in before somebody enables the user
	Password    string
	// PasswordHash is one that another system made of the password, in a form
	// that package password can verify; Password is empty then.
	PasswordHash string
	Attributes   map[string]string
	// Groups and Roles are handles or names. Those that do not exist are made
	// when MakeMissing is set, empty and without rights; else they are Invalid.
	Groups      []string
	Roles       []string
	MakeMissing bool
	// Bindings are roles in scopes; Roles are ignored where there are any.
	Bindings []ScopedRole
	// OwnPassword is set when the password is the user's own choice: it must
	// pass the policy and need not be changed. One that an administrator set
	// may be weak, and must be changed at the next interactive sign-in.
	OwnPassword bool
	// KeepPassword is set when whoever sets the password says that it need not
	// be changed, although it is not the user's own.
	KeepPassword bool
	// MustChangePassword asks for a new password at the next interactive
	// sign-in, also where none is set yet.
	MustChangePassword bool
	// EmailVerified is set where somebody who can be believed says that the
	// address is the user's, and Identity where a provider brings the user:
	// it is linked with it.
	EmailVerified bool
	Identity      *iam.Identity
}

// UserChange says what to change in a user; nil members stay.
type UserChange struct {
	Username *string
	Label    *string
	Email    *string
	// EmailVerified is as of NewUser; a new address is not verified where it
	// is nil.
	EmailVerified *bool
	GivenName     *string
	FamilyName    *string
	DisplayName   *string
	Phone         *string
	Language      *string
	TimeZone      *string
	Theme         *string
	Rules         *iam.UserRules
	State         *iam.UserState
	Password      *string
	// PasswordHash is as of NewUser, where Password is nil.
	PasswordHash string
	// MustChangePassword is whether the next interactive sign-in asks for a
	// new password; nil is yes when Password is set, and as before when not.
	MustChangePassword *bool
	// Attributes are merged; a nil value removes the attribute.
	Attributes map[string]*string
	Groups     *[]string
	Roles      *[]string
	// Bindings are all roles of the user itself in whatever scope; Roles are
	// ignored where they are given.
	Bindings *[]ScopedRole
	// MakeMissing as for NewUser.
	MakeMissing bool
	// Version is the one that the caller read; 0 takes the user as it is.
	Version int64

	// Provisioning says that a provisioning client makes the change, which alone
	// may change names and addresses of the users that it looks after.
	Provisioning bool

	// owner lets Attributes say whether the user is an owner of the tenant.
	owner bool
}

// User answers one user with its groups and roles. NotFound.
func (s *Service) User(ctx context.Context, by iam.Actor, k UserKey) (iam.User, error) {
	return s.store.User(ctx, by.Tenant, k)
}

// Users lists users with their groups and roles.
func (s *Service) Users(ctx context.Context, by iam.Actor, f UserFilter, p iam.Page) (iam.List[iam.User], error) {
	return s.store.Users(ctx, by.Tenant, f, p)
}

// CreateUser makes a user. Invalid; NotFound: the scope of a binding is not
// there; Exists: the username is taken; Denied: a role or group gives a right
// that the actor lacks.
func (s *Service) CreateUser(ctx context.Context, by iam.Actor, in NewUser) (iam.User, error) {
	return again(func() (iam.User, error) { return s.createUser(ctx, by, in) })
}

func (s *Service) createUser(ctx context.Context, by iam.Actor, in NewUser) (iam.User, error) {
	u, err := s.made(by, in)
	if err != nil {
		return iam.User{}, err
	}
	w := UserWrite{User: u, PasswordHash: in.PasswordHash, Identity: in.Identity}
	if w.Groups, w.NewGroups, err = s.groupsToWrite(ctx, by, nil, in.Groups, in.MakeMissing); err != nil {
		return iam.User{}, err
	}
	if in.Bindings != nil {
		w.Bindings, err = s.bindingsToWrite(ctx, by, iam.Binding{User: u.ID}, nil, in.Bindings)
	} else {
		w.Roles, w.NewRoles, err = s.rolesToWrite(ctx, by, nil, in.Roles, in.MakeMissing)
	}
	if err != nil {
		return iam.User{}, err
	}
	if in.Password != "" {
		if w.PasswordHash, err = s.hash(ctx, by.Tenant, in.Password, u, in.OwnPassword); err != nil {
			return iam.User{}, err
		}
	}
	return s.store.InsertUser(ctx, by.Tenant, w, s.env.Event(by, "user", "create", string(u.ID), u.Username))
}

// made answers the user that a caller wants, checked by itself.
func (s *Service) made(by iam.Actor, in NewUser) (iam.User, error) {
	now := s.env.Time()
	u := iam.User{
		ID: iam.UserID(s.env.NewID()), Handle: in.Username, Username: in.Username, Email: in.Email,
		GivenName: in.GivenName, FamilyName: in.FamilyName, DisplayName: in.DisplayName, Phone: in.Phone,
		State: iam.UserPending, Attributes: in.Attributes, Created: now, Updated: now, Version: 1,
		Language: in.Language, TimeZone: in.TimeZone, Rules: in.Rules, EmailVerified: in.EmailVerified,
	}
	if in.Disabled {
		u.State = iam.UserDisabled
	}
	if err := checkUser(u); err != nil {
		return iam.User{}, err
	}
	if err := checkOwnership(by, false, u.Owner()); err != nil {
		return iam.User{}, err
	}
	u.MustChangePassword = in.MustChangePassword || in.Password != "" && !in.OwnPassword && !in.KeepPassword
	return u, nil
}

// UpdateUser changes a user. NotFound, also for the scope of a binding; Invalid,
// Exists, Conflict; Denied: the user holds, or would gain, a right that the
// actor lacks, and the change could be a way to it.
func (s *Service) UpdateUser(ctx context.Context, by iam.Actor, k UserKey, ch UserChange) (iam.User, error) {
	return again(func() (iam.User, error) { return s.updateUser(ctx, by, k, ch) })
}

func (s *Service) updateUser(ctx context.Context, by iam.Actor, k UserKey, ch UserChange) (iam.User, error) {
	old, err := s.store.User(ctx, by.Tenant, k)
	if err != nil {
		return iam.User{}, err
	}
	w, e, err := s.userWrite(ctx, by, old, ch)
	if err != nil {
		return iam.User{}, err
	}
	return s.store.UpdateUser(ctx, by.Tenant, w, e)
}

// userWrite answers what a change makes of a user, with the event. Errors as of
// UpdateUser.
func (s *Service) userWrite(ctx context.Context, by iam.Actor, old iam.User, ch UserChange) (w UserWrite, e iam.Event, err error) {
	if ch.Version != 0 && ch.Version != old.Version {
		return w, e, iam.ErrStale("user", old.Username)
	}
	u := apply(old, ch)
	if err := checkUser(u); err != nil {
		return w, e, err
	}
	if err := checkOwnership(by, old.Owner() || ch.owner, u.Owner() || ch.owner); err != nil {
		return w, e, err
	}
	w.User = u
	if ch.Groups != nil {
		if w.Groups, w.NewGroups, err = s.groupsToWrite(ctx, by, old.Groups, *ch.Groups, ch.MakeMissing); err != nil {
			return w, e, err
		}
	}
	switch {
	case ch.Bindings != nil:
		w.Bindings, err = s.bindingsToWrite(ctx, by, iam.Binding{User: old.ID}, heldByUser(old), *ch.Bindings)
	case ch.Roles != nil:
		w.Roles, w.NewRoles, err = s.rolesToWrite(ctx, by, old.Roles, *ch.Roles, ch.MakeMissing)
	}
	if err != nil {
		return w, e, err
	}
	if ch.Password != nil || ch.PasswordHash != "" {
		if err := s.checkPasswordOf(ctx, by, old.ID); err != nil {
			return w, e, err
		}
		w.PasswordHash = ch.PasswordHash
	}
	if ch.Password != nil {
		if w.PasswordHash, err = s.hash(ctx, by.Tenant, *ch.Password, u, false); err != nil {
			return w, e, err
		}
		w.User.MustChangePassword = true
	}
	if ch.MustChangePassword != nil {
		w.User.MustChangePassword = *ch.MustChangePassword
	}
	disabled := u.State == iam.UserDisabled && old.State != iam.UserDisabled
	w.Security = w.PasswordHash != "" || w.Groups != nil || w.Roles != nil || w.Bindings != nil ||
		u.State != old.State || u.Username != old.Username || !reflect.DeepEqual(u.Rules, old.Rules)
	w.EndSessions = w.PasswordHash != "" || disabled
	if !ch.Provisioning {
		if err := checkSynced(old, u); err != nil {
			return w, e, err
		}
	}
	// The address is where a new password can be asked for.
	if w.Security || u.Email != old.Email {
		if err := s.rights.CheckUser(ctx, toucher(by, old, ch.Provisioning && onlyState(old, w)), old.ID); err != nil {
			return w, e, err
		}
	}
	if disabled && isSelf(by, old.ID) {
		return w, e, iam.E(iam.Precondition, "one cannot disable oneself").Because(iam.ReasonSelf)
	}
	w.User.Updated = s.env.Time()
	e = s.env.Event(by, "user", "update", string(u.ID), u.Username)
	e.Details = iam.Merge(e.Details, changedFields(old, u, w))
	return w, e, nil
}

// DeleteUser removes a user. NotFound; Precondition: it is the actor; Denied:
// the user holds a right that the actor lacks.
func (s *Service) DeleteUser(ctx context.Context, by iam.Actor, k UserKey) (iam.User, error) {
	return s.deleteUser(ctx, by, k, 0, false)
}

func (s *Service) deleteUser(ctx context.Context, by iam.Actor, k UserKey, version int64, provisioning bool) (iam.User, error) {
	u, err := s.store.User(ctx, by.Tenant, k)
	if err != nil {
		return iam.User{}, err
	}
	if isSelf(by, u.ID) {
		return iam.User{}, iam.E(iam.Precondition, "one cannot delete oneself").Because(iam.ReasonSelf)
	}
	if err := s.rights.CheckUser(ctx, toucher(by, u, provisioning), u.ID); err != nil {
		return iam.User{}, err
	}
	return u, s.store.DeleteUser(ctx, by.Tenant, u.ID, version, s.env.Event(by, "user", "delete", string(u.ID), u.Username))
}

// again writes once more where a group or role that the write was to make has
// appeared since it was looked for: whether it may be given has to be asked
// now. One that appears cannot appear again, save that it is removed between.
func again(write func() (iam.User, error)) (u iam.User, err error) {
	for range 3 {
		u, err = write()
		if e, ok := errors.AsType[*iam.Error](err); !ok || e.Code != iam.ReasonAppeared {
			break
		}
	}
	return u, err
}

// apply answers u with the change over it.
func apply(u iam.User, ch UserChange) iam.User {
	set := func(to *string, from *string) {
		if from != nil {
			*to = *from
		}
	}
	set(&u.Username, ch.Username)
	set(&u.Label, ch.Label)
	set(&u.GivenName, ch.GivenName)
	set(&u.FamilyName, ch.FamilyName)
	set(&u.DisplayName, ch.DisplayName)
	set(&u.Phone, ch.Phone)
	set(&u.Language, ch.Language)
	set(&u.TimeZone, ch.TimeZone)
	set(&u.Theme, ch.Theme)
	if ch.Rules != nil {
		u.Rules = *ch.Rules
	}
	if ch.Email != nil && *ch.Email != u.Email {
		u.Email, u.EmailVerified = *ch.Email, false
	}
	if ch.EmailVerified != nil {
		u.EmailVerified = *ch.EmailVerified
	}
	if ch.State != nil {
		u.State = *ch.State
	}
	u.Attributes = iam.Patch(u.Attributes, ch.Attributes)
	return u
}

// changedFields names what a change touched, for the audit trail; values are
// left out, since some are nobody's business.
func changedFields(old, u iam.User, w UserWrite) map[string]string {
	m := map[string]string{}
	note := func(name string, changed bool) {
		if changed {
			m[name] = "changed"
		}
	}
	note("username", old.Username != u.Username)
	note("email", old.Email != u.Email || old.EmailVerified != u.EmailVerified)
	note("state", old.State != u.State)
	note("rules", !reflect.DeepEqual(old.Rules, u.Rules))
	note("password", w.PasswordHash != "")
	note("groups", w.Groups != nil && !sameRefs(old.Groups, *w.Groups))
	note("roles", w.Roles != nil && !sameRefs(old.Roles, *w.Roles) || w.Bindings != nil)
	return m
}

func sameRefs[T ~string](old []iam.Ref[T], now []T) bool {
	return len(old) == len(now) && !slices.ContainsFunc(old, func(r iam.Ref[T]) bool { return !slices.Contains(now, r.ID) })
}

func isSelf(by iam.Actor, u iam.UserID) bool { return by.User == u && by.Home == by.Tenant }
