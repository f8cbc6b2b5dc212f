package iam

import (
	"strconv"
	"strings"
)

// Members of Event.Details that more than one package reads and writes. An
// event of a relation tells the whole of it as it is from then on, so that the
// trail can be read as the history of who was given what.
const (
	DetailHome      = "home_tenant"      // the tenant of an actor who came from another one, by id
	DetailHomeCode  = "home_tenant_code" // and by code
	DetailReach     = "reach"            // by what relation they came
	DetailState     = "state"            // TenantState: of the tenant itself, from then on
	DetailOther     = "other_tenant"     // to which a Link leads, by id
	DetailOtherCode = "other_tenant_code"

	detailLink        = "link"
	detailDisabled    = "disabled"
	detailManager     = "manager"
	detailAssignments = "assignments"
	detailMode        = "mode"
	detailNamespaces  = "namespaces"
)

// Told is a Link as an event tells it.
type Told struct {
	Link
	Disabled bool
	// Groups are the names of the groups of the assignments, as they were then.
	Groups map[GroupID]string
}

// Details writes it for Event.Details.
func (w Told) Details() map[string]string {
	m := map[string]string{detailLink: string(w.Kind)}
	set := func(name, text string) {
		if text != "" {
			m[name] = text
		}
	}
	set(DetailOther, string(w.Other))
	set(DetailOtherCode, w.OtherCode)
	set(detailManager, string(w.Manager))
	if w.Disabled {
		m[detailDisabled] = "true"
	}
	lines := make([]string, len(w.Assignments))
	for i, a := range w.Assignments {
		words := []string{string(a.Group), strconv.Quote(w.Groups[a.Group])}
		if a.Owner {
			words = append(words, ownerWord)
		}
		for _, theirs := range a.Theirs {
			words = append(words, strconv.Quote(theirs))
		}
		lines[i] = strings.Join(words, " ")
	}
	set(detailAssignments, strings.Join(lines, "\n"))
	return m
}

// ownerWord stands, without quotes, in the line of an assignment that gives
// everything. A line has the group, its name in quotes, and in quotes the names
// of the other tenant's groups.
const ownerWord = "owner"

// ToldOf reads what Told.Details has written. ok is false for an event of
// something else.
func ToldOf(details map[string]string) (w Told, ok bool) {
	if details[detailLink] == "" {
		return Told{}, false
	}
	w = Told{Link: Link{Kind: LinkKind(details[detailLink]), Other: TenantID(details[DetailOther]), OtherCode: details[DetailOtherCode],
		Manager: ObjectID(details[detailManager])}, Disabled: details[detailDisabled] != "", Groups: map[GroupID]string{}}
	for line := range strings.Lines(details[detailAssignments]) {
		a, name, ok := assignmentOf(strings.TrimSuffix(line, "\n"))
		if !ok {
			return Told{}, false
		}
		w.Assignments = append(w.Assignments, a)
		w.Groups[a.Group] = name
	}
	return w, true
}

func assignmentOf(line string) (a Assignment, name string, ok bool) {
	group, rest, _ := strings.Cut(line, " ")
	a.Group = GroupID(group)
	for first := true; rest != ""; first = false {
		word := ownerWord
		if !strings.HasPrefix(rest, ownerWord) {
			quoted, err := strconv.QuotedPrefix(rest)
			if err != nil {
				return Assignment{}, "", false
			}
			word = quoted
		}
		rest = strings.TrimPrefix(rest[len(word):], " ")
		switch text, err := strconv.Unquote(word); {
		case err != nil: // has no quotes
			a.Owner = true
		case first:
			name = text
		default:
			a.Theirs = append(a.Theirs, text)
		}
	}
	return a, name, true
}

// Details writes what a tenant lets support do for Event.Details.
func (a SupportAccess) Details() map[string]string {
	m := map[string]string{detailMode: string(a.Mode)}
	if len(a.Namespaces) > 0 {
		m[detailNamespaces] = strings.Join(a.Namespaces, ",") // no name has one
	}
	if a.Disabled {
		m[detailDisabled] = "true"
	}
	return m
}

// SupportAccessOf reads what SupportAccess.Details has written.
func SupportAccessOf(details map[string]string) SupportAccess {
	a := SupportAccess{Mode: SupportMode(details[detailMode]), Disabled: details[detailDisabled] != ""}
	if names := details[detailNamespaces]; names != "" {
		a.Namespaces = strings.Split(names, ",")
	}
	return a
}
