package f5xc

import (
	"errors"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestInWords(t *testing.T) {
	names := map[string]string{"username": "name", "bindings": "namespace_roles"}
	for name, test := range map[string]struct {
		fields []iam.Field
		want   string
	}{
		"a rule":            {[]iam.Field{{Path: "username", Message: "username must not begin or end with white space"}}, "Field name should not begin or end with white space."},
		"a name of its own": {[]iam.Field{{Path: "email", Message: "email must be an address"}}, "Field email should be an address."},
		"what is missing":   {[]iam.Field{{Path: "username", Reason: iam.ReasonRequired, Message: "username is required"}}, "Field name should be not nil, got nil in request."},
		"an item of a list": {[]iam.Field{{Path: "bindings[3].role", Message: `bindings[3].role: role "x" does not exist`}}, `Field namespace_roles[3].role should be valid: role "x" does not exist.`},
		"told already":      {[]iam.Field{{Path: "spec.a", Message: "Field spec.a should have at most 4 items, got 5 in request."}}, "Field spec.a should have at most 4 items, got 5 in request."},
		"several": {[]iam.Field{{Path: "username", Message: "username must be short"}, {Path: "email", Message: "email must be long"}},
			"Field name should be short. Field email should be long."},
	} {
		in := &iam.Error{Kind: iam.Invalid, Code: iam.ReasonFormat, Message: "before", Fields: test.fields}
		got, ok := errors.AsType[*iam.Error](inWords(in, names))
		if !ok || got.Message != test.want || got.Kind != iam.Invalid || got.Code != iam.ReasonFormat {
			t.Errorf("%s: %+v", name, got)
		}
		if in.Message != "before" {
			t.Errorf("%s: the error was changed", name)
		}
	}
	for _, err := range []error{nil, errors.New("x"), iam.E(iam.Denied, "no")} {
		if got := inWords(err, names); got != err { //nolint:errorlint // the very one
			t.Errorf("%v became %v", err, got)
		}
	}
}
