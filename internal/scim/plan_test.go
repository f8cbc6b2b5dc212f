package scim

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCondition(t *testing.T) {
	manager := strings.ToLower(URNEnterprise) + ":manager"
	mails := Any{Has{Path: "emails.value"}, Has{Path: "emails.display"}, Has{Path: "emails.type"}, Has{Path: "emails.primary"}}
	for text, want := range map[string]Condition{
		// Keys are folded where the attribute's case does not count.
		`userName eq "ADA"`:                           Has{"username", Equal, "ada"},
		`externalId eq "X1"`:                          Has{"externalid", Equal, "X1"},
		`title sw "Dr"`:                               Has{"title", StartsWith, "dr"},
		`active eq "True"`:                            Has{"active", Equal, "true"},
		`emails co "@ACME"`:                           Has{"emails.value", Contains, "@acme"},
		`meta.created gt "2026-01-02T12:04:05+09:00"`: Has{"meta.created", Greater, "2026-01-02T03:04:05.000000000Z"},
		URNEnterprise + `:manager eq "B"`:             Has{manager + ".value", Equal, "B"},

		// Of one value, not to be equal is to be otherwise or absent; of several
		// that one differs is enough, and so is that there are none.
		`title ne "a"`:          Neither{Has{"title", Equal, "a"}},
		`roles ne "a"`:          Any{Has{"roles.value", NotEqual, "a"}, Neither{Has{Path: "roles.value"}}},
		`emails[type ne "a"]`:   Element{"emails", Neither{Has{"emails.type", Equal, "a"}}},
		`not (not (title pr))`:  Has{Path: "title"},
		`title eq null`:         Neither{Has{Path: "title"}},
		`title ne null`:         Has{Path: "title"},
		`unknown eq null`:       Constant(true),
		`unknown ne "a"`:        Constant(true),
		`unknown co "a"`:        Constant(false),
		`unknown pr or id pr`:   Has{Path: "id"},
		`unknown pr and id pr`:  Constant(false),
		`unknown[value eq "a"]`: Constant(false),

		// No value is the empty text, and all begin with it.
		`title eq ""`: Constant(false),
		`title ne ""`: Constant(true),
		`title sw ""`: Has{Path: "title"},
		`title gt ""`: Has{Path: "title"},
		`title lt ""`: Constant(false),

		`emails pr`: mails,
		`emails[type eq "work" and value ew ".com"]`: Element{"emails", All{Has{"emails.type", Equal, "work"}, Has{"emails.value", EndsWith, ".com"}}},
		`emails[type eq "a" or type eq "b"]`:         Any{Element{"emails", Has{"emails.type", Equal, "a"}}, Element{"emails", Has{"emails.type", Equal, "b"}}},
		`emails[unknown ne "a"]`:                     mails,
		`emails[unknown pr]`:                         Constant(false),
		`emails[type eq "work"].value eq "A"`:        Element{"emails", All{Has{"emails.type", Equal, "work"}, Has{"emails.value", Equal, "a"}}},

		`schemas eq "` + URNUser + `"`:       Constant(true),
		`schemas eq "urn:other"`:             Constant(false),
		`schemas eq "` + URNEnterprise + `"`: enterprise(),
		URNEnterprise + ` pr`:                enterprise(),

		`title pr and id pr and nickName pr`:  All{Has{Path: "title"}, Has{Path: "id"}, Has{Path: "nickname"}},
		`title pr and (id pr or nickName pr)`: All{Has{Path: "title"}, Any{Has{Path: "id"}, Has{Path: "nickname"}}},
	} {
		f, err := ParseFilter(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Users.Condition(f)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
	}
}

// enterprise is that there is something of the extension.
func enterprise() Condition {
	c := Any{}
	for _, name := range []string{"employeenumber", "costcenter", "organization", "division", "department", "manager.value", "manager.$ref", "manager.displayname"} {
		c = append(c, Has{Path: strings.ToLower(URNEnterprise) + ":" + name})
	}
	return c
}

// A filter that asks for more than a database answers well is refused before it
// is asked.
func TestConditionIsBounded(t *testing.T) {
	for _, part := range []string{`title eq "a"`, `emails pr`, `emails[type eq "a" or value eq "b"]`} {
		for n, ok := range map[int]bool{2: true, maxTerms + 1: false} {
			f, err := ParseFilter(strings.Repeat(part+" or ", n-1) + part)
			if err != nil { // which has a bound of its own
				continue
			}
			if _, err := Users.Condition(f); ok && err != nil {
				t.Errorf("%d times %s: %v", n, part, err)
			} else if !ok {
				refused(t, part, err, ReasonTooMany)
			}
		}
	}
}

func TestSortPath(t *testing.T) {
	for by, want := range map[string]string{"": "", "username": "username", "NAME.familyName": "name.familyname", "emails": "emails.value", "meta.Created": "meta.created",
		URNUser + ":title": "title", URNEnterprise + ":manager": strings.ToLower(URNEnterprise) + ":manager.value"} {
		if got, err := Users.sortPath(by); err != nil || got != want {
			t.Errorf("by %q: %q, %v", by, got, err)
		}
	}
	for _, by := range []string{"unknown", "name", "addresses", URNEnterprise, "emails[type eq \"work\"]", "userName; DROP TABLE users", "displayName desc", " "} {
		_, err := Users.sortPath(by)
		refused(t, by, err, ReasonPath)
	}
}
