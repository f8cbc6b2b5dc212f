package scim

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Person is what a resource says of a user, in the words of the directory.
type Person struct {
	Username    string
	Email       string
	GivenName   string
	FamilyName  string
	DisplayName string
	Phone       string
	Language    string
	TimeZone    string
	Active      bool
	// Password is the one to be set; it is never read.
	Password string
	// Roles are those of the user itself in the whole tenant, by name.
	Roles []string
	// Attributes are all that SCIM keeps among those of the user.
	Attributes map[string]string
}

// own begins the names of attributes that only SCIM shows.
const own = "scim."

// AttributeExternalID is the attribute in which a provisioning client's own id
// of a user or a group is kept. It is no key: several may have the same.
const AttributeExternalID = "sync_id"

// attributeType says what a user is for. It is the one that other ways in show,
// which know some of its values only.
const attributeType = "f5xc.type"

// attributes are in what attribute of the directory a simple one is kept; those
// of LDAP (RFC 2798, RFC 4519) have its name, so that who speaks of them in its
// words sees them.
var attributes = map[string]string{
	attrExternal:                    AttributeExternalID,
	"nickName":                      own + "nickName",
	"profileUrl":                    own + "profileUrl",
	"title":                         "title",
	"userType":                      attributeType,
	"locale":                        own + "locale",
	"name.formatted":                own + "name.formatted",
	"name.middleName":               own + "name.middleName",
	"name.honorificPrefix":          own + "name.honorificPrefix",
	"name.honorificSuffix":          own + "name.honorificSuffix",
	URNEnterprise + ":department":   "departmentNumber",
	URNEnterprise + ":costCenter":   own + "costCenter",
	URNEnterprise + ":division":     own + "division",
	URNEnterprise + ":organization": own + "organization",

	URNEnterprise + ":employeeNumber": "employeeNumber",
}

// encoded are attributes whose values are kept as JSON.
var encoded = map[string]string{
	"ims":                      own + "ims",
	"photos":                   own + "photos",
	"addresses":                own + "addresses",
	"entitlements":             own + "entitlements",
	"x509Certificates":         own + "x509Certificates",
	URNEnterprise + ":manager": own + "manager",
}

// Lists whose preferred value has a place of its own in the directory: only
// what is beside it is kept as JSON.
const (
	keptEmails = own + "emails"
	keptPhones = own + "phoneNumbers"
)

// column is an attribute that has a place of its own in the directory.
type column struct {
	path  string
	value func(p *Person) *string
}

var columns = []column{
	{"userName", func(p *Person) *string { return &p.Username }},
	{"name.givenName", func(p *Person) *string { return &p.GivenName }},
	{"name.familyName", func(p *Person) *string { return &p.FamilyName }},
	{"displayName", func(p *Person) *string { return &p.DisplayName }},
	{"preferredLanguage", func(p *Person) *string { return &p.Language }},
	{"timezone", func(p *Person) *string { return &p.TimeZone }},
	{"password", func(p *Person) *string { return &p.Password }},
}

// userResource shows a user.
func userResource(t *ResourceType, u iam.User) Resource {
	p := Person{Username: u.Username, GivenName: u.GivenName, FamilyName: u.FamilyName, DisplayName: u.DisplayName,
		Language: u.Language, TimeZone: u.TimeZone}
	r := resource(t, string(u.ID), u.Created, u.Updated, u.Version)
	for _, c := range columns {
		r.put(c.path, *c.value(&p))
	}
	r.put("active", u.State != iam.UserDisabled)
	for path, name := range attributes {
		r.put(path, u.Attributes[name])
	}
	for path, name := range encoded {
		r.put(path, decoded(u.Attributes[name]))
	}
	t.showExtended(r, u.Attributes)
	r.put("emails", preferring(u.Email, u.Attributes[keptEmails]))
	r.put("phoneNumbers", preferring(u.Phone, u.Attributes[keptPhones]))
	var groups, roles []any
	for _, g := range u.Groups {
		groups = append(groups, map[string]any{attrValue: string(g.ID), "display": g.Name, "type": "direct"})
	}
	for _, role := range u.Roles {
		roles = append(roles, map[string]any{attrValue: role.Name})
	}
	r.put("groups", notNone(groups))
	r.put("roles", notNone(roles))
	return r
}

