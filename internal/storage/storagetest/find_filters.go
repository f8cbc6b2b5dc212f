package storagetest

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/scim"
)

// paths are those that filters are made of, by the type that a comparison of them
// needs: text where it is not named.
var (
	userPaths = map[string]string{"userName": "", "id": "id", "externalId": "", "displayName": "", "name.givenName": "", "name.familyName": "", "name": "",
		"name.formatted": "", "title": "", "nickName": "", "preferredLanguage": "", "active": "bool", "emails": "", "emails.value": "", "emails.type": "",
		"emails.primary": "bool", "emails.display": "", "phoneNumbers.value": "", "phoneNumbers.primary": "bool", "addresses.locality": "", "addresses": "",
		"groups": "", "groups.value": "id", "groups.display": "", "groups.type": "", "groups.$ref": "", "roles": "", "roles.value": "", "roles.type": "",
		"schemas": "", "meta.created": "time", "meta.lastModified": "time", "meta.resourceType": "", "meta.version": "", "password": "", "unknown": "",
		scim.URNEnterprise + ":department": "", scim.URNEnterprise + ":manager": "", scim.URNEnterprise: "",
		hr: "", hr + ":badge": "", hr + ":level": "number", hr + ":score": "number", hr + ":remote": "bool", hr + ":hired": "time", hr + ":tags": "",
		hr + ":desk.room": "", hr + ":desk.floor": "number"}
	groupPaths = map[string]string{"displayName": "", "id": "id", "externalId": "", "members": "id", "members.value": "id", "members.display": "",
		"members.type": "", "schemas": "", "meta.created": "time", "meta.version": "", "unknown": ""}
	// inside are what may be in brackets behind an attribute.
	inside = map[string]map[string]string{
		"emails":     {"value": "", "type": "", "primary": "bool", "display": "", "unknown": ""},
		"addresses":  {"locality": "", "type": "", "country": "", "primary": "bool"},
		"groups":     {"value": "id", "display": "", "type": ""},
		"roles":      {"value": ""},
		"members":    {"value": "id", "display": "", "type": ""},
		"name":       {"givenName": "", "familyName": "", "formatted": ""},
		hr + ":desk": {"room": "", "floor": "number", "primary": "bool"},
	}
)

// filters makes filters about paths; ids are those that there are.
func filters(paths map[string]string, ids []string) *rapid.Generator[scim.Filter] {
	names := slices.Sorted(maps.Keys(paths))
	path := func(s string) scim.Path {
		p, _ := scim.ParsePath(s)
		return p
	}
	leaf := func(t *rapid.T, of map[string]string) scim.Filter {
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(of))).Draw(t, "path")
		if rapid.IntRange(0, 5).Draw(t, "present") == 0 {
			return scim.Present{Path: path(name)}
		}
		ops := []scim.Op{scim.Equal, scim.Equal, scim.NotEqual, scim.Contains, scim.StartsWith, scim.EndsWith, scim.Greater, scim.GreaterOrEqual, scim.Less,
			scim.LessOrEqual}
		var value any
		switch of[name] {
		case "bool":
			ops, value = []scim.Op{scim.Equal, scim.NotEqual}, rapid.Bool().Draw(t, "bool")
		case "number":
			ops = []scim.Op{scim.Equal, scim.NotEqual, scim.Greater, scim.GreaterOrEqual, scim.Less, scim.LessOrEqual}
			value = rapid.SampledFrom([]float64{-20, -3, -0.5, 0, 1, 2, 2.5, 7, 1e21}).Draw(t, "number")
		case "time":
			ops = []scim.Op{scim.Equal, scim.NotEqual, scim.Greater, scim.GreaterOrEqual, scim.Less, scim.LessOrEqual}
			value = rapid.SampledFrom(moments).Draw(t, "time")
		case "id":
			value = rapid.OneOf(rapid.SampledFrom(ids), rapid.SampledFrom([]string{"0", "-", "a", ids[0][:13], ids[0][20:]})).Draw(t, "id")
		default:
			value = rapid.OneOf(text(), rapid.SampledFrom([]string{"", "a@x.com", "A@X", "x.com", "c@x.com", `W/"1"`, `W/"2"`, "urn:ietf", scim.URNEnterprise, hr,
				"KR", "ko"})).Draw(t, "text")
		}
		op := rapid.SampledFrom(ops).Draw(t, "op")
		if rapid.IntRange(0, 20).Draw(t, "null") == 0 {
			op, value = rapid.SampledFrom([]scim.Op{scim.Equal, scim.NotEqual}).Draw(t, "op"), nil
		}
		return scim.Compare{Path: path(name), Op: op, Value: value}
	}
	brackets := slices.DeleteFunc(slices.Sorted(maps.Keys(inside)), func(name string) bool {
		return !slices.ContainsFunc(names, func(n string) bool { return n == name || strings.HasPrefix(n, name+".") })
	})
	var of func(t *rapid.T, depth int, leaves func(t *rapid.T) scim.Filter) scim.Filter
	of = func(t *rapid.T, depth int, leaves func(t *rapid.T) scim.Filter) scim.Filter {
		kind := 0
		if depth > 0 {
			kind = rapid.IntRange(0, 5).Draw(t, "kind")
		}
		switch kind {
		case 1, 2:
			return scim.And{Left: of(t, depth-1, leaves), Right: of(t, depth-1, leaves)}
		case 3, 4:
			return scim.Or{Left: of(t, depth-1, leaves), Right: of(t, depth-1, leaves)}
		case 5:
			return scim.Not{Filter: of(t, depth-1, leaves)}
		}
		return leaves(t)
	}
	return rapid.Custom(func(t *rapid.T) scim.Filter {
		return of(t, 3, func(t *rapid.T) scim.Filter {
			if rapid.IntRange(0, 3).Draw(t, "brackets") > 0 {
				return leaf(t, paths)
			}
			name := rapid.SampledFrom(brackets).Draw(t, "of")
			return scim.Values{Path: path(name), Filter: of(t, 2, func(t *rapid.T) scim.Filter { return leaf(t, inside[name]) })}
		})
	})
}
