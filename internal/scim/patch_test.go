package scim

import (
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// object reads JSON.
func object(t testing.TB, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return m
}

// operations reads the Operations of a PATCH.
func operations(t testing.TB, text string) []Operation {
	t.Helper()
	var all []Operation
	if err := json.Unmarshal([]byte(text), &all, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return all
}

const person0 = `{"userName":"ada","title":"Countess","active":true,"name":{"givenName":"Ada","familyName":"L"},
	"emails":[{"type":"work","value":"w@x","primary":true},{"type":"home","value":"h@x"}],
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Math"}}`

// TestPatchUser: each case is a document, as the operations leave it; what is
// not said in it is as in person0, and null is absent.
func TestPatchUser(t *testing.T) {
	for name, tt := range map[string]struct{ operations, want string }{
		"add a value":              {`[{"op":"add","path":"nickName","value":"A"}]`, `{"nickName":"A"}`},
		"add over a value":         {`[{"op":"add","path":"title","value":"Lady"}]`, `{"title":"Lady"}`},
		"names without case":       {`[{"op":"ADD","path":"NICKNAME","value":"A"}]`, `{"nickName":"A"}`},
		"replace what is not":      {`[{"op":"replace","path":"nickName","value":"A"}]`, `{"nickName":"A"}`},
		"remove":                   {`[{"op":"remove","path":"title"}]`, `{"title":null}`},
		"remove what is not":       {`[{"op":"remove","path":"nickName"}]`, `{}`},
		"replace by null":          {`[{"op":"replace","path":"title","value":null}]`, `{"title":null}`},
		"replace by nothing":       {`[{"op":"replace","path":"title","value":""}]`, `{"title":null}`},
		"add a sub-attribute":      {`[{"op":"add","path":"name.middleName","value":"K"}]`, `{"name":{"givenName":"Ada","familyName":"L","middleName":"K"}}`},
		"remove a sub-attribute":   {`[{"op":"remove","path":"name.givenName"}]`, `{"name":{"familyName":"L"}}`},
		"remove the last of them":  {`[{"op":"remove","path":"name.givenName"},{"op":"remove","path":"name.familyName"}]`, `{"name":null}`},
		"add to a complex one":     {`[{"op":"add","path":"name","value":{"middleName":"K"}}]`, `{"name":{"givenName":"Ada","familyName":"L","middleName":"K"}}`},
		"replace in a complex one": {`[{"op":"replace","path":"name","value":{"givenName":"A"}}]`, `{"name":{"givenName":"A","familyName":"L"}}`},
		"remove a complex one":     {`[{"op":"remove","path":"name"}]`, `{"name":null}`},
		"by the schema's URN":      {`[{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:name.givenName","value":"A"}]`, `{"name":{"givenName":"A","familyName":"L"}}`},

		"add values": {`[{"op":"add","path":"emails","value":[{"value":"o@x","type":"other"}]}]`,
			`{"emails":[{"type":"work","value":"w@x","primary":true},{"type":"home","value":"h@x"},{"value":"o@x","type":"other"}]}`},
		"add one value without brackets": {`[{"op":"add","path":"emails","value":{"value":"o@x"}}]`,
			`{"emails":[{"type":"work","value":"w@x","primary":true},{"type":"home","value":"h@x"},{"value":"o@x"}]}`},
		"add what is there": {`[{"op":"add","path":"emails","value":[{"value":"h@x","type":"home"}]}]`, `{}`},
		"more of what is there": {`[{"op":"add","path":"emails","value":[{"value":"H@X","type":"Home","display":"D"}]}]`,
			`{"emails":[{"type":"work","value":"w@x","primary":true},{"type":"Home","value":"H@X","display":"D"}]}`},
		"add no values":         {`[{"op":"add","path":"emails","value":[]}]`, `{}`},
		"add none to some":      {`[{"op":"add","path":"emails[type eq \"home\"]","value":null}]`, `{}`},
		"remove what is said":   {`[{"op":"remove","path":"emails","value":[{"type":"WORK"},{"value":"no@x"}]}]`, `{"emails":[{"type":"home","value":"h@x"}]}`},
		"remove a value alone":  {`[{"op":"remove","path":"emails","value":"w@x"}]`, `{"emails":[{"type":"home","value":"h@x"}]}`},
		"replace some by none":  {`[{"op":"replace","path":"emails[type eq \"work\"]","value":null}]`, `{"emails":[{"type":"home","value":"h@x"}]}`},
		"replace one by none":   {`[{"op":"replace","path":"emails[type eq \"work\"].value","value":""}]`, `{"emails":[{"type":"work","primary":true},{"type":"home","value":"h@x"}]}`},
		"schemas are not asked": {`[{"op":"add","path":"schemas","value":["urn:a:b:c"]}]`, `{}`},
		"a new primary value": {`[{"op":"add","path":"emails","value":[{"value":"o@x","primary":true}]}]`,
			`{"emails":[{"type":"work","value":"w@x","primary":false},{"type":"home","value":"h@x"},{"value":"o@x","primary":true}]}`},
		"another one primary": {`[{"op":"replace","path":"emails[type eq \"home\"].primary","value":true}]`,
			`{"emails":[{"type":"work","value":"w@x","primary":false},{"type":"home","value":"h@x","primary":true}]}`},
		"replace all values": {`[{"op":"replace","path":"emails","value":[{"value":"o@x"}]}]`, `{"emails":[{"value":"o@x"}]}`},
		"remove all values":  {`[{"op":"remove","path":"emails"}]`, `{"emails":null}`},
		"remove some": {`[{"op":"remove","path":"emails[type eq \"work\" and value ew \"x\"]"}]`,
			`{"emails":[{"type":"home","value":"h@x"}]}`},
		"remove none":       {`[{"op":"remove","path":"emails[type eq \"fax\"]"}]`, `{}`},
		"remove every one":  {`[{"op":"remove","path":"emails[value pr]"}]`, `{"emails":null}`},
		"remove from some":  {`[{"op":"remove","path":"emails[type eq \"work\"].primary"}]`, `{"emails":[{"type":"work","value":"w@x"},{"type":"home","value":"h@x"}]}`},
		"remove from all":   {`[{"op":"remove","path":"emails.type"}]`, `{"emails":[{"value":"w@x","primary":true},{"value":"h@x"}]}`},
		"replace in some":   {`[{"op":"replace","path":"emails[type eq \"home\"].value","value":"n@x"}]`, `{"emails":[{"type":"work","value":"w@x","primary":true},{"type":"home","value":"n@x"}]}`},
		"replace some":      {`[{"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"n@x"}}]`, `{"emails":[{"type":"work","value":"w@x","primary":true},{"value":"n@x"}]}`},
		"add to some":       {`[{"op":"add","path":"emails[type eq \"home\"]","value":{"display":"D"}}]`, `{"emails":[{"type":"work","value":"w@x","primary":true},{"type":"home","value":"h@x","display":"D"}]}`},
		"add where none is": {`[{"op":"add","path":"phoneNumbers[type eq \"mobile\"].value","value":"1"}]`, `{"phoneNumbers":[{"type":"mobile","value":"1"}]}`},
		"add to all of none": {`[{"op":"add","path":"phoneNumbers.value","value":"1"}]`,
			`{"phoneNumbers":[{"value":"1"}]}`},

		"in an extension":         {`[{"op":"replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"P"}]`, `{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"P"}}`},
		"the last of it":          {`[{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"}]`, `{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":null}`},
		"an extension as a whole": {`[{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User","value":{"costCenter":"7"}}]`, `{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Math","costCenter":"7"}}`},
		"without an extension":    {`[{"op":"remove","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"}]`, `{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":null}`},
		"in an order":             {`[{"op":"add","path":"nickName","value":"A"},{"op":"remove","path":"nickName"},{"op":"add","path":"nickName","value":"B"}]`, `{"nickName":"B"}`},

		// What Entra sends.
		"Entra: capitals and strings": {`[{"op":"Replace","path":"active","value":"False"}]`, `{"active":false}`},
		"Entra: no path": {`[{"op":"Replace","value":{"displayName":"D","name.givenName":"G","active":"True",
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber":"9","emails[type eq \"work\"].value":"n@x","id":"x"}}]`,
			`{"displayName":"D","name":{"givenName":"G","familyName":"L"},"emails":[{"type":"work","value":"n@x","primary":true},{"type":"home","value":"h@x"}],
			"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Math","employeeNumber":"9"}}`},
		"Entra: a manager by value alone": {`[{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"m"}]`,
			`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Math","manager":{"value":"m"}}}`},
		"Entra: a manager by name": {`[{"op":"Add","path":"manager","value":"m"}]`,
			`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Math","manager":{"value":"m"}}}`},
		"Entra: another manager": {`[{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":{"value":"m","$ref":"../Users/m"}},
			{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"n"}]`,
			`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Math","manager":{"value":"n"}}}`},
		"another manager and where": {`[{"op":"Add","path":"manager","value":{"value":"m","$ref":"../Users/m"}},{"op":"add","path":"manager","value":{"value":"n","$ref":"../Users/n"}}]`,
			`{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Math","manager":{"value":"n","$ref":"../Users/n"}}}`},
		"Entra: the primary role": {`[{"op":"Add","path":"roles[primary eq \"True\"].value","value":"admin"}]`, `{"roles":[{"value":"admin","primary":true}]}`},
		"no attribute's name":     {`[{"op":"replace","value":{"@odata.type":"#user","a.b.c":1,"title":"T"}}]`, `{"title":"T"}`},
		"Entra: no manager":       {`[{"op":"Replace","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":""}]`, `{}`},
		"Entra: a role by JSON": {`[{"op":"Add","path":"roles","value":[{"value":"admin","primary":"True"}]}]`,
			`{"roles":[{"value":"admin","primary":true}]}`},
		// What Okta sends.
		"Okta: no path":     {`[{"op":"replace","value":{"id":"u","active":false}}]`, `{"active":false}`},
		"no path, in depth": {`[{"op":"add","value":{"name":{"middleName":"K"},"unknown":1,"meta":{"version":"x"},"schemas":["urn:a:b"],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"costCenter":"7"}}}]`, `{"name":{"givenName":"Ada","familyName":"L","middleName":"K"},"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"Math","costCenter":"7"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			before := Resource(object(t, person0))
			got, err := Users.Patch(before, operations(t, tt.operations))
			if err != nil {
				t.Fatal(err)
			}
			want := object(t, person0)
			for k, v := range object(t, tt.want) {
				Resource(want).set(k, v)
			}
			if diff := cmp.Diff(want, map[string]any(got)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(object(t, person0), map[string]any(before)); diff != "" {
				t.Errorf("what was given is changed\n%s", diff)
			}
		})
	}
}

func TestPatchMembers(t *testing.T) {
	for name, tt := range map[string]struct{ operations, want string }{
		"add":           {`[{"op":"add","path":"members","value":[{"value":"c","display":"C"},{"value":"a"}]}]`, `[{"value":"a"},{"value":"b"},{"value":"c"}]`},
		"by a filter":   {`[{"op":"remove","path":"members[value eq \"a\"]"}]`, `[{"value":"b"}]`},
		"Entra: by one": {`[{"op":"Remove","path":"members","value":[{"value":"a","$ref":null}]}]`, `[{"value":"b"}]`},
		"replace":       {`[{"op":"replace","path":"members","value":[{"value":"c"}]}]`, `[{"value":"c"}]`},
		"add nobody":    {`[{"op":"add","path":"members","value":[]},{"op":"add","value":{"members":[]}}]`, `[{"value":"a"},{"value":"b"}]`},
		"another one":   {`[{"op":"replace","path":"members[value eq \"a\"]","value":{"value":"b"}}]`, `[{"value":"b"}]`},
		"no more":       {`[{"op":"replace","path":"members","value":[]}]`, `null`},
		"all":           {`[{"op":"remove","path":"members"}]`, `null`},
		"Okta: rename":  {`[{"op":"replace","value":{"id":"g","displayName":"G"}}]`, `[{"value":"a"},{"value":"b"}]`},
		"both":          {`[{"op":"remove","path":"members[value eq \"a\" or value eq \"b\"]"},{"op":"add","path":"members","value":{"value":"d"}}]`, `[{"value":"d"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Groups.Patch(object(t, `{"displayName":"g","members":[{"value":"a"},{"value":"b"}]}`), operations(t, tt.operations))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(object(t, `{"m":`+tt.want+`}`)["m"], got[attrMembers]); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestPatchRefuses(t *testing.T) {
	for text, reason := range map[string]iam.Reason{
		`[]`:                                                                                                     ReasonSyntax,
		`[{"op":"move","path":"title"}]`:                                                                         ReasonSyntax,
		`[{"path":"title","value":"a"}]`:                                                                         ReasonSyntax,
		`[{"op":"remove"}]`:                                                                                      ReasonNoTarget,
		`[{"op":"add","value":"a"}]`:                                                                             ReasonValue,
		`[{"op":"add","path":"unknown","value":"a"}]`:                                                            ReasonPath,
		`[{"op":"add","path":"name.unknown","value":"a"}]`:                                                       ReasonPath,
		`[{"op":"add","path":"a.b.c","value":"a"}]`:                                                              ReasonPath,
		`[{"op":"add","path":"urn:a:b:title","value":"a"}]`:                                                      ReasonPath,
		`[{"op":"add","path":"name[givenName pr].familyName","value":"a"}]`:                                      ReasonPath,
		`[{"op":"add","path":"emails[type eq","value":"a"}]`:                                                     ReasonFilter,
		`[{"op":"add","path":"emails[primary gt true]","value":{}}]`:                                             ReasonFilter,
		`[{"op":"replace","path":"emails[type eq \"fax\"].value","value":"a"}]`:                                  ReasonNoTarget,
		`[{"op":"replace","path":"emails[type eq \"fax\"]","value":{}}]`:                                         ReasonNoTarget,
		`[{"op":"replace","path":"id","value":"a"}]`:                                                             ReasonMutability,
		`[{"op":"remove","path":"meta.created"}]`:                                                                ReasonMutability,
		`[{"op":"add","path":"groups","value":[{"value":"g"}]}]`:                                                 ReasonMutability,
		`[{"op":"remove","path":"groups[value eq \"g\"]"}]`:                                                      ReasonMutability,
		`[{"op":"remove","path":"schemas"}]`:                                                                     ReasonMutability,
		`[{"op":"replace","path":"emails[type eq \"fax\"]","value":null}]`:                                       ReasonNoTarget,
		`[{"op":"add","value":{"emails[type eq":"a"}}]`:                                                          ReasonFilter,
		`[{"op":"add","path":"x509Certificates","value":[{"value":"no!"}]}]`:                                     ReasonValue,
		`[{"op":"add","path":"` + URNEnterprise + `[department pr]","value":{}}]`:                                ReasonPath,
		`[{"op":"remove","path":"userName"}]`:                                                                    ReasonMutability,
		`[{"op":"replace","path":"userName","value":null}]`:                                                      ReasonMutability,
		`[{"op":"replace","path":"title","value":7}]`:                                                            ReasonValue,
		`[{"op":"replace","path":"active","value":"perhaps"}]`:                                                   ReasonValue,
		`[{"op":"replace","path":"name","value":"Ada"}]`:                                                         ReasonValue,
		`[{"op":"replace","path":"emails","value":[{"value":"a","primary":true},{"value":"b","primary":true}]}]`: ReasonValue,
		`[{"op":"add","path":"` + URNEnterprise + `","value":"a"}]`:                                              ReasonValue,
	} {
		before := Resource(object(t, person0))
		got, err := Users.Patch(before, operations(t, text))
		refused(t, text, err, reason)
		if got != nil {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// TestPatchIsWhole: where one operation is refused, none is done.
func TestPatchIsWhole(t *testing.T) {
	before := Resource(object(t, person0))
	_, err := Users.Patch(before, operations(t, `[{"op":"remove","path":"emails[type eq \"home\"].value"},{"op":"replace","path":"emails.primary","value":false},
		{"op":"replace","path":"id","value":"a"}]`))
	refused(t, "the third", err, ReasonMutability)
	if diff := cmp.Diff(object(t, person0), map[string]any(before)); diff != "" {
		t.Errorf("the document is changed\n%s", diff)
	}
}

// TestPatchKeepsWhoMembersAre: a member comes and goes, and never becomes another.
func TestPatchKeepsWhoMembersAre(t *testing.T) {
	for _, text := range []string{`[{"op":"replace","path":"members[value eq \"a\"].value","value":"b"}]`, `[{"op":"remove","path":"members[value eq \"a\"].value"}]`,
		`[{"op":"add","path":"members[value eq \"a\"]","value":{"value":"b"}}]`, `[{"op":"replace","path":"members.value","value":"b"}]`} {
		_, err := Groups.Patch(object(t, `{"displayName":"g","members":[{"value":"a"}]}`), operations(t, text))
		refused(t, text, err, ReasonMutability)
	}
}

// TestPatchOfWhatOthersWrote: lists may have been written as attributes of the
// directory by somebody who knows nothing of their form.
func TestPatchOfWhatOthersWrote(t *testing.T) {
	const odd = `{"userName":"ada","emails":["a@x",7,null,{"value":"b@x"},{"value":{"c":1},"unknown":1}]}`
	for _, verb := range []string{"add", "replace", "remove"} {
		for _, path := range []string{"emails", "emails.value", "emails.primary", `emails[value eq \"b@x\"]`, `emails[value eq \"b@x\"].type`, `emails[type eq \"work\"].value`} {
			for _, value := range []string{`"d@x"`, `true`, `[{"value":"b@x","primary":true}]`, `{"value":"e@x"}`} {
				_, _ = Users.Patch(object(t, odd), operations(t, `[{"op":"`+verb+`","path":"`+path+`","value":`+value+`}]`)) // does not panic
			}
		}
	}
}
