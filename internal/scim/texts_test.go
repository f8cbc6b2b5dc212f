package scim

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFromTexts(t *testing.T) {
	badge := &Schema{ID: "urn:example:Badge", Attributes: []Attribute{{Name: "number", Type: Integer}, {Name: "weights", Type: Decimal, Multi: true},
		{Name: "text"}, {Name: "door", Type: Complex, Sub: []Attribute{{Name: "floor", Type: Integer}}}}}
	extended := &ResourceType{Name: "User", Schema: userSchema, Extensions: []*Schema{badge}}
	for text, want := range map[string]string{
		`{"title":"7","URN:example:Badge":{"NUMBER":"7","weights":["1.5","x",2],"text":"7","door":{"floor":"-1"}}}`: `{"title":"7","URN:example:Badge":{"NUMBER":7,"weights":[1.5,"x",2],"text":"7","door":{"floor":-1}}}`,
		`{"urn:example:Badge":{"number":"NaN","weights":"Inf","none":"1"}}`:                                         `{"urn:example:Badge":{"number":"NaN","weights":"Inf","none":"1"}}`,
		`{"urn:example:Badge":"7"}`: `{"urn:example:Badge":"7"}`,
	} {
		sent := object(t, text)
		if diff := cmp.Diff(object(t, want), extended.fromTexts(sent)); diff != "" {
			t.Errorf("%s (-want +got)\n%s", text, diff)
		}
		if diff := cmp.Diff(object(t, text), sent); diff != "" {
			t.Errorf("%s is changed\n%s", text, diff)
		}
	}
}
