package f5xc

import (
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// scimShown reads what a document of the standard has, for an answer in which
// what is not wanted is absent and all else is there, empty or not.
type scimShown struct {
	t *scim.ResourceType
	r scim.Resource
	p scim.Projection
}

// wants reports whether an attribute is to be in the answer.
func (s scimShown) wants(name string) bool { return !s.p.Leaves(s.t, name) }

func (s scimShown) text(name string) *string {
	if !s.wants(name) {
		return nil
	}
	text := s.r.Text(name)
	return &text
}

// values are those of an attribute that has several, nil where they are not wanted.
func (s scimShown) values(name string) []map[string]any {
	if !s.wants(name) {
		return nil
	}
	list, _ := s.r[name].([]any)
	all := make([]map[string]any, len(list))
	for i, v := range list {
		all[i], _ = v.(map[string]any)
	}
	return all
}

// scimText is a member of text, empty where there is none.
func scimText(m map[string]any, name string) string {
	s, _ := m[name].(string)
	return s
}

func (s scimShown) schemas() []string {
	list, _ := s.r["schemas"].([]any)
	all := make([]string, len(list))
	for i, v := range list {
		all[i], _ = v.(string)
	}
	return all
}

func (s scimShown) meta(d *dialect) *scimMeta {
	if !s.wants("meta") {
		return nil
	}
	m, _ := s.r["meta"].(map[string]any)
	return &scimMeta{Created: scimText(m, "created"), LastModified: scimText(m, "lastModified"),
		Location: d.scimLocation(s.t, s.r.Text("id")), ResourceType: s.t.Name, Version: scimText(m, "version")}
}

// scimUser shows a user.
func (d *dialect) scimUser(r scim.Resource, p scim.Projection) scimUser {
	s := scimShown{scim.Users, r, p}
	u := scimUser{ID: r.Text("id"), Schemas: s.schemas(), Meta: s.meta(d), UserName: s.text("userName"), DisplayName: s.text("displayName"),
		ExternalID: s.text("externalId"), NickName: s.text("nickName")}
	if s.wants("active") {
		active := r["active"] != false
		u.Active = &active
	}
	if s.wants("userType") {
		kind := userType(oneOf(userType("").Names(), r.Text("userType"), string(typeUser)))
		u.UserType = &kind
	}
	if s.wants("name") {
		m, _ := r["name"].(map[string]any)
		u.Name = &scimName{FamilyName: scimText(m, "familyName"), Formatted: scimText(m, "formatted"), GivenName: scimText(m, "givenName"),
			HonorificPrefix: scimText(m, "honorificPrefix"), HonorificSuffix: scimText(m, "honorificSuffix"), MiddleName: scimText(m, "middleName")}
	}
	if emails := s.values("emails"); emails != nil {
		u.Emails = make([]scimEmail, len(emails))
		for i, e := range emails {
			u.Emails[i] = scimEmail{Primary: e["primary"] == true, Type: scimText(e, "type"), Value: scimText(e, "value")}
		}
	}
	if groups := s.values("groups"); groups != nil {
		u.Groups = make([]scimUserGroup, len(groups))
		for i, g := range groups {
			u.Groups[i] = scimUserGroup{Display: scimText(g, "display"), ID: scimText(g, "value")}
		}
	}
	if roles := s.values("roles"); roles != nil {
		u.Roles = make([]string, len(roles))
		for i, role := range roles {
			u.Roles[i] = scimText(role, "value")
		}
	}
	return u
}

// scimGroup shows a group.
func (d *dialect) scimGroup(r scim.Resource, p scim.Projection) scimGroup {
	s := scimShown{scim.Groups, r, p}
	g := scimGroup{ID: r.Text("id"), Schemas: s.schemas(), Meta: s.meta(d), DisplayName: s.text("displayName"), Name: s.text("displayName"),
		ExternalID: s.text("externalId")}
	if members := s.values("members"); members != nil {
		g.Members = make([]scimGroupMember, len(members))
		for i, m := range members {
			id := scimText(m, "value")
			g.Members[i] = scimGroupMember{Ref: d.scimLocation(scim.Users, id), Value: id}
		}
	}
	return g
}
