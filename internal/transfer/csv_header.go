package transfer

import (
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Columns that are of no resource.
const (
	columnKind = "kind"
	columnHash = "passwordHash"
	columnRest = "json" // what has no column of its own, as a JSON object
)

// csvColumns are what is written.
var csvColumns = newLayout("id", "externalId", "userName", "displayName", "name.givenName", "name.familyName", "name.middleName", "name.formatted",
	"emails.value", `emails[type eq "work"].value`, `emails[type eq "work"].primary`, `emails[type eq "home"].value`,
	"phoneNumbers.value", `phoneNumbers[type eq "work"].value`, `phoneNumbers[type eq "work"].primary`, `phoneNumbers[type eq "mobile"].value`,
	"nickName", "title", "userType", "preferredLanguage", "locale", "timezone", "active",
	urnEnterprise+":employeeNumber", urnEnterprise+":department", urnEnterprise+":division", urnEnterprise+":organization",
	urnEnterprise+":costCenter", urnEnterprise+":manager.value",
	"groups", "roles", "members", "role", "user", "group", "namespace")

// spellings are what other programs call the columns of users, in small letters
// and without what is neither a letter nor a digit.
var spellings = map[string]string{
	"login": "userName", "loginname": "userName", "uid": "userName", "samaccountname": "userName",
	"name": "displayName", "fullname": "displayName", "commonname": "displayName", "cn": "displayName",
	"firstname": "name.givenName", "givenname": "name.givenName", "lastname": "name.familyName", "familyname": "name.familyName",
	"surname": "name.familyName", "sn": "name.familyName", "middlename": "name.middleName",
	"email": "emails.value", "emailaddress": "emails.value", "mail": "emails.value", "workemail": `emails[type eq "work"].value`,
	"homeemail": `emails[type eq "home"].value`, "phone": "phoneNumbers.value", "phonenumber": "phoneNumbers.value",
	"telephone": "phoneNumbers.value", "telephonenumber": "phoneNumbers.value", "mobile": `phoneNumbers[type eq "mobile"].value`,
	"mobilephone": `phoneNumbers[type eq "mobile"].value`, "mobilenumber": `phoneNumbers[type eq "mobile"].value`,
	"jobtitle": "title", "language": "preferredLanguage", "lang": "preferredLanguage", "enabled": "active", "status": "active",
	"employeenumber": urnEnterprise + ":employeeNumber", "employeeid": urnEnterprise + ":employeeNumber",
	"department": urnEnterprise + ":department", "division": urnEnterprise + ":division", "costcenter": urnEnterprise + ":costCenter",
	"organization": urnEnterprise + ":organization", "company": urnEnterprise + ":organization",
	"group": "groups", "groupnames": "groups", "memberof": "groups", "role": "roles", "rolenames": "roles",
}

// spellingsOfGroups are the same for groups.
var spellingsOfGroups = map[string]string{"name": "displayName", "group": "displayName", "groupname": "displayName", "cn": "displayName",
	"users": "members", "member": "members"}

// csvHeader says what the cells of a row are.
type csvHeader struct {
	names   []string // as they are written in the file
	columns []column
	special []string // one of the columns that are of no resource, or ""
	kind    Kind     // of all rows, "" where each says it
}

// readHeader answers Invalid for columns that nobody knows: what is misspelt is
// not to be lost.
func readHeader(cells []string) (csvHeader, error) {
	h := csvHeader{names: make([]string, len(cells)), columns: make([]column, len(cells)), special: make([]string, len(cells))}
	words := make([]string, len(cells))
	for i, cell := range cells {
		h.names[i] = strings.TrimSpace(unguard(cell))
		words[i] = word(h.names[i])
	}
	kind, of := kindOfHeader(words)
	h.kind = kind
	var c iam.Checker
	seen := map[string]bool{}
	for i, name := range h.names {
		path, err := name, error(nil)
		switch {
		case strings.EqualFold(name, columnKind) || strings.EqualFold(name, columnRest):
			h.special[i] = strings.ToLower(name)
		case words[i] == word(columnHash):
			h.special[i] = columnHash
		default:
			if known := of[words[i]]; known != "" && !strings.Contains(name, ":") {
				path = known
			}
			if h.columns[i], err = parseColumn(path); err != nil && !strings.ContainsAny(name, ":.[") {
				h.columns[i], err = parseColumn(words[i]) // as of user_name
			}
		}
		what := h.special[i] + h.columns[i].String()
		switch {
		case !utf8.ValidString(name):
			c.Add("header", iam.ReasonFormat, "column %d must be in UTF-8", i+1)
		case err != nil:
			c.Add("header", iam.ReasonFormat, "column %d, %q, %s", i+1, iam.Cut(name, 64), err)
		case seen[what]:
			c.Add("header", iam.ReasonDuplicate, "column %d, %q, is there twice", i+1, iam.Cut(name, 64))
		}
		seen[what] = true
	}
	if kind == "" && of == nil {
		c.Add("header", iam.ReasonRequired, "the header must have a column userName, of users; displayName, of groups; role with user or group, of bindings; or kind, of all of them")
	}
	return h, c.Err()
}

// kindOfHeader answers what the rows are of and how the columns of that are
// spelt. None are where the rows say themselves what they are of.
func kindOfHeader(words []string) (kind Kind, of map[string]string) {
	has := map[string]bool{}
	for _, w := range words {
		has[w] = true
		if w == "username" || spellings[w] == "userName" {
			has["username"] = true
		}
		if w == "displayname" || spellingsOfGroups[w] == "displayName" {
			has["displayname"] = true
		}
	}
	switch {
	case has[columnKind]:
		return "", map[string]string{}
	case has["username"]:
		return User, spellings
	case has["role"] && (has["user"] || has["group"]):
		return Binding, map[string]string{}
	case has["displayname"]:
		return Group, spellingsOfGroups
	}
	return "", nil
}

// word is a name without case and what is neither a letter nor a digit.
func word(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return -1
	}, name)
}