// resource begins one with what all of them have. What it is of is told last,
// by finish.
func resource(t *ResourceType, id string, created, updated time.Time, version int64) Resource {
	return Resource{attrID: id, attrMeta: map[string]any{"resourceType": t.Name, "created": stamp(created), "lastModified": stamp(updated),
		"version": `W/"` + strconv.FormatInt(version, 10) + `"`}}
}

// finish says which schemas a document is of.
func (t *ResourceType) finish(r Resource) Resource {
	schemas := []any{t.Schema.ID}
	for _, x := range t.Extensions {
		if r[x.ID] != nil {
			schemas = append(schemas, x.ID)
		}
	}
	r[attrSchemas] = schemas
	return r
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

func notNone(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list
}

// put sets what a path names, unless it has no value.
func (r Resource) put(path string, v any) {
	if v == nil || v == "" {
		return
	}
	in, name := r.inner(path, true)
	in[name] = v
}

// at answers what a path names, nil where it has no value.
func (r Resource) at(path string) any {
	in, name := r.inner(path, false)
	return in[name]
}

// inner answers the object that a path leads into, and the name there.
func (r Resource) inner(path string, made bool) (map[string]any, string) {
	outer, name := "", path
	if i := strings.LastIndexByte(path, ':'); i >= 0 {
		outer, name = path[:i], path[i+1:]
	} else if head, sub, ok := strings.Cut(path, "."); ok {
		outer, name = head, sub
	}
	if outer == "" {
		return r, name
	}
	in, _ := r[outer].(map[string]any)
	if in == nil && made {
		in = map[string]any{}
		r[outer] = in
	}
	return in, name
}

// decoded reads what is kept as JSON, nil where there is nothing that can be read.
func decoded(text string) (v any) {
	if text == "" || json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return v
}

// preferring answers a list as it was kept, in which the preferred value is now
// another one, that of the directory.
func preferring(value, kept string) any {
	list, _ := decoded(kept).([]any)
	i := primary(list)
	switch {
	case i < 0 && value == "":
		return nil
	case i < 0:
		return []any{map[string]any{attrValue: value, attrPrimary: true}}
	case value == "":
		list = slices.Delete(list, i, i+1)
	default:
		if m, ok := list[i].(map[string]any); ok {
			m[attrValue] = value
		}
	}
	return notNone(list)
}

// person is what a document says of a user. Invalid: it lacks what is required.
func person(t *ResourceType, r Resource) (Person, error) {
	if err := t.check(r); err != nil {
		return Person{}, err
	}
	p := Person{Active: r["active"] != false, Attributes: t.keptExtended(r)}
	for _, c := range columns {
		*c.value(&p), _ = r.at(c.path).(string)
	}
	for path, name := range attributes {
		if s, ok := r.at(path).(string); ok {
			p.Attributes[name] = s
		}
	}
	for path, name := range encoded {
		if v := r.at(path); v != nil {
			p.Attributes[name] = encode(v)
		}
	}
	p.Email = p.prefer(r["emails"], keptEmails)
	p.Phone = p.prefer(r["phoneNumbers"], keptPhones)
	roles, _ := r["roles"].([]any)
	for _, role := range roles {
		m, _ := role.(map[string]any)
		if name, ok := m[attrValue].(string); ok {
			p.Roles = append(p.Roles, name)
		}
	}
	slices.Sort(p.Roles)
	return p, nil
}

// prefer answers the preferred value of a list, and keeps the list where that
// does not say it all.
func (p *Person) prefer(v any, name string) string {
	list, _ := v.([]any)
	i := primary(list)
	if i < 0 {
		return ""
	}
	m, _ := list[i].(map[string]any)
	value, _ := m[attrValue].(string)
	if plain := map[string]any{attrValue: value, attrPrimary: true}; len(list) > 1 || !maps.Equal(m, plain) {
		p.Attributes[name] = encode(list)
	}
	return value
}

func encode(v any) string {
	text, _ := json.Marshal(v, json.Deterministic(true)) // what was decoded can be encoded
	return string(text)
}
