package transfer

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"
)

// Object classes that have attributes for what LDAP has none.
const (
	classBinding  = "gatehouseRoleBinding"
	classResource = "gatehouseResource"
	ldapJSON      = "gatehouseJSON" // members of the resource, as a JSON object
)

// Object classes of groups, of users, and of what looks like a user and is none.
var (
	classesOfGroups = []string{"groupofnames", "groupofuniquenames", "posixgroup", "group", "groupofmembers"}
	classesOfUsers  = []string{"inetorgperson", "organizationalperson", "person", "user", "account", "posixaccount"}
	classesOfNone   = []string{"computer", "contact"}
)

// ldapColumn says which attribute fills a column.
type ldapColumn struct {
	attribute string
	column    column
}

// ldapColumns of users (RFC 4519, RFC 2798).
var ldapColumns = []ldapColumn{
	{"uid", must("userName")}, {"givenName", must("name.givenName")}, {"sn", must("name.familyName")}, {"displayName", must("displayName")},
	{"mail", must("emails.value")}, {"telephoneNumber", must("phoneNumbers.value")}, {"mobile", must(`phoneNumbers[type eq "mobile"].value`)},
	{"title", must("title")}, {"preferredLanguage", must("preferredLanguage")}, {"employeeType", must("userType")}, {"labeledURI", must("profileUrl")},
	{"employeeNumber", must(urnEnterprise + ":employeeNumber")}, {"departmentNumber", must(urnEnterprise + ":department")},
	{"o", must(urnEnterprise + ":organization")},
	{"street", must(`addresses[type eq "work"].streetAddress`)}, {"l", must(`addresses[type eq "work"].locality`)},
	{"st", must(`addresses[type eq "work"].region`)}, {"postalCode", must(`addresses[type eq "work"].postalCode`)},
	{"c", must(`addresses[type eq "work"].country`)},
}

