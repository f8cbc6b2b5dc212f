package fess

import (
	"cmp"
	"maps"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// userForm is a user in a request. Members that are not listed here, such as
// crud_mode, updated_by and updated_time, are not read.
type userForm struct {
	Name            string `json:"name" doc:"1 to 100 characters."`
	Password        string `json:"password,omitzero" doc:"At most 100 characters."`
	ConfirmPassword string `json:"confirm_password,omitzero" doc:"Must equal the password where it is given."`
	ConfirmCamel    string `json:"confirmPassword,omitzero" doc:"Another spelling of confirm_password."`
	person[*string]
	Attributes map[string]*string `json:"attributes,omitzero" doc:"Any attributes; null or an empty text removes one."`
	Roles      *[]string          `json:"roles,omitzero" doc:"Names or ids. What does not exist is made, without rights."`
	Groups     *[]string          `json:"groups,omitzero" doc:"Names or ids. What does not exist is made, without rights."`
}

// editForm is what updates name in addition.
type editForm struct {
	ID           string `json:"id"`
	VersionNo    *int64 `json:"version_no,omitzero" doc:"As it was read; either spelling is required."`
	VersionCamel *int64 `json:"versionNo,omitzero" doc:"Another spelling of version_no."`
}

type userEdit struct {
	editForm
	userForm
}

const (
	maxFormText = 100  // characters of a name or password (Fess CreateForm)
	maxFormID   = 1000 // characters of an id (Fess EditForm)
)

// check holds the form against the rules that Fess's own form has; the core
// has more of them.
func (f *userForm) check(check *iam.Checker) {
	checkName(check, f.Name)
	check.Length("password", f.Password, 0, maxFormText)
	confirm := cmp.Or(f.ConfirmPassword, f.ConfirmCamel)
	check.Length("confirm_password", confirm, 0, maxFormText)
	if confirm != "" && f.Password != "" && confirm != f.Password {
		check.Add("confirm_password", reasonConfirm, "confirm_password does not match")
	}
}

// complete gives a form without roles or groups empty lists of them: one that
// creates tells all that a user is to have.
func (f *userForm) complete() {
	if f.Roles == nil {
		f.Roles = &[]string{}
	}
	if f.Groups == nil {
		f.Groups = &[]string{}
	}
}

// checkName is the rule of Fess's forms for a name. Its lower bound is told as
// 0, because a name that is empty is missing.
func checkName(check *iam.Checker, name string) {
	if name == "" {
		check.Add("name", iam.ReasonRequired, "name is required")
		return
	}
	check.Length("name", name, 0, maxFormText)
}

// check is that of userForm for the members of an update.
func (f *editForm) check(check *iam.Checker) {
	check.Length("id", f.ID, 1, maxFormID)
	if f.VersionNo == nil && f.VersionCamel == nil {
		check.Add("version_no", iam.ReasonRequired, "version_no is required")
	}
	if f.VersionNo != nil && f.VersionCamel != nil && *f.VersionNo != *f.VersionCamel {
		check.Add("version_no", iam.ReasonFormat, "version_no must equal versionNo where both are given")
	}
}

// version answers the version that a checked form gives.
func (f *editForm) version() int64 { return *cmp.Or(f.VersionNo, f.VersionCamel) }

// newUser answers a user to be made.
func newUser(f *userForm, w wanted, roles, groups []string) directory.NewUser {
	u := directory.NewUser{Username: f.Name, Password: f.Password, Roles: roles, Groups: groups, MakeMissing: true,
		Attributes: map[string]string{}}
	fields := known[*string]{&u.FamilyName, &u.GivenName, &u.Email, &u.DisplayName, &u.Phone}
	for name, value := range w {
		if field, ok := fields.by(name); ok {
			*field = value
		} else if value != "" {
			u.Attributes[name] = value
		}
	}
	for name, value := range spellings(f) {
		if value != nil {
			u.Attributes[name] = *value
		}
	}
	return u
}

// userChange answers the change of a user's attributes and password. Roles,
// groups, name and version are for the caller to add.
func userChange(f *userForm, w wanted) directory.UserChange {
	ch := directory.UserChange{MakeMissing: true, Attributes: map[string]*string{}}
	if f.Password != "" {
		ch.Password = &f.Password
	}
	fields := known[**string]{&ch.FamilyName, &ch.GivenName, &ch.Email, &ch.DisplayName, &ch.Phone}
	for name, value := range w {
		if field, ok := fields.by(name); ok {
			*field = &value
		} else if value != "" {
			ch.Attributes[name] = &value
		} else {
			ch.Attributes[name] = nil
		}
	}
	maps.Copy(ch.Attributes, spellings(f))
	return ch
}

// spellings are the attributes for the lists that a form has.
func spellings(f *userForm) map[string]*string {
	m := map[string]*string{}
	if f.Roles != nil {
		m[attrRoles] = spelling(*f.Roles)
	}
	if f.Groups != nil {
		m[attrGroups] = spelling(*f.Groups)
	}
	return m
}

// userRow is a user in a list: what the document shows, then what the real
// server does.
type userRow struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Surname   string `json:"surname"`
	GivenName string `json:"givenName"`
	Mail      string `json:"mail"`
	userRest
}

// userSetting is one user, with everything that the document shows.
type userSetting struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	person[shown]
	userRest
}

type userRest struct {
	Roles        []string          `json:"roles"`
	Groups       []string          `json:"groups"`
	Attributes   map[string]string `json:"attributes"`
	VersionNo    int64             `json:"version_no"`
	VersionCamel int64             `json:"versionNo"`
}

func rowOf(u iam.User) userRow {
	return userRow{ID: idOf(u.Handle), Name: u.ListedName(), Surname: u.FamilyName, GivenName: u.GivenName, Mail: u.Email,
		userRest: restOf(u)}
}

func settingOf(u iam.User) userSetting {
	s := userSetting{ID: idOf(u.Handle), Name: u.ListedName(), userRest: restOf(u)}
	fields := knownOf(u)
	for _, m := range s.members() {
		value, ok := fields.by(m.name)
		if !ok {
			value = u.Attributes[m.name]
		}
		*m.value = shown(value)
	}
	return s
}

func restOf(u iam.User) userRest {
	return userRest{
		Roles: spelled(u.Roles, u.Attributes[attrRoles]), Groups: spelled(u.Groups, u.Attributes[attrGroups]),
		Attributes: attributes(u), VersionNo: u.Version, VersionCamel: u.Version,
	}
}
