package storage

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

const (
	insertUser = `INSERT INTO users
		(tenant_id, user_id, handle, username, username_key, label, listed_key, email, email_key, email_verified, given_name,
		family_name, display_name, phone, state, attributes, password_hash, must_change_password, generation, last_login_at,
		created_at, updated_at, version, password_changed_at, number, language, time_zone, theme, rules, display_key, given_key,
		family_key, emails_listed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1, 0, $19, $20, 1, $21, $22, $23,
		$24, $25, $26, $27, $28, $29, $30)
		ON CONFLICT DO NOTHING`
	updateUser = `UPDATE users SET username = $1, username_key = $2, label = $3, listed_key = $4, email = $5, email_key = $6,
		email_verified = $7, given_name = $8, family_name = $9, display_name = $10, phone = $11, state = $12, attributes = $13,
		password_hash = CASE WHEN $14 = '' THEN password_hash ELSE $14 END,
		password_changed_at = CASE WHEN $14 = '' THEN password_changed_at ELSE $15 END, must_change_password = $16,
		generation = generation + $17, updated_at = $15, language = $18, time_zone = $19, theme = $20, rules = $21,
		display_key = $22, given_key = $23, family_key = $24, emails_listed = $25, version = version + 1
		WHERE tenant_id = $26 AND user_id = $27 AND version = $28`
	deleteUser   = `DELETE FROM users WHERE tenant_id = $1 AND user_id = $2 AND ($3 = 0 OR version = $3)`
	userVersion  = `SELECT version FROM users WHERE tenant_id = $1 AND user_id = $2`
	usernameUser = `SELECT user_id FROM users WHERE tenant_id = $1 AND username_key = $2`
	numberUser   = `SELECT user_id FROM users WHERE tenant_id = $1 AND number = $2`
)

// InsertUser implements directory.Store.
//
// It counts the epoch up only when it makes roles, which a remembered rulebook
// lacks: nobody remembers anything of a user who was not there, and a new
// group has no members yet whose rights could be remembered.
func (s *Store) InsertUser(ctx context.Context, t iam.TenantID, w directory.UserWrite, events ...iam.Event) (u iam.User, err error) {
	defer s.wrap(&err, "InsertUser(%s, %s)", t, w.User.ID)
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		made, err := x.makeNamed(ctx, w)
		if err != nil {
			return err
		}
		if err := x.insertUser(ctx, w); err != nil {
			return err
		}
		if err := x.insertUserValues(ctx, w.User); err != nil {
			return err
		}
		if w.Identity != nil {
			i := *w.Identity
			i.User = w.User.ID
			if err := x.insertIdentity(ctx, i); err != nil {
				return err
			}
		}
		if err := x.setNamed(ctx, w, events); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		if u, err = scanUser(x.row(ctx, readUserByID, t, w.User.ID)); err != nil {
			return err
		}
		// Who is made at the same time waits for the row of the count.
		if err := x.count(ctx, countedUsers, string(w.User.ID), 1); err != nil || !made {
			return err
		}
		return x.bump(ctx)
	})
	return u, err
}

// insertUser writes the row, under the first handle that is free.
func (x *call) insertUser(ctx context.Context, w directory.UserWrite) error {
	u := w.User
	number := numberOf(string(u.ID))
	return underHandle("user", u.Handle, func(handle string) (n int64, err error) {
		for range maxNumbers {
			n, err = x.exec(ctx, insertUser, x.userRow(w, handle, number)...)
			if err != nil || n > 0 {
				return n, x.refers("tenant", string(x.tenant), err)
			}
			taken, err := all(ctx, x, scanOne[iam.UserID], numberUser, x.tenant, number)
			if err != nil || len(taken) == 0 { // it is the handle or the name that is in the way
				return 0, err
			}
			number = numberOf(x.store.env.NewID())
		}
		return 0, fmt.Errorf("no number is free for user %s", u.ID)
	}, func() error {
		var other iam.UserID
		err := x.row(ctx, usernameUser, x.tenant, iam.Fold(u.Username)).Scan(&other)
		return free("user", u.Username, err)
	})
}

// userRow are the arguments of insertUser.
func (x *call) userRow(w directory.UserWrite, handle string, number int64) []any {
	u := w.User
	var changed time.Time // of the password
	if w.PasswordHash != "" {
		changed = u.Created
	}
	return []any{x.tenant, u.ID, handle, u.Username, iam.Fold(u.Username), u.Label, iam.Fold(u.ListedName()),
		u.Email, iam.Fold(u.Email), u.EmailVerified, u.GivenName, u.FamilyName, u.DisplayName, u.Phone, u.State, u.Attributes,
		w.PasswordHash, u.MustChangePassword, u.Created, u.Updated, changed, number, u.Language, u.TimeZone, u.Theme, u.Rules,
		iam.Fold(u.DisplayName), iam.Fold(u.GivenName), iam.Fold(u.FamilyName), scim.EmailsListed(u)}
}

