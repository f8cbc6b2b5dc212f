package storage

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A user comes with its groups and with its own roles in all scopes.
var userColumns = `p.user_id, p.handle, p.username, p.label, p.email, p.email_verified, p.given_name, p.family_name,
	p.display_name, p.phone, p.state, p.attributes, p.password_hash <> '', p.must_change_password, p.last_login_at,
	p.created_at, p.updated_at, p.version, p.password_changed_at, p.number, p.language, p.time_zone, p.theme, p.rules,
	(SELECT ` + refText("g.group_id", "g.handle", "g.name") + `
		FROM memberships m CROSS JOIN user_groups g
		WHERE m.tenant_id = p.tenant_id AND m.user_id = p.user_id AND g.tenant_id = m.tenant_id AND g.group_id = m.group_id),
	(SELECT ` + roleText("b.scope", "r.role_id", "r.handle", "r.name") + `
		FROM bindings b CROSS JOIN roles r
		WHERE b.tenant_id = p.tenant_id AND b.user_id = p.user_id
		AND r.tenant_id = b.tenant_id AND r.role_id = b.role_id)`

func scanUser(row scanner) (u iam.User, err error) {
	err = row.Scan(&u.ID, &u.Handle, &u.Username, &u.Label, &u.Email, &u.EmailVerified, &u.GivenName, &u.FamilyName,
		&u.DisplayName, &u.Phone, &u.State, to(&u.Attributes), &u.HasPassword, &u.MustChangePassword, to(&u.LastLogin),
		to(&u.Created), to(&u.Updated), &u.Version, to(&u.PasswordChanged), &u.Number, &u.Language, &u.TimeZone, &u.Theme, to(&u.Rules),
		refsTo[iam.GroupID]{&u.Groups}, rolesTo{&u.Bindings, &u.Roles})
	return u, err
}

var (
	readUser           = `SELECT ` + userColumns + ` FROM users p WHERE p.tenant_id = $1 AND `
	readUserByID       = readUser + `p.user_id = $2`
	readUserByHandle   = readUser + `p.handle = $2`
	readUserByNumber   = readUser + `p.number = $2`
	readUserByUsername = readUser + `p.username_key = $2`
	readUserByShort    = readUser + numbered(short("p.user_id"), 2) + ` LIMIT 1`
)

// User implements directory.Store.
func (s *Store) User(ctx context.Context, t iam.TenantID, k directory.UserKey) (u iam.User, err error) {
	defer s.wrap(&err, "User(%s)", t)
	query, key, args, err := userBy(k)
	if err != nil {
		return u, err
	}
	u, err = s.users.get(s.engine, userKey{t, k}, func() (u iam.User, err error) {
		err = s.read(ctx, t, func(ctx context.Context, x *call) error {
			u, err = scanUser(x.row(ctx, query, append([]any{t}, args...)...))
			return found("user", key, err)
		})
		return u, err
	})
	// What is remembered is nobody's to change.
	u.Attributes, u.Groups = maps.Clone(u.Attributes), slices.Clone(u.Groups)
	u.Roles, u.Bindings = slices.Clone(u.Roles), slices.Clone(u.Bindings)
	u.Rules.Pages.Sources, u.Rules.API.Sources = slices.Clone(u.Rules.Pages.Sources), slices.Clone(u.Rules.API.Sources)
	return u, err
}

// userKey is a user of a tenant by one of its names.
type userKey struct {
	tenant iam.TenantID
	directory.UserKey
}

// userBy answers the query for a key, and the key for people.
func userBy(k directory.UserKey) (query, key string, args []any, err error) {
	switch {
	case k.ID != "":
		return readUserByID, string(k.ID), []any{k.ID}, checkID("user", k.ID)
	case k.Short != "":
		low, high, ok := iam.ShortRange(k.Short)
		if !ok {
			return "", "", nil, iam.ErrNotFound("user", k.Short)
		}
		return readUserByShort, k.Short, []any{low, high, k.Short}, nil
	case k.Handle != "":
		return readUserByHandle, k.Handle, []any{k.Handle}, nil
	case k.Number != 0:
		return readUserByNumber, strconv.FormatInt(k.Number, 10), []any{k.Number}, nil
	default:
		return readUserByUsername, k.Username, []any{iam.Fold(k.Username)}, nil
	}
}

var users = listing[iam.User]{
	table:   "users",
	columns: userColumns,
	id:      "user_id",
	idOf:    func(u iam.User) string { return string(u.ID) },
	sorts: map[string]ordering[iam.User]{
		"name":     {column: "listed_key", text: func(u iam.User) string { return iam.Fold(u.ListedName()) }},
		"username": {column: "username_key", text: func(u iam.User) string { return iam.Fold(u.Username) }},
		"email":    {column: "email_key", text: func(u iam.User) string { return iam.Fold(u.Email) }},
		"created":  {column: "created_at", time: func(u iam.User) time.Time { return u.Created }},
	},
	sort: "name",
	scan: scanUser,
}

// Users that are in a group, and users to whom a role is bound in the whole tenant.
const (
	membersOf = `user_id IN (SELECT m.user_id FROM memberships m WHERE m.tenant_id = ? AND m.group_id = ?)`
	holdersOf = `user_id IN (SELECT b.user_id FROM bindings b WHERE b.tenant_id = ? AND b.role_id = ? AND b.scope = '' AND b.user_id IS NOT NULL)`
)

// ownerAttribute is what the attributes of an owner have in them, as a pattern of
// LIKE. No value can have it: there its quotes are escaped.
var ownerAttribute = `%"` + strings.ReplaceAll(iam.AttributeOwner, "_", `\_`) + `":"true"%`

// Users implements directory.Store.
func (s *Store) Users(ctx context.Context, t iam.TenantID, f directory.UserFilter, p iam.Page) (l iam.List[iam.User], err error) {
	defer s.wrap(&err, "Users(%s)", t)
	where := rowsOf(t)
	where.match("username", "username_key", f.Username)
	where.match("email", "email_key", f.Email)
	where.equal("email_key", iam.Fold(f.Address))
	where.match("name", "listed_key", f.Name)
	where.match("display_name", "display_key", f.DisplayName)
	where.equal("state", string(f.State))
	if f.Owner {
		where.and(`attributes LIKE ? ESCAPE '\'`, ownerAttribute)
	}
	if !where.among(membersOf, t, string(f.Group)) || !where.among(holdersOf, t, string(f.Role)) {
		return l, nil // an id that cannot be one
	}
	err = s.read(ctx, t, func(ctx context.Context, x *call) error {
		if !p.Total || where.narrow {
			l, err = users.list(ctx, x, where, p)
			return err
		}
		total, err := x.counted(ctx, countedUsers)
		if err != nil {
			return err
		}
		p := p
		p.Total = false
		l, err = users.list(ctx, x, where, p)
		l.Total = total
		return err
	})
	return l, err
}