// entry makes one of a record, nil of what is neither user nor group nor binding.
// nameOf answers what a user of a distinguished name is called.
func (rec *record) entry(nameOf func(dn string) (string, bool)) (*Entry, error) {
	is := func(classes ...string) bool {
		return slices.ContainsFunc(rec.attributes["objectclass"], func(c string) bool { return slices.Contains(classes, strings.ToLower(c)) })
	}
	made := newRow()
	e := &Entry{Line: rec.line, Resource: made.resource}
	var err error
	switch {
	case is(classesOfNone...):
		return nil, nil
	case is(strings.ToLower(classBinding)):
		e.Kind = Binding
		err = rec.fillBinding(made)
	case is(classesOfGroups...):
		e.Kind = Group
		err = rec.fillGroup(made, nameOf)
	case is(classesOfUsers...):
		e.Kind = User
		err = rec.fillUser(made, e)
	default:
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return e, rec.addJSON(made)
}

// put fills a column with an attribute's first value, or of an attribute that
// has several here and there, all of them.
func (rec *record) put(made row, attribute string, c column) error {
	values := slices.DeleteFunc(slices.Clone(rec.attributes[strings.ToLower(attribute)]), func(v string) bool { return v == "" })
	for i, v := range values {
		if i > 0 && c.sub == attrValue && c.kind == "" {
			all, _ := made.resource[c.attribute].([]any)
			made.resource[c.attribute] = append(all, map[string]any{attrValue: v})
			continue
		}
		if i > 0 {
			break
		}
		if err := made.put(c, v); err != nil {
			return fault(rec.line, "%s %v", attribute, err)
		}
	}
	return nil
}

func (rec *record) fillUser(made row, e *Entry) error {
	for _, l := range ldapColumns {
		if err := rec.put(made, l.attribute, l.column); err != nil {
			return err
		}
	}
	r := made.resource
	for _, other := range []string{"samaccountname", "cn"} {
		if r["userName"] == nil && rec.first(other) != "" {
			r["userName"] = rec.first(other)
		}
	}
	if r["displayName"] == nil && rec.first("cn") != "" && rec.first("cn") != r["userName"] {
		r["displayName"] = rec.first("cn")
	}
	if r["userName"] == nil {
		return fault(rec.line, "a user must have uid, sAMAccountName or cn")
	}
	if active, told := rec.active(); told {
		r[attrActive] = active
	}
	if err := rec.addGroups(r); err != nil {
		return err
	}
	text := rec.first("userpassword")
	switch scheme := strings.ToUpper(text[:strings.IndexByte(text, '}')+1]); {
	case text == "":
	case scheme == "{CLEARTEXT}", scheme == "{CLEAR}":
		r["password"] = text[len(scheme):]
	case isHash(text[len(scheme):]): // what is behind {CRYPT} and {ARGON2} says itself what it is
		e.PasswordHash = text[len(scheme):]
	case strings.HasPrefix(scheme, "{"):
		e.PasswordHash = text
	default:
		r["password"] = text
	}
	return nil
}

// addGroups reads in what groups a user of Active Directory is, where users may come
// behind their groups. Elsewhere memberOf names roles, rules and the groups of groups
// too (FreeIPA).
func (rec *record) addGroups(r map[string]any) error {
	if rec.first("samaccountname") == "" {
		return nil
	}
	var groups []any
	for _, dn := range rec.attributes["memberof"] {
		if dn == "" {
			continue
		}
		attributes, _ := rdn(dn)
		if attributes["cn"] == "" {
			return fault(rec.line, "memberOf must be the name of an entry that begins with cn")
		}
		groups = append(groups, map[string]any{attrDisplay: attributes["cn"]})
	}
	if groups != nil {
		r["groups"] = groups
	}
	return nil
}

// isHash reports whether a password is the hash of one without the scheme of RFC
// 2307 before it.
func isHash(text string) bool {
	return slices.ContainsFunc([]string{"$2a$", "$2b$", "$2y$", "$argon2i$", "$argon2id$", "$pbkdf2$", "$pbkdf2-", "$scrypt$"},
		func(start string) bool { return strings.HasPrefix(text, start) })
}

// active reads what servers have for accounts that are locked by administrators:
// nsAccountLock of 389 Directory Server, the second bit of userAccountControl of
// Active Directory.
func (rec *record) active() (active, told bool) {
	if lock := rec.first("nsaccountlock"); lock != "" {
		return !strings.EqualFold(lock, "true"), true
	}
	if flags, err := strconv.ParseInt(rec.first("useraccountcontrol"), 10, 64); err == nil {
		return flags&2 == 0, true
	}
	return false, false
}

func (rec *record) fillGroup(made row, nameOf func(dn string) (string, bool)) error {
	name := rec.first("cn")
	if name == "" {
		return fault(rec.line, "a group must have cn")
	}
	made.resource["displayName"] = name
	var members []any
	for _, attribute := range []string{"member", "uniquemember"} {
		for _, dn := range rec.attributes[attribute] {
			if dn == "" {
				continue // stands where a server wants a member at least
			}
			member, ok := nameOf(dn)
			if !ok {
				return fault(rec.line, "%s must be the name of an entry that begins with uid or cn", attribute)
			}
			members = append(members, reference(member))
		}
	}
	for _, uid := range rec.attributes["memberuid"] {
		if uid != "" {
			members = append(members, reference(uid))
		}
	}
	if members != nil {
		made.resource["members"] = members
	}
	return nil
}

// ofDN answers what an entry of a name is called here: its uid, or else its cn.
func ofDN(dn string) (name string, ok bool) {
	attributes, ok := rdn(dn)
	if name = attributes["uid"]; name == "" {
		name = attributes["cn"]
	}
	return name, ok && name != ""
}

func (rec *record) fillBinding(made row) error {
	for attribute, c := range bindingColumns {
		if err := rec.put(made, attribute, c); err != nil {
			return err
		}
	}
	return nil
}

var bindingColumns = map[string]column{"gatehouseRole": must("role"), "gatehouseUser": must("user"), "gatehouseGroup": must("group"),
	"gatehouseNamespace": must("namespace")}

// addJSON takes what the file has for members that LDAP has no attribute for, or
// no attribute that says it all.
func (rec *record) addJSON(made row) error {
	text := rec.first(strings.ToLower(ldapJSON))
	if text == "" {
		return nil
	}
	var rest map[string]any
	if err := json.Unmarshal([]byte(text), &rest); err != nil {
		return fault(rec.line, "%s must be a JSON object", ldapJSON)
	}
	for _, name := range []string{"userName", "displayName"} {
		if rest[name] != nil && scalar(rest[name]) == "" {
			return fault(rec.line, "%s in %s must be a string", name, ldapJSON)
		}
	}
	maps.Copy(made.resource, rest)
	return nil
}