// maxNumbers is how many numbers are tried for a user. Even among a million
// users the first is free but for one in 9 thousand million.
const maxNumbers = 4

// maxNumber is the greatest that a double, as JavaScript has it, holds exactly.
const maxNumber = 1<<53 - 1

// numberOf makes a user's number of 53 of the random bits of an id, so that
// those who are made at once need not queue for the next one.
func numberOf(id string) int64 {
	if !iam.ValidID(id) {
		return 1 // which the insertion refuses
	}
	n, _ := strconv.ParseInt(id[20:23]+id[24:], 16, 64) // of digits only
	return max(n&maxNumber, 1)
}

// UpdateUser implements directory.Store. Sessions end with an epoch of their
// own, also where w.Security is not set.
func (s *Store) UpdateUser(ctx context.Context, t iam.TenantID, w directory.UserWrite, events ...iam.Event) (u iam.User, err error) {
	defer s.wrap(&err, "UpdateUser(%s, %s)", t, w.User.ID)
	if err := checkID("user", w.User.ID); err != nil {
		return u, err
	}
	err = s.write(ctx, t, func(ctx context.Context, x *call) error {
		made, err := x.makeNamed(ctx, w)
		if err != nil {
			return err
		}
		endSessions := w.EndSessions || w.PasswordHash != ""
		if err := x.updateUser(ctx, w, endSessions); err != nil {
			return err
		}
		if err := x.updateUserValues(ctx, w.User); err != nil {
			return err
		}
		if endSessions {
			if _, err := x.exec(ctx, deleteSessionsOf, t, w.User.ID); err != nil {
				return err
			}
		}
		if err := x.setNamed(ctx, w, events); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		if u, err = scanUser(x.row(ctx, readUserByID, t, w.User.ID)); err != nil {
			return err
		}
		if w.Security || endSessions || made || w.Bindings != nil {
			return x.bump(ctx)
		}
		return nil
	})
	return u, err
}

func (x *call) updateUser(ctx context.Context, w directory.UserWrite, endSessions bool) error {
	u, generations := w.User, 0
	if endSessions {
		generations = 1
	}
	n, err := x.exec(ctx, updateUser, u.Username, iam.Fold(u.Username), u.Label, iam.Fold(u.ListedName()), u.Email, iam.Fold(u.Email),
		u.EmailVerified, u.GivenName, u.FamilyName, u.DisplayName, u.Phone, u.State, u.Attributes, w.PasswordHash,
		u.Updated, u.MustChangePassword, generations, u.Language, u.TimeZone, u.Theme, u.Rules, iam.Fold(u.DisplayName),
		iam.Fold(u.GivenName), iam.Fold(u.FamilyName), scim.EmailsListed(u), x.tenant, u.ID, u.Version)
	return x.versioned(ctx, n, x.unique("user", u.Username, err), "user", string(u.ID), userVersion, x.tenant, u.ID)
}

// DeleteUser implements directory.Store. What belongs to the user goes by
// foreign keys.
func (s *Store) DeleteUser(ctx context.Context, t iam.TenantID, id iam.UserID, version int64, events ...iam.Event) (err error) {
	defer s.wrap(&err, "DeleteUser(%s, %s)", t, id)
	if err := checkID("user", id); err != nil {
		return err
	}
	return s.write(ctx, t, func(ctx context.Context, x *call) error {
		n, err := x.exec(ctx, deleteUser, t, id, version)
		if err := x.versioned(ctx, n, err, "user", string(id), userVersion, t, id); err != nil {
			return err
		}
		if err := x.count(ctx, countedUsers, string(id), -1); err != nil {
			return err
		}
		if err := x.note(ctx, events); err != nil {
			return err
		}
		return x.bump(ctx)
	})
}

// maxHandles is how many of one name are numbered.
const maxHandles = 1000

// underHandle inserts under the wanted handle, or that with "~2", "~3" and so
// on behind it where it is taken. insert answers how many rows it wrote;
// taken answers the error when it is the name that is in the way.
func underHandle(what, handle string, insert func(handle string) (int64, error), taken func() error) error {
	for n := 1; n <= maxHandles; n++ {
		candidate := handle
		if n > 1 {
			candidate = fmt.Sprintf("%s~%d", handle, n)
		}
		if rows, err := insert(candidate); err != nil || rows > 0 {
			return err
		}
		if err := taken(); err != nil {
			return err
		}
	}
	return iam.ErrExists(what, handle)
}
