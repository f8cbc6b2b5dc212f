package scim

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// ada is a user of whom much is known.
func ada() Resource {
	return Users.finish(userResource(Users, iam.User{ID: "01932f6d-8a00-7000-8000-000000000001", Username: "Ada.Straße@example.com", Email: "ada@example.com",
		GivenName: "Ada", FamilyName: "Lovelace", State: iam.UserEnabled, Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Version: 7,
		Groups: []iam.Ref[iam.GroupID]{{ID: "01932f6d-8a00-7000-8000-000000000002", Name: "Engines"}},
		Roles:  []iam.Ref[iam.RoleID]{{Name: "admin"}, {Name: "Auditor"}},
		Attributes: map[string]string{"sync_id": "X1", "title": "Countess", "departmentNumber": "Mathematics", "unrelated": "kept",
			"scim.emails":  `[{"type":"work","value":"old@example.com","primary":true},{"type":"home","value":"ada@home.example"}]`,
			"scim.manager": `{"value":"babbage"}`}}))
}

func TestMatch(t *testing.T) {
	for text, want := range map[string]bool{
		`userName eq "ADA.STRASSE@example.com"`:        false, // one letter is not two
		`userName eq "ADA.STRAẞE@EXAMPLE.COM"`:         true,
		`userName ne "ada.straße@example.com"`:         false,
		`userName sw "ada."`:                           true,
		`userName ew ".COM"`:                           true,
		`userName co "@"`:                              true,
		`userName co " "`:                              false,
		`userName co ""`:                               true,
		`userName gt "ada"`:                            true,
		`userName lt "B"`:                              true,
		`externalId eq "x1"`:                           false, // its case counts
		`externalId eq "X1"`:                           true,
		`id eq "01932F6D-8A00-7000-8000-000000000001"`: false,
		`urn:ietf:params:scim:schemas:core:2.0:User:name.givenName eq "ada"`: true,
		`URN:IETF:PARAMS:SCIM:SCHEMAS:CORE:2.0:USER:NAME.GIVENNAME eq "ada"`: true,
		`urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr`:         false,
		URNEnterprise + `:department eq "mathematics"`:                       true,
		URNEnterprise + `:manager.value eq "babbage"`:                        true,
		URNEnterprise + `:manager eq "babbage"`:                              true,
		URNEnterprise + ` pr`:                                                true,
		`department pr`:                                                      true, // of the extension, which clients leave out
		`active eq true`:                                                     true,
		`active eq "True"`:                                                   true,
		`active ne true`:                                                     false,
		`nickName pr`:                                                        false,
		`nickName eq null`:                                                   true,
		`nickName ne null`:                                                   false,
		`nickName ne "a"`:                                                    true,
		`nickName eq "a"`:                                                    false,
		`nickName co ""`:                                                     false,
		`unknown pr`:                                                         false,
		`unknown eq "a"`:                                                     false,
		`unknown ne "a"`:                                                     true,
		`not (unknown pr)`:                                                   true,
		`emails.value eq "ADA@example.com"`:                                  true, // the present address of the account
		`emails.value eq "old@example.com"`:                                  false,
		`emails co "home.example"`:                                           true,
		`emails.type eq "work" and emails.value eq "ada@home.example"`:        true, // of different values
		`emails[type eq "work" and value eq "ada@home.example"]`:              false,
		`emails[type eq "home" and value eq "ada@home.example"]`:              true,
		`emails[type eq "home"].value sw "ada"`:                               true,
		`emails[primary eq true]`:                                             true,
		`emails[not (primary eq true)]`:                                       true,
		`emails[type eq "fax"]`:                                               false,
		`groups.display eq "engines"`:                                         true,
		`roles eq "auditor"`:                                                  true,
		`roles.value ne "admin"`:                                              true, // one of them is another
		`not (roles.value eq "admin")`:                                        false,
		`schemas eq "` + URNEnterprise + `"`:                                  true,
		`meta.created gt "2026-01-02T04:04:04+01:00"`:                         true,
		`meta.created eq "2026-01-02T12:04:05+09:00"`:                         true,
		`meta.created le "2026-01-02T03:04:04Z"`:                              false,
		`meta.version eq "W/\"7\""`:                                           true,
		`title pr and (userName eq "x" or name.familyName eq "lovelace")`:     true,
		`title pr and not (userName eq "x" or name.familyName eq "lovelace")`: false,
		`password pr`: false,
		`name pr`:     true,
	} {
		f, err := ParseFilter(text)
		if err != nil {
			t.Fatal(err)
		}
		is, err := Users.Compile(f)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := is(ada()); got != want {
			t.Errorf("%s is %v", text, got)
		}
	}
}

// What makes no sense for the type of an attribute is refused (RFC 7644 section
// 3.4.2.2), rather than false of everybody.
func TestMatchRefuses(t *testing.T) {
	for _, text := range []string{`active gt true`, `active eq "yes"`, `active eq 1`, `userName eq true`, `userName eq 5`, `userName gt null`,
		`meta.created co "2026"`, `meta.created gt "yesterday"`, `x509Certificates.value sw "a"`, `userName[value eq "a"]`,
		`emails[primary lt true]`, `not (active co "a")`, `userName pr or active sw "t"`} {
		f, err := ParseFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		_, err = Users.Compile(f)
		refused(t, text, err, ReasonFilter)
	}
}

// TestMatchIsLogic: of any filters the laws of logic hold.
func TestMatchIsLogic(t *testing.T) {
	paths := rapid.SampledFrom([]string{"userName", "title", "nickName", "emails.value", "emails", "roles", "unknown", URNEnterprise + ":department"})
	texts := rapid.SampledFrom([]string{"ada@example.com", "Countess", "mathematics", "a", ""})
	leaf := rapid.Custom(func(t *rapid.T) Filter {
		p, _ := ParsePath(paths.Draw(t, "path"))
		return Compare{p, rapid.SampledFrom(ops).Draw(t, "op"), texts.Draw(t, "value")}
	})
	is := func(t *rapid.T, f Filter) bool {
		test, err := Users.Compile(f)
		if err != nil {
			t.Fatal(err)
		}
		return test(ada())
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := leaf.Draw(t, "a"), leaf.Draw(t, "b")
		x, y := is(t, a), is(t, b)
		if is(t, And{a, b}) != (x && y) || is(t, Or{a, b}) != (x || y) || is(t, Not{a}) == x ||
			is(t, Not{And{a, b}}) != is(t, Or{Not{a}, Not{b}}) {
			t.Fatalf("%s: %v, %s: %v", a, x, b, y)
		}
	})
}
