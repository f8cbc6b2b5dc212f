package scim

import (
	"cmp"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestUserValues(t *testing.T) {
	u := iam.User{ID: "1", Username: "Ada", GivenName: "Ada", DisplayName: "A", Email: "Ada@example.com", Phone: "+1", Language: "en", State: iam.UserEnabled,
		Groups:     []iam.Ref[iam.GroupID]{{ID: "2", Name: "Engines"}},
		Roles:      []iam.Ref[iam.RoleID]{{Name: "admin"}},
		Attributes: map[string]string{"sync_id": "X1", "title": "Countess", "departmentNumber": "Maths", "unrelated": "x", "urn:acme:hr:Badge": "B"}}
	department := strings.ToLower(URNEnterprise) + ":department"
	want := []Value{{"externalid", 0, "X1"}, {"title", 0, "countess"}, {"preferredlanguage", 0, "en"},
		{"phonenumbers.value", 0, "+1"}, {"phonenumbers.primary", 0, "true"}, {department, 0, "maths"}}
	if diff := gocmp.Diff(want, UserValues(u, nil)); diff != "" || EmailsListed(u) {
		t.Errorf("(-want +got)\n%s", diff)
	}

	// Of several the preferred one has the place 0, and what belongs together one place.
	u.Attributes = map[string]string{"scim.emails": `[{"value":"b","type":"home"},{"value":"c","primary":true},{"value":"d"}]`,
		"urn:acme:hr:badge": "B", "urn:acme:hr:level": "-2", "urn:acme:car:plate": "of groups"}
	u.Phone, u.Language = "", ""
	want = []Value{{"emails.value", 1, "b"}, {"emails.type", 1, "home"}, {"emails.value", 0, "ada@example.com"}, {"emails.primary", 0, "true"},
		{"emails.value", 2, "d"}, {"urn:acme:hr:badge", 0, "B"}, {"urn:acme:hr:level", 0, "3fffffffffffffff"}}
	extensions := []Extension{
		{Of: "User", Schema: Schema{ID: "urn:acme:HR", Attributes: []Attribute{{Name: "badge", CaseExact: true}, {Name: "level", Type: Integer}}}},
		{Of: "Group", Schema: Schema{ID: "urn:acme:car", Attributes: []Attribute{{Name: "plate"}}}},
	}
	u.Attributes["urn:acme:HR:badge"], u.Attributes["urn:acme:HR:level"] = "B", "-2"
	if diff := gocmp.Diff(want, UserValues(u, extensions)); diff != "" || !EmailsListed(u) {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestGroupValues(t *testing.T) {
	g := iam.Group{ID: "1", Name: "Engines", Attributes: map[string]string{"sync_id": "X1", "other": "y", "urn:acme:car:plate": "ABC"}}
	car := []Extension{{Of: "Group", Schema: Schema{ID: "urn:acme:car", Attributes: []Attribute{{Name: "plate"}}}}}
	if diff := gocmp.Diff([]Value{{"externalid", 0, "X1"}, {"urn:acme:car:plate", 0, "abc"}}, GroupValues(g, car)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestKeysCompare: keys have the order of what they are of.
func TestKeysCompare(t *testing.T) {
	number, moment := Attribute{Type: Decimal}, Attribute{Type: DateTime}
	zones := rapid.SampledFrom([]*time.Location{time.UTC, time.FixedZone("", 9*3600), time.FixedZone("", -11*3600-1800)})
	times := rapid.Custom(func(t *rapid.T) time.Time {
		return time.Unix(rapid.Int64Range(-62135596800+86400, 253402300799-86400).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).
			In(zones.Draw(t, "zone"))
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Float64().Draw(t, "a"), rapid.Float64().Draw(t, "b")
		if got := strings.Compare(number.Key(a), number.Key(b)); got != cmp.Compare(a, b) {
			t.Fatalf("keys of %v and %v compare as %d", a, b, got)
		}
		x, y := times.Draw(t, "x"), times.Draw(t, "y")
		key := moment.Key(x.Format(time.RFC3339Nano))
		if got := strings.Compare(key, moment.Key(y.Format(time.RFC3339Nano))); got != x.Compare(y) {
			t.Fatalf("keys of %v and %v compare as %d", x, y, got)
		}
		if back, ok := KeyTime(key); !ok || !back.Equal(x) {
			t.Fatalf("%v is %v, %v", x, back, ok)
		}
	})
	negative := 0.0
	if number.Key(0.0) != number.Key(-negative) {
		t.Error("there are two zeros")
	}
	if moment.Key("9999-12-31T23:59:59-01:00") <= moment.Key("9999-12-31T23:59:59Z") {
		t.Error("the year 10000 comes before the one before it")
	}
	if _, ok := KeyTime("yesterday"); ok {
		t.Error("any text is a time")
	}
}
