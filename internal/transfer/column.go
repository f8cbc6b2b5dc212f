package transfer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// column is one place in a resource that a text can fill: an attribute, a
// sub-attribute, or one of the value of a type.
type column struct {
	urn       string // of an extension, "" for the resource itself
	attribute string
	kind      string // the type of the value, "" for the one without
	sub       string // "" for the attribute as a whole
}

func (c column) String() string {
	s := c.attribute
	if c.urn != "" {
		s = c.urn + ":" + s
	}
	if c.kind != "" {
		s += `[type eq "` + c.kind + `"]`
	}
	if c.sub != "" {
		s += "." + c.sub
	}
	return s
}

// urnEnterprise is the extension of the standard (RFC 7643 section 4.3).
const urnEnterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

// Names of attributes that the code speaks of.
const (
	attrValue   = "value"
	attrDisplay = "display"
	attrType    = "type"
	attrPrimary = "primary"
	attrActive  = "active"
)

// known are the attributes of all kinds, each with its sub-attributes.
var known = map[string][]string{
	"id": nil, "externalId": nil, "userName": nil, "displayName": nil, "nickName": nil, "profileUrl": nil, "title": nil, "userType": nil,
	"preferredLanguage": nil, "locale": nil, "timezone": nil, attrActive: nil, "password": nil,
	"name":   {"formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"},
	"emails": valued, "phoneNumbers": valued, "ims": valued, "photos": valued, "entitlements": valued, "roles": valued, "x509Certificates": valued,
	"addresses": {"formatted", "streetAddress", "locality", "region", "postalCode", "country", attrType, attrPrimary},
	"groups":    nil, "members": nil,
	"role": nil, "user": nil, "group": nil, "namespace": nil,
}

var valued = []string{attrValue, attrDisplay, attrType, attrPrimary}

// lists are the attributes that may have several values: in one text they are
// separated by semicolons.
var lists = []string{"emails", "phoneNumbers", "ims", "photos", "entitlements", "roles", "x509Certificates", "addresses", "groups", "members"}

// references are the attributes that name a user or a group.
var references = []string{"groups", "members", "user", "group"}

// preferred are the lists of which one value is that of the account.
var preferred = []string{"emails", "phoneNumbers"}

// parseColumn reads the path of an attribute (RFC 7644 section 3.10), whatever the
// case of its names.
func parseColumn(path string) (column, error) {
	var c column
	rest := path
	if i := strings.LastIndexByte(path, ':'); i >= 0 {
		c.urn, rest = path[:i], path[i+1:]
		if strings.EqualFold(c.urn, urnUser) || strings.EqualFold(c.urn, urnGroup) || strings.EqualFold(c.urn, URNBinding) {
			c.urn = ""
		} else if strings.EqualFold(c.urn, urnEnterprise) {
			c.urn = urnEnterprise
		}
	}
	c.attribute, rest = cutAny(rest, "[.")
	if inner, ok := strings.CutPrefix(rest, "["); ok {
		condition, after, closed := strings.Cut(inner, "]")
		words := strings.Fields(condition)
		if !closed || len(words) != 3 || !strings.EqualFold(words[0], attrType) || !strings.EqualFold(words[1], "eq") {
			return column{}, errors.New(`may have a condition of the form [type eq "work"] only`)
		}
		c.kind, rest = strings.Trim(words[2], `"`), after
		if c.kind == "" || strings.ContainsAny(c.kind, `"\`) {
			return column{}, errors.New("has a condition without a type")
		}
		if rest == "" {
			rest = "." + attrValue
		}
	}
	if rest != "" {
		c.sub = strings.TrimPrefix(rest, ".")
		if rest[0] != '.' || c.sub == "" || strings.ContainsAny(c.sub, ".[") {
			return column{}, errors.New("is no path of an attribute")
		}
	}
	return c.known()
}

func cutAny(s, chars string) (before, from string) {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// known answers the column with its names as the schemas have them. Those of an
// extension are not known here.
func (c column) known() (column, error) {
	if c.attribute == "" {
		return column{}, errors.New("is no path of an attribute")
	}
	if c.urn != "" {
		if c.kind != "" {
			return column{}, errors.New("may have no condition, since it is of an extension")
		}
		return c, nil
	}
	for name, subs := range known {
		if !strings.EqualFold(name, c.attribute) {
			continue
		}
		c.attribute = name
		if c.kind != "" && !slices.Contains(lists, name) {
			return column{}, fmt.Errorf("may have no condition, since %s has one value", name)
		}
		if c.sub == "" {
			return c, nil
		}
		for _, sub := range subs {
			if strings.EqualFold(sub, c.sub) {
				c.sub = sub
				return c, nil
			}
		}
		return column{}, fmt.Errorf("has no such sub-attribute of %s", name)
	}
	return column{}, errors.New("is of no known attribute")
}

// must is parseColumn of what the program itself says.
func must(path string) column {
	c, err := parseColumn(path)
	if err != nil {
		panic("transfer: " + path + " " + err.Error())
	}
	return c
}
