package scim

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// UserValues are the values of a user that filters compare and that no column of
// its row has: all but id, userName, displayName, name.givenName,
// name.familyName, active, meta, groups, roles, and emails where the address of
// the account is all there is to say (EmailsListed). extensions are those of the
// tenant.
func UserValues(u iam.User, extensions []Extension) []Value {
	t := Users
	if len(extensions) > 0 {
		t = t.extended(extensions)
	} else if plain(u) {
		if id := u.Attributes[AttributeExternalID]; id != "" {
			return []Value{{Path: "externalid", Key: t.attribute(attrExternal).Key(id)}}
		}
		return nil
	}
	listed := EmailsListed(u)
	return t.values(userResource(t, u), func(path string) bool {
		switch path {
		case attrID, attrMeta, "username", "displayname", "name.givenname", "name.familyname", attrActive, "groups", "roles":
			return false
		case "emails":
			return listed
		}
		return true
	})
}

// plain reports whether a user has nothing of UserValues but a client's own id, as
// most have of whom very many are made at once: no document is made of those.
func plain(u iam.User) bool {
	if u.Phone != "" || u.Language != "" || u.TimeZone != "" {
		return false
	}
	for name := range u.Attributes {
		if _, kept := keptAs(name); kept && name != AttributeExternalID {
			return false
		}
	}
	return true
}

// EmailsListed reports whether the addresses of a user are among UserValues.
func EmailsListed(u iam.User) bool { return u.Attributes[keptEmails] != "" }

// GroupValues are those of a group: all but id, displayName, meta and members.
func GroupValues(g iam.Group, extensions []Extension) []Value {
	t := Groups
	if len(extensions) > 0 {
		t = t.extended(extensions)
	}
	return t.values(groupResource(t, g, nil), func(path string) bool {
		return path != attrID && path != "displayname" && path != attrMeta
	})
}

// values lists the simple values of a resource, but for those below paths that
// are not wanted.
func (t *ResourceType) values(r Resource, wanted func(path string) bool) []Value {
	var all []Value
	gather := func(attributes []Attribute, prefix string, from map[string]any) {
		for i := range attributes {
			a := &attributes[i]
			v := from[a.Name]
			if v == nil {
				continue
			}
			if path := strings.ToLower(prefix + a.Name); wanted(path) {
				all = a.appendValues(all, path, v, wanted)
			}
		}
	}
	gather(common, "", r)
	gather(t.Schema.Attributes, "", r)
	for _, x := range t.Extensions {
		if members := r.members(x); members != nil {
			gather(x.Attributes, x.ID+":", members)
		}
	}
	return all
}

// appendValues appends the values of an attribute. The preferred one of several
// has place 0, by which a list is sorted.
func (a *Attribute) appendValues(all []Value, path string, v any, wanted func(path string) bool) []Value {
	list, ok := v.([]any)
	if !ok {
		return a.appendValue(all, path, 0, v, wanted)
	}
	first := primary(list)
	for i, e := range list {
		place := i
		switch {
		case i == first:
			place = 0
		case i < first:
			place++
		}
		all = a.appendValue(all, path, place, e, wanted)
	}
	return all
}

func (a *Attribute) appendValue(all []Value, path string, place int, v any, wanted func(path string) bool) []Value {
	members, ok := v.(map[string]any)
	if !ok {
		if key := a.Key(v); key != "" {
			all = append(all, Value{path, place, key})
		}
		return all
	}
	for i := range a.Sub {
		sub := &a.Sub[i]
		if v := members[sub.Name]; v != nil {
			if path := path + "." + strings.ToLower(sub.Name); wanted(path) {
				all = sub.appendValue(all, path, place, v, wanted)
			}
		}
	}
	return all
}

// Key is a value of a simple attribute in the form that compares, byte by byte,
// as the attribute does: text without its case where that does not count, times
// in UTC, numbers by their order. It is empty of what is no value.
func (a *Attribute) Key(v any) string {
	if b, ok := boolean(v); ok && a.kind() == Boolean {
		return strconv.FormatBool(b)
	}
	switch v := v.(type) {
	case float64:
		return numberKey(v)
	case string:
		switch {
		case a.kind() == DateTime:
			return timeKey(v)
		case !a.CaseExact:
			return iam.FoldCase(v)
		}
		return v
	}
	return ""
}

// numberKey is a number in 16 hexadecimal digits of the order of numbers: the
// bits of a float are, but for the signs.
func numberKey(n float64) string {
	bits := math.Float64bits(n + 0) // the one zero that is not negative
	if n < 0 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	digits := strconv.FormatUint(bits, 16)
	return strings.Repeat("0", 16-len(digits)) + digits
}

// keyLayout is that of the key of a time.
const keyLayout = "2006-01-02T15:04:05.000000000Z"

func timeKey(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return ""
	}
	at = at.UTC()
	if at.Year() > 9999 { // in another time zone it was not
		at = time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC)
	}
	return at.Format(keyLayout)
}

// KeyTime answers the time of which Attribute.Key made a key, ok false for what
// is no such key.
func KeyTime(key string) (at time.Time, ok bool) {
	at, err := time.Parse(keyLayout, key)
	return at, err == nil
}
