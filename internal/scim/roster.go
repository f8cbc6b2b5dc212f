package scim

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// roster is what the operations of a PATCH do to the members of a group whom
// nobody has read: what was said last of each who is named.
type roster struct {
	named map[string]mention // by what the attribute knows a member by
	whole bool               // who is not named is to be no member
	blind bool               // what is to be done depends on who is one
}

// mention is a member as an operation has it, who joins or leaves.
type mention struct {
	member any
	joins  bool
}

// roll applies the operation to the members of a group, as values does to those
// of any attribute.
func (p patch) roll(_ map[string]any, at place, f Filter, v any) error {
	a, r := at.attribute, p.roster
	ids, chosen := idsIn(f)
	switch {
	case at.sub != nil, f != nil && (!chosen || p.verb != remove):
		r.blind = true
	case f != nil:
		for _, id := range ids {
			r.say(a, map[string]any{attrValue: id}, false)
		}
	case p.verb == add && isNull(v):
	case isNull(v):
		r.named, r.whole = map[string]mention{}, true
	default:
		return r.take(p.verb, at, v)
	}
	return nil
}

// take applies an operation that says which members it is about.
func (r *roster) take(verb verb, at place, v any) error {
	read, err := at.attribute.read(at.name(), v)
	if err != nil {
		return err
	}
	if verb == replace {
		r.named, r.whole = map[string]mention{}, true
	}
	given, _ := read.([]any)
	for _, m := range given {
		r.say(at.attribute, m, verb != remove)
	}
	return nil
}

// say says of a member whether it joins. What was said of it before stays true.
func (r *roster) say(a *Attribute, member any, joins bool) {
	key := a.key(member)
	if old := r.named[key]; joins && old.joins {
		member = a.overlaid(old.member, member)
	}
	r.named[key] = mention{member, joins}
}

// membership answers who is to be in the group. Invalid: who joins is no user.
func (r *roster) membership() (m membership, err error) {
	var join, leave []any
	for _, key := range slices.Sorted(maps.Keys(r.named)) {
		if n := r.named[key]; n.joins {
			join = append(join, n.member)
		} else {
			leave = append(leave, n.member)
		}
	}
	ids, err := memberIDs(join)
	if err != nil || r.whole {
		return membership{Members: &ids}, err
	}
	m.Join = ids
	for _, v := range leave {
		if id, ok := memberID(v); ok { // nobody else is a member
			m.Leave = append(m.Leave, id)
		}
	}
	return m, nil
}

// idsIn answers the members that a filter is true of, whoever is one, where it
// names each of them.
func idsIn(f Filter) (ids []string, ok bool) {
	switch f := f.(type) {
	case Or:
		left, ok1 := idsIn(f.Left)
		right, ok2 := idsIn(f.Right)
		return append(left, right...), ok1 && ok2
	case Compare:
		id, isText := f.Value.(string)
		return []string{id}, isText && f.Op == Equal && f.Path.Schema == "" && f.Path.Sub == "" && strings.EqualFold(f.Path.Name, attrValue)
	}
	return nil, false
}

// memberIDs answers whom members name. Invalid: one is no user.
func memberIDs(members []any) ([]iam.UserID, error) {
	ids := []iam.UserID{}
	for i, v := range members {
		id, ok := memberID(v)
		if !ok {
			return nil, broken(ReasonValue, "members["+strconv.Itoa(i)+"]", "must have the id of a user as its value: groups do not contain groups")
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, nil
}

// memberID answers whom a member names; ok is false where that is no user.
func memberID(v any) (id iam.UserID, ok bool) {
	m, _ := v.(map[string]any)
	text, _ := m[attrValue].(string)
	kind, said := m["type"].(string)
	return iam.UserID(text), iam.ValidID(text) && (!said || kind == Users.Name)
}
