package netapp

import (
	"errors"
	"net/http"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestEveryKindHasAStatus(t *testing.T) {
	for _, k := range iam.Kinds() {
		if code := statuses[k]; code < 400 || code > 599 {
			t.Errorf("%v has status %d", k, code)
		}
	}
	if len(statuses) != len(iam.Kinds()) {
		t.Errorf("%d statuses for %d kinds", len(statuses), len(iam.Kinds()))
	}
}

func TestFail(t *testing.T) {
	tests := map[string]struct {
		err  *iam.Error
		code int
		body string
	}{
		"wrong method": {iam.E(iam.Invalid, "not here").Because(iam.ReasonNoMethod), 405,
			`{"status":{"user_message":"not here","verbose_message":"","code":405},"result":{}}`},
		"too large": {iam.E(iam.Invalid, "too large").Because(iam.ReasonTooLarge), 400,
			`{"status":{"user_message":"too large","verbose_message":"","code":400},"result":{}}`},
		"in use": {iam.E(iam.Precondition, "has zones").Because(iam.ReasonInUse), 412,
			`{"status":{"user_message":"has zones","verbose_message":"","code":412},"result":{}}`},
	}
	for name, tt := range tests {
		code, body := fail(nil, tt.err)
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		if code != tt.code || string(text) != tt.body {
			t.Errorf("%s: %d %s, want %d %s", name, code, text, tt.code, tt.body)
		}
	}
}

func TestChallenge(t *testing.T) {
	for _, k := range iam.Kinds() {
		_, body := fail(nil, iam.E(k, "x"))
		h := http.Header{}
		body.(failure).Headers(h)
		want := 0
		if k == iam.Unauthenticated {
			want = 2
		}
		if got := h.Values("WWW-Authenticate"); len(got) != want {
			t.Errorf("%v: WWW-Authenticate %q, want %d", k, got, want)
		}
	}
}

func TestInWords(t *testing.T) {
	var check iam.Checker
	check.Length("given_name", "toolong", 0, 3)
	check.Add("given_name_like", iam.ReasonFormat, "given_name_like is no given_name")
	check.Add("roles", iam.ReasonFormat, `role "x" does not exist`)
	names := map[string]string{"given_name": "firstName", "roles": "tenancies.role_name"}

	original := check.Err()
	told, ok := errors.AsType[*iam.Error](inWords(original, names))
	if !ok {
		t.Fatal("not an iam.Error any more")
	}
	want := []iam.Field{
		{Path: "firstName", Reason: iam.ReasonLength, Max: 3, Message: "firstName must have between 0 and 3 characters"},
		{Path: "given_name_like", Reason: iam.ReasonFormat, Message: "given_name_like is no given_name"},
		{Path: "tenancies.role_name", Reason: iam.ReasonFormat, Message: `role "x" does not exist`},
	}
	if diff := cmp.Diff(want, told.Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if want := want[0].Message + "; " + want[1].Message + "; " + want[2].Message; told.Message != want {
		t.Errorf("message %q, want %q", told.Message, want)
	}
	if kept, _ := errors.AsType[*iam.Error](original); kept.Fields[0].Path != "given_name" {
		t.Error("the original was changed")
	}
	if err := inWords(nil, names); err != nil {
		t.Errorf("nil became %v", err)
	}
	for _, err := range []error{errors.New("x"), iam.ErrNotFound("user", "x")} {
		if got := inWords(err, names); !errors.Is(got, err) {
			t.Errorf("inWords(%v) = %v", err, got)
		}
	}
}
