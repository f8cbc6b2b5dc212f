package f5xc

import (
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// scimMeta is what the server says of a resource. What requests have of it is
// not heeded.
type scimMeta struct {
	Created      string `json:"created" rule:"message.required=true"`
	LastModified string `json:"lastModified" rule:"message.required=true"`
	Location     string `json:"location" rule:"message.required=true"`
	ResourceType string `json:"resourceType" rule:"message.required=true"`
	Version      string `json:"version" rule:"message.required=true"`
}

type scimName struct {
	FamilyName      string `json:"familyName"`
	Formatted       string `json:"formatted"`
	GivenName       string `json:"givenName"`
	HonorificPrefix string `json:"honorificPrefix"`
	HonorificSuffix string `json:"honorificSuffix"`
	MiddleName      string `json:"middleName"`
}

type scimEmail struct {
	Primary bool   `json:"primary"`
	Type    string `json:"type"`
	Value   string `json:"value"`
}

type scimUserGroup struct {
	Display string `json:"display"`
	ID      string `json:"id"`
}

// scimPerson is what a request says of a user, whether it is new or not.
type scimPerson struct {
	Active      *bool       `json:"active"`
	DisplayName string      `json:"displayName"`
	Emails      []scimEmail `json:"emails"`
	Meta        *scimMeta   `json:"meta"`
	Name        *scimName   `json:"name"`
	Roles       []string    `json:"roles" rule:"message.required=true"`
	UserType    userType    `json:"userType"`
}

// scimNewUser is a user to be made.
type scimNewUser struct {
	scimPerson
	ExternalID string          `json:"externalId"`
	Groups     []scimUserGroup `json:"groups"`
	Schemas    []string        `json:"schemas"`
	UserName   string          `json:"userName"`
}

// scimUserForm is a user to be written anew. Its groups are those that it has,
// whatever it says of them: members are written with the group.
type scimUserForm struct {
	scimPerson
	ExternalID string          `json:"externalId" rule:"message.required=true"`
	Groups     []scimUserGroup `json:"groups" rule:"message.required=true"`
	ID         string          `json:"id" rule:"message.required=true"`
	NickName   string          `json:"nickName"`
	Schemas    []string        `json:"schemas" rule:"message.required=true"`
	UserName   string          `json:"userName" rule:"message.required=true"`
}

// document is the form as a document of the standard. of are the attributes
// that it speaks of.
func (f scimPerson) document() (doc map[string]any, of []string) {
	doc = map[string]any{"displayName": f.DisplayName, "userType": string(f.UserType), "roles": scimTexts(f.Roles)}
	of = []string{"displayName", "userType", "roles", "userName", "externalId", "nickName"}
	if f.Active != nil {
		doc["active"] = *f.Active
	}
	if f.Name != nil {
		doc["name"] = map[string]any{"familyName": f.Name.FamilyName, "formatted": f.Name.Formatted, "givenName": f.Name.GivenName,
			"honorificPrefix": f.Name.HonorificPrefix, "honorificSuffix": f.Name.HonorificSuffix, "middleName": f.Name.MiddleName}
		of = append(of, "name")
	}
	if f.Emails != nil {
		emails := make([]any, len(f.Emails))
		for i, e := range f.Emails {
			m := map[string]any{"value": e.Value, "type": e.Type}
			if e.Primary {
				m["primary"] = true
			}
			emails[i] = m
		}
		doc["emails"] = emails
		of = append(of, "emails")
	}
	return doc, of
}

// scimTexts is a list of texts as a document has it.
func scimTexts(texts []string) []any {
	all := make([]any, len(texts))
	for i, s := range texts {
		all[i] = s
	}
	return all
}

// scimUser is a user as it is shown; what is not wanted is absent.
type scimUser struct {
	Active      *bool           `json:"active,omitzero"`
	DisplayName *string         `json:"displayName,omitzero"`
	Emails      []scimEmail     `json:"emails,omitzero"`
	ExternalID  *string         `json:"externalId,omitzero"`
	Groups      []scimUserGroup `json:"groups,omitzero"`
	ID          string          `json:"id"`
	Meta        *scimMeta       `json:"meta,omitzero"`
	Name        *scimName       `json:"name,omitzero"`
	NickName    *string         `json:"nickName,omitzero"`
	Roles       []string        `json:"roles,omitzero"`
	Schemas     []string        `json:"schemas"`
	UserName    *string         `json:"userName,omitzero"`
	UserType    *userType       `json:"userType,omitzero"`
}

// Headers tell the version as the entity tag that If-Match takes.
func (u scimUser) Headers(h http.Header) { scimTag(h, u.Meta) }

func scimTag(h http.Header, m *scimMeta) {
	if m != nil {
		h.Set("ETag", m.Version)
	}
}

// scimGroupMember names a user in a group.
type scimGroupMember struct {
	Ref   string `json:"ref"`
	Value string `json:"value"`
}

// scimNewGroup is a group to be made. Its id is not the client's to choose.
type scimNewGroup struct {
	DisplayName string            `json:"displayName"`
	ExternalID  string            `json:"externalId"`
	ID          string            `json:"id"`
	Members     []scimGroupMember `json:"members"`
	Meta        *scimMeta         `json:"meta"`
	Schemas     []string          `json:"schemas"`
}

// scimGroupForm is a group to be written anew. Name is another word for
// displayName.
type scimGroupForm struct {
	scimNewGroup
	Name string `json:"name"`
}

// document is the form as a document of the standard, and the attributes that
// it speaks of.
func (f scimNewGroup) document() (doc map[string]any, of []string) {
	doc, of = map[string]any{"displayName": f.DisplayName, "externalId": f.ExternalID}, []string{"displayName", "externalId"}
	if f.Members != nil {
		members := make([]any, len(f.Members))
		for i, m := range f.Members {
			members[i] = map[string]any{"value": m.Value}
		}
		doc["members"] = members
		of = append(of, "members")
	}
	return doc, of
}

// scimGroup is a group as it is shown; what is not wanted is absent.
type scimGroup struct {
	DisplayName *string           `json:"displayName,omitzero"`
	ExternalID  *string           `json:"externalId,omitzero"`
	ID          string            `json:"id"`
	Members     []scimGroupMember `json:"members,omitzero"`
	Meta        *scimMeta         `json:"meta,omitzero"`
	Name        *string           `json:"name,omitzero"`
	Schemas     []string          `json:"schemas"`
}

// Headers as for scimUser.
func (g scimGroup) Headers(h http.Header) { scimTag(h, g.Meta) }

// scimPatch are operations on a resource.
type scimPatch struct {
	Operations []scimOperation `json:"Operations" rule:"message.required=true"`
	ID         string          `json:"id" rule:"message.required=true"`
	Schemas    []string        `json:"schemas" rule:"message.required=true"`
}

type scimOperation struct {
	Op    string         `json:"op" doc:"add, replace or remove; DELETE is another word for remove."`
	Path  string         `json:"path"`
	Value jsontext.Value `json:"value,omitzero" doc:"Any JSON, as the standard has it."`
}

// operations are those of the standard.
func (p scimPatch) operations() ([]scim.Operation, error) {
	all := make([]scim.Operation, len(p.Operations))
	for i, o := range p.Operations {
		all[i] = scim.Operation{Op: folded(o.Op), Path: o.Path}
		if all[i].Op == "delete" {
			all[i].Op = "remove"
		}
		if len(o.Value) > 0 {
			if err := json.Unmarshal(o.Value, &all[i].Value); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}
