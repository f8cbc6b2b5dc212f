package scim

import (
	"maps"
	"reflect"
	"slices"
)

// replaced answers what a document is after it was written anew (RFC 7644 section
// 3.5.1). What writing cannot remove stays, and what is not among the attributes
// that the client's form can have. Invalid, of ReasonMutability.
func (t *ResourceType) replaced(old, sent Resource, of []string) (Resource, error) {
	now := sent.clone()
	for name, v := range old {
		left := name == attrSchemas || name == attrActive || len(of) > 0 && !slices.Contains(of, name)
		if x := t.extension(name); left && now[name] == nil {
			now[name] = v
		} else if x != nil {
			members := maps.Clone(now.members(x))
			if members == nil {
				members = map[string]any{}
			}
			if err := keep(x.Attributes, x.ID+":", old.members(x), members); err != nil {
				return nil, err
			}
			now.set(x.ID, notEmpty(members))
		}
	}
	for _, attributes := range [][]Attribute{common, t.Schema.Attributes} {
		if err := keep(attributes, "", old, now); err != nil {
			return nil, err
		}
	}
	return now, nil
}

// keep puts into what was written anew what writing cannot remove: what is read
// only, and what is immutable, of which another value is refused. at is what the
// attributes are in.
func keep(attributes []Attribute, at string, old, now map[string]any) error {
	for i := range attributes {
		a := &attributes[i]
		was, is := old[a.Name], now[a.Name]
		switch {
		case was == nil:
		case a.Mutability == ReadOnly, a.Mutability == Immutable && is == nil:
			now[a.Name] = was
		case a.Mutability == Immutable && !reflect.DeepEqual(was, is):
			return broken(ReasonMutability, at+a.Name, "must stay as it is: it is immutable and has a value")
		case a.kind() == Complex && !a.Multi:
			// What is read only in it belongs to its other values, and goes with them.
			immutable := slices.DeleteFunc(slices.Clone(a.Sub), func(s Attribute) bool { return s.Mutability != Immutable })
			before, _ := was.(map[string]any)
			after, _ := clone(is).(map[string]any)
			if after == nil {
				after = map[string]any{}
			}
			if err := keep(immutable, at+a.Name+".", before, after); err != nil {
				return err
			}
			Resource(now).set(a.Name, notEmpty(after))
		}
	}
	return nil
}
