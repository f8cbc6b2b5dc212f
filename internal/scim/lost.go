package scim

import (
	"slices"
	"strings"
)

// Lost are the paths, those of Value, at which values may be that are none any
// more, or compare in another way, where another definition takes the place of
// this one.
func (e Extension) Lost(now Extension) []string {
	var lost []string
	for i := range e.Schema.Attributes {
		a := &e.Schema.Attributes[i]
		at := strings.ToLower(keptName(&e.Schema, a.Name))
		j := slices.IndexFunc(now.Schema.Attributes, func(b Attribute) bool { return b.Name == a.Name })
		if j < 0 || e.Of != now.Of {
			lost = append(lost, a.paths(at)...)
		} else {
			lost = append(lost, a.lost(at, &now.Schema.Attributes[j])...)
		}
	}
	return lost
}

// paths are those of the values of an attribute at one.
func (a *Attribute) paths(at string) []string {
	if a.kind() != Complex {
		return []string{at}
	}
	all := make([]string, len(a.Sub))
	for i, sub := range a.Sub {
		all[i] = at + "." + strings.ToLower(sub.Name)
	}
	return all
}

// lost is Extension.Lost for one attribute.
func (a *Attribute) lost(at string, now *Attribute) []string {
	if a.kind() != now.kind() || a.Multi != now.Multi || a.text() && a.CaseExact != now.CaseExact {
		return a.paths(at)
	}
	var lost []string
	for i := range a.Sub {
		sub := &a.Sub[i]
		path := at + "." + strings.ToLower(sub.Name)
		j := slices.IndexFunc(now.Sub, func(b Attribute) bool { return b.Name == sub.Name })
		if j < 0 {
			lost = append(lost, path)
		} else {
			lost = append(lost, sub.lost(path, &now.Sub[j])...)
		}
	}
	return lost
}
