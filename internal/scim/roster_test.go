package scim

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// people are those who may be in a group, by number.
func people(n int) iam.UserID {
	return iam.UserID(fmt.Sprintf("0192e4a0-0000-7000-8000-%012d", n))
}

// teamOf is a group with members.
func teamOf(numbers ...int) Resource {
	members := make([]iam.Ref[iam.UserID], len(numbers))
	for i, n := range numbers {
		members[i] = iam.Ref[iam.UserID]{ID: people(n), Name: fmt.Sprint("user", n)}
	}
	return Groups.finish(groupResource(Groups, iam.Group{ID: "0192e4a0-1111-7000-8000-000000000000", Name: "team", Version: 1}, members))
}

// changedMembers are who is in a group after a PATCH that has not looked at whom
// it does not name.
func changedMembers(of Resource, before []int, operations []Operation) (name string, ids []iam.UserID, blind bool, err error) {
	delete(of, attrMembers)
	r := &roster{named: map[string]mention{}}
	now, err := Groups.patch(of, operations, r)
	if err != nil || r.blind {
		return "", nil, r.blind, err
	}
	m, err := r.membership()
	if err != nil {
		return "", nil, false, err
	}
	if now[attrMembers] != nil {
		return "", nil, false, fmt.Errorf("the document has members: %v", now[attrMembers])
	}
	if m.Members != nil {
		ids = *m.Members
	} else {
		for _, n := range before {
			ids = append(ids, people(n))
		}
		ids = slices.DeleteFunc(append(ids, m.Join...), func(id iam.UserID) bool { return slices.Contains(m.Leave, id) })
	}
	slices.Sort(ids)
	return now.Text("displayName"), slices.Compact(ids), false, nil
}

// TestRosterIsPatch: what operations do to members whom nobody has read is what
// they do to those of a document that has all of them.
func TestRosterIsPatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.SliceOfNDistinct(rapid.IntRange(0, 5), 0, 4, rapid.ID).Draw(t, "before")
		member := rapid.Custom(func(t *rapid.T) any {
			n := rapid.IntRange(0, 5).Draw(t, "number")
			id := string(people(n))
			switch rapid.IntRange(0, 9).Draw(t, "form") {
			case 0:
				return id
			case 1:
				return map[string]any{"value": id, "type": "User", "display": "somebody"}
			case 2:
				return map[string]any{"value": "no id"}
			case 3:
				if !slices.Contains(before, n) { // of a member it is known what they are
					return map[string]any{"value": id, "type": "Group"}
				}
			case 4:
				return map[string]any{"type": "User"}
			}
			return map[string]any{"Value": id}
		})
		value := rapid.Custom(func(t *rapid.T) any {
			switch rapid.IntRange(0, 6).Draw(t, "values") {
			case 0:
				return nil
			case 1:
				return member.Draw(t, "member")
			}
			var list []any
			for range rapid.IntRange(0, 3).Draw(t, "length") {
				list = append(list, member.Draw(t, "member"))
			}
			return list
		})
		operation := rapid.Custom(func(t *rapid.T) Operation {
			o := Operation{Op: rapid.SampledFrom([]string{"add", "Add", "remove", "Remove", "replace"}).Draw(t, "op")}
			one := func() string { return string(people(rapid.IntRange(0, 5).Draw(t, "one"))) }
			switch rapid.IntRange(0, 7).Draw(t, "path") {
			case 0:
				o.Path, o.Value = "displayName", "renamed"
			case 1:
				o.Path = fmt.Sprintf("members[value eq %q]", one())
			case 2:
				o.Path = fmt.Sprintf("members[value eq %q or VALUE eq %q]", one(), one())
			case 3:
				o.Value = map[string]any{"members": value.Draw(t, "value"), "displayName": "renamed"}
			case 4:
				o.Path, o.Value = URNGroup+":Members", value.Draw(t, "value")
			case 5:
				o.Path = rapid.SampledFrom([]string{`members[value eq 1]`, `members[value sw "0192"]`, `members[display eq "user1"]`, "members.value", "members.display", "nobody"}).Draw(t, "odd")
			default:
				o.Path, o.Value = "members", value.Draw(t, "value")
			}
			return o
		})
		operations := rapid.SliceOfN(operation, 1, 5).Draw(t, "operations")

		name, ids, blind, err := changedMembers(teamOf(before...), before, operations)
		if blind {
			return // the members are read then
		}
		doc, wantErr := Groups.Patch(teamOf(before...), operations)
		var want Team
		if wantErr == nil {
			want, wantErr = team(Groups, doc)
		}
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v of %v: %v, want %v", operations, before, err, wantErr)
		}
		if err != nil {
			return
		}
		if diff := cmp.Diff(want, Team{Name: name, Attributes: want.Attributes, Members: ids}, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%v of %v (-want +got)\n%s", operations, before, diff)
		}
	})
}

// TestRosterIsBlind tells for which operations everybody in the group is read, and
// for which nobody is.
func TestRosterIsBlind(t *testing.T) {
	id := string(people(1))
	for _, tt := range []struct {
		o    Operation
		want bool
	}{
		{Operation{"Add", "members", []any{map[string]any{"value": id}}}, false},
		{Operation{"Remove", "members", []any{map[string]any{"value": id}}}, false},
		{Operation{"remove", `members[value eq "` + id + `"]`, nil}, false},
		{Operation{"remove", "members", nil}, false},
		{Operation{"replace", "members", []any{map[string]any{"value": id}}}, false},
		{Operation{"replace", "", map[string]any{"members": []any{}}}, false},
		{Operation{"replace", "displayName", "x"}, false},
		{Operation{"remove", `members[display eq "ann"]`, nil}, true},
		{Operation{"remove", `members[value eq "` + id + `" and type eq "User"]`, nil}, true},
		{Operation{"remove", `members[value ne "` + id + `"]`, nil}, true},
		{Operation{"remove", `members[not (value eq "` + id + `")]`, nil}, true},
		{Operation{"replace", `members[value eq "` + id + `"]`, map[string]any{"value": id}}, true},
	} {
		_, _, blind, err := changedMembers(teamOf(1, 2), []int{1, 2}, []Operation{tt.o})
		if err != nil || blind != tt.want {
			t.Errorf("%v: blind %v, %v; want %v", tt.o, blind, err, tt.want)
		}
	}
}
