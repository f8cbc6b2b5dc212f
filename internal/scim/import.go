package scim

import (
	"cmp"
	"maps"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A file says of people and groups what a client says of them, but what it leaves
// out stays as it is, and so do roles that it does not name.

// Draft is what a file says of a user.
type Draft struct {
	Person
	active bool // it says whether the user is active
}

// Draft reads a document of a file. Invalid, of ReasonValue or for what is required.
func (t *ResourceType) Draft(sent map[string]any) (Draft, error) {
	r, err := t.Read(t.fromTexts(sent))
	if err != nil {
		return Draft{}, err
	}
	p, err := person(t, r)
	return Draft{p, r[attrActive] != nil}, err
}

// Over answers what is to be changed in a user for all that the file says to be
// true, and the attributes that it is about.
func (d Draft) Over(u iam.User) (ch UserChange, names []string) {
	set := func(name, old, now string) *string {
		if now == "" || now == old {
			return nil
		}
		names = append(names, name)
		return &now
	}
	ch = UserChange{Username: set("userName", u.Username, d.Username), Email: set("emails", u.Email, d.Email),
		GivenName: set("name.givenName", u.GivenName, d.GivenName), FamilyName: set("name.familyName", u.FamilyName, d.FamilyName),
		DisplayName: set("displayName", u.DisplayName, d.DisplayName), Phone: set("phoneNumbers", u.Phone, d.Phone),
		Language: set("preferredLanguage", u.Language, d.Language), TimeZone: set("timezone", u.TimeZone, d.TimeZone), Version: u.Version}
	if active := u.State != iam.UserDisabled; d.active && active != d.Active {
		ch.Active = &d.Active
		names = append(names, attrActive)
	}
	if roles := withRoles(u.Roles, d.Roles); len(roles) > len(u.Roles) {
		ch.Roles = &roles
		names = append(names, "roles")
	}
	more := laidOver(u.Attributes, d.Attributes)
	ch.Attributes = more
	return ch, append(names, shownAs(more)...)
}

// withRoles answers roles by name, and those of others that are none of them.
func withRoles(present []iam.Ref[iam.RoleID], more []string) []string {
	is := make(map[string]bool, 2*len(present))
	all := make([]string, 0, len(present)+len(more))
	for _, r := range present {
		is[iam.Fold(r.Name)], is[iam.Fold(r.Handle)] = true, true
		all = append(all, r.Handle)
	}
	for _, name := range more {
		if !is[iam.Fold(name)] {
			is[iam.Fold(name)] = true
			all = append(all, name)
		}
	}
	return all
}

// laidOver answers those attributes of a file that are not there so.
func laidOver(present, said map[string]string) map[string]*string {
	ch := map[string]*string{}
	for name, value := range said {
		if present[name] != value {
			ch[name] = &value
		}
	}
	return ch
}

// shownAs are the attributes of a resource that a change of kept ones is about.
func shownAs(kept map[string]*string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		path, _ := keptAs(name)
		names = append(names, cmp.Or(path, name))
	}
	return names
}

// TeamDraft reads what a document of a file says of a group, but for its members.
// Errors as for Draft.
func (t *ResourceType) TeamDraft(sent map[string]any) (Team, error) {
	sent = maps.Clone(sent)
	delete(sent, attrMembers)
	r, err := t.Read(sent)
	if err != nil {
		return Team{}, err
	}
	return team(t, r)
}

// Over is Draft.Over of a group.
func (n Team) Over(g iam.Group) (ch GroupChange, names []string) {
	if n.Name != g.Name {
		ch.Name = &n.Name
		names = append(names, "displayName")
	}
	ch.Attributes = laidOver(g.Attributes, n.Attributes)
	return ch, append(names, shownAs(ch.Attributes)...)
}

// UserDocument shows a user for a file.
func (t *ResourceType) UserDocument(u iam.User) Resource { return t.finish(userResource(t, u)) }

// GroupDocument shows a group with its members for a file.
func (t *ResourceType) GroupDocument(g iam.Group, members []iam.Ref[iam.UserID]) Resource {
	return t.finish(groupResource(t, g, members))
}

// InWords tells of a broken rule of the directory in the words of a resource.
func InWords(err error) error { return inWords(err) }
