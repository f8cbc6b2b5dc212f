package iam_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestEveryKindHasAName(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range iam.Kinds() {
		name := k.String()
		if strings.HasPrefix(name, "kind(") || seen[name] {
			t.Errorf("kind %d is called %q", k, name)
		}
		seen[name] = true
	}
	if !seen[iam.Unavailable.String()] || len(seen) != int(iam.Unavailable)+1 {
		t.Errorf("Kinds lists %d kinds, up to Unavailable there are %d", len(seen), iam.Unavailable+1)
	}
	if got := iam.Kind(200).String(); got != "kind(200)" {
		t.Errorf("an unknown kind is called %q", got)
	}
}

func TestKindOf(t *testing.T) {
	cause := errors.New("the cause")
	known := &iam.Error{Kind: iam.Unavailable, Message: "the directory cannot be reached", Err: cause}
	wrapped := fmt.Errorf("Users(%s): %w", "t1", known)
	if got := iam.KindOf(wrapped); got != iam.Unavailable {
		t.Errorf("KindOf = %v", got)
	}
	if !iam.Is(wrapped, iam.Unavailable) || iam.Is(wrapped, iam.Internal) || !errors.Is(wrapped, cause) {
		t.Error("the chain is broken")
	}
	if got := iam.KindOf(cause); got != iam.Internal {
		t.Errorf("KindOf of somebody else's error = %v, want Internal", got)
	}
	// What is not ours is no Internal Error either: Is asks for an Error.
	if iam.Is(cause, iam.Internal) || iam.Is(nil, iam.Internal) {
		t.Error("Is(Internal) for what is no Error")
	}
	if got, want := known.Error(), "unavailable: the directory cannot be reached: the cause"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

func TestCheckerTellsAllAtOnce(t *testing.T) {
	var c iam.Checker
	if err := c.Err(); err != nil {
		t.Fatalf("Err of nothing = %v", err)
	}
	c.Length("username", "", 1, 100)
	c.Length("given_name", "", 0, 3)
	c.Length("family_name", "가나다", 0, 3) // characters, not bytes
	c.Length("display_name", "abcd", 0, 3)
	c.Length("password", "short", 8, 256)
	c.Add("email", iam.ReasonFormat, "email must be an address, not %d", 7)
	e, ok := errors.AsType[*iam.Error](c.Err())
	if !ok || e.Kind != iam.Invalid || e.Code != iam.ReasonRequired {
		t.Fatalf("Err = %#v, want Invalid because of the first rule", e)
	}
	want := []iam.Field{
		{Path: "username", Reason: iam.ReasonRequired, Message: "username is required"},
		{Path: "display_name", Reason: iam.ReasonLength, Min: 0, Max: 3, Message: "display_name must have between 0 and 3 characters"},
		{Path: "password", Reason: iam.ReasonLength, Min: 8, Max: 256, Message: "password must have between 8 and 256 characters"},
		{Path: "email", Reason: iam.ReasonFormat, Message: "email must be an address, not 7"},
	}
	if diff := cmp.Diff(want, e.Fields); diff != "" {
		t.Errorf("fields (-want +got)\n%s", diff)
	}
	for _, f := range want {
		if !strings.Contains(e.Message, f.Message) {
			t.Errorf("the message %q leaves out %q", e.Message, f.Message)
		}
	}
}

func TestErrorsNameTheirObject(t *testing.T) {
	for _, tt := range []struct {
		err  *iam.Error
		kind iam.Kind
		code iam.Reason
	}{
		{iam.ErrNotFound("user", "ann"), iam.NotFound, ""},
		{iam.ErrExists("user", "ann"), iam.Exists, ""},
		{iam.ErrStale("user", "ann"), iam.Conflict, iam.ReasonStale},
		{iam.E(iam.Precondition, "user %q", "ann").Because(iam.ReasonSelf).About("ann"), iam.Precondition, iam.ReasonSelf},
	} {
		if tt.err.Kind != tt.kind || tt.err.Code != tt.code || tt.err.Object != "ann" || !strings.Contains(tt.err.Message, `user "ann"`) {
			t.Errorf("%#v, want %v %q about ann", tt.err, tt.kind, tt.code)
		}
	}
}

func TestPageSize(t *testing.T) {
	for limit, want := range map[int]int{-1: iam.DefaultPage, 0: iam.DefaultPage, 1: 1, iam.MaxPage: iam.MaxPage, iam.MaxPage + 1: iam.MaxPage} {
		if got := (iam.Page{Limit: limit}).Size(); got != want {
			t.Errorf("a limit of %d is a page of %d, want %d", limit, got, want)
		}
	}
}
