package scim

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// TestReplaced: what a document is after it was written anew, of a type that has
// everything.
func TestReplaced(t *testing.T) {
	const old = `{"schemas":["x"],"userName":"ada","title":"T","badge":"1","serial":"s","active":false,"name":{"given":"A","code":"c"},"seal":{"wax":"w"},
		"members":[{"value":"a","type":"x"}],"groups":[{"value":"g"}],"urn:acme:hr:1.0:Thing":{"dept":"d","pin":"p","rank":1}}`
	const kept = `"schemas":["x"],"userName":"ada","badge":"1","serial":"s","active":false,"seal":{"wax":"w"},"groups":[{"value":"g"}]`
	for name, tt := range map[string]struct{ sent, want string }{
		"only what is required": {`{"userName":"ada"}`, `{` + kept + `,"name":{"code":"c"},"urn:acme:hr:1.0:Thing":{"pin":"p","rank":1}}`},
		"what is read only":     {`{"userName":"ada","serial":"t","groups":[],"name":{"formal":"F"}}`, `{` + kept + `,"name":{"code":"c"},"urn:acme:hr:1.0:Thing":{"pin":"p","rank":1}}`},
		"what is immutable, as it is": {`{"userName":"ada","badge":"1","name":{"code":"c","family":"L"},"urn:acme:hr:1.0:Thing":{"pin":"p","boss":"b"}}`,
			`{` + kept + `,"name":{"code":"c","family":"L"},"urn:acme:hr:1.0:Thing":{"pin":"p","rank":1,"boss":{"value":"b"}}}`},
		"other members": {`{"userName":"ada","members":[{"value":"b"}]}`, `{` + kept + `,"name":{"code":"c"},"members":[{"value":"b"}],"urn:acme:hr:1.0:Thing":{"pin":"p","rank":1}}`},
	} {
		t.Run(name, func(t *testing.T) {
			before := Resource(object(t, old))
			sent, err := modelType.Read(object(t, tt.sent))
			if err != nil {
				t.Fatal(err)
			}
			got, err := modelType.replaced(before, sent, nil)
			if diff := cmp.Diff(object(t, tt.want), map[string]any(got)); err != nil || diff != "" {
				t.Errorf("%v (-want +got)\n%s", err, diff)
			}
			if diff := cmp.Diff(object(t, old), map[string]any(before)); diff != "" {
				t.Errorf("what was given is changed\n%s", diff)
			}
		})
	}
	for _, text := range []string{`{"badge":"2"}`, `{"name":{"code":"d"}}`, `{"seal":{"wax":"w","ring":"r"}}`, `{"urn:acme:hr:1.0:Thing":{"pin":"q"}}`} {
		sent, err := modelType.Read(object(t, text))
		if err != nil {
			t.Fatal(err)
		}
		_, err = modelType.replaced(object(t, old), sent, nil)
		refused(t, text, err, ReasonMutability)
	}
}

// TestReplacedWhereNothingIs: what is immutable can be set where it has no value,
// and a client's form that lacks attributes leaves them.
func TestReplacedWhereNothingIs(t *testing.T) {
	sent, err := modelType.Read(object(t, `{"badge":"1","urn:acme:hr:1.0:Thing":{"pin":"p"}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := modelType.replaced(object(t, `{"title":"T","urn:acme:hr:1.0:Thing":{"dept":"d"}}`), sent, nil)
	if diff := cmp.Diff(object(t, `{"badge":"1","urn:acme:hr:1.0:Thing":{"pin":"p"}}`), map[string]any(got)); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
	got, err = modelType.replaced(object(t, `{"title":"T","floor":1,"urn:acme:hr:1.0:Thing":{"dept":"d"}}`), Resource{"badge": "1"}, []string{"badge", "floor"})
	if diff := cmp.Diff(object(t, `{"badge":"1","title":"T","urn:acme:hr:1.0:Thing":{"dept":"d"}}`), map[string]any(got)); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

// TestRequiredInside: what is required in an extension or of a value has to be
// there where those are.
func TestRequiredInside(t *testing.T) {
	typ := *modelType
	typ.Extensions = []*Schema{{ID: modelURN, Attributes: []Attribute{{Name: "dept", Required: true}, {Name: "pin"}}}}
	for _, text := range []string{`{"homes":[{"street":"s"},{"floor":1}]}`, `{"urn:acme:hr:1.0:Thing":{"pin":"1"}}`} {
		_, err := typ.Read(object(t, text))
		refused(t, text, err, ReasonValue)
	}
	for _, text := range []string{`{"homes":[{"street":"s"},{}]}`, `{"urn:acme:hr:1.0:Thing":{"dept":"d"}}`, `{"urn:acme:hr:1.0:Thing":{}}`} {
		if _, err := typ.Read(object(t, text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for text, want := range map[string]iam.Reason{`[{"op":"remove","path":"urn:acme:hr:1.0:Thing:dept"}]`: ReasonMutability, `[{"op":"remove","path":"homes[street eq \"s\"].street"}]`: ReasonValue,
		`[{"op":"remove","path":"homes[street eq \"s\"]"}]`: ReasonMutability} {
		_, err := typ.Patch(object(t, `{"homes":[{"street":"s","floor":1}],"urn:acme:hr:1.0:Thing":{"dept":"d"}}`), operations(t, text))
		refused(t, text, err, want)
	}
}
