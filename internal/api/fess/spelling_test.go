package fess

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func refs(names ...string) []iam.Ref[iam.RoleID] {
	list := make([]iam.Ref[iam.RoleID], len(names))
	for i, n := range names {
		name, handle, renamed := strings.Cut(n, "<")
		if !renamed {
			handle = name
		}
		list[i] = iam.Ref[iam.RoleID]{ID: iam.RoleID(n), Name: name, Handle: handle}
	}
	return list
}

func TestSpelled(t *testing.T) {
	tests := map[string]struct {
		has   []iam.Ref[iam.RoleID]
		given []string
		want  []string
	}{
		"nothing":                {nil, nil, []string{}},
		"never named here":       {refs("admin", "user"), nil, []string{"admin", "user"}},
		"order is kept":          {refs("admin", "user"), []string{"user", "admin"}, []string{"user", "admin"}},
		"ids are kept":           {refs("admin", "guest"), []string{"Z3Vlc3Q=", "YWRtaW4="}, []string{"Z3Vlc3Q=", "YWRtaW4="}},
		"the other alphabet":     {refs("홍길동"), []string{"7ZmN6ri464+Z"}, []string{"7ZmN6ri464+Z"}},
		"case is kept":           {refs("Admin"), []string{"aDMIN"}, []string{"aDMIN"}},
		"taken away elsewhere":   {refs("user"), []string{"admin", "user"}, []string{"user"}},
		"given elsewhere":        {refs("admin", "root", "user"), []string{"user"}, []string{"user", "admin", "root"}},
		"renamed":                {refs("boss<admin"), []string{"admin"}, []string{"admin"}},
		"renamed, by id":         {refs("boss<admin"), []string{"YWRtaW4="}, []string{"YWRtaW4="}},
		"one in two spellings":   {refs("admin"), []string{"admin", "YWRtaW4="}, []string{"admin", "YWRtaW4="}},
		"an id of something new": {refs("bmV3"), []string{"bmV3"}, []string{"bmV3"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			attribute := ""
			if s := spelling(tt.given); s != nil {
				attribute = *s
			}
			if diff := cmp.Diff(tt.want, spelled(tt.has, attribute)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSpellingIsBounded(t *testing.T) {
	if s := spelling([]string{strings.Repeat("가", maxSpelling)}); s != nil {
		t.Errorf("%d bytes are kept", len(*s))
	}
	if s := spelling([]string{strings.Repeat("가", maxSpelling-4)}); s == nil { // brackets and quotes
		t.Errorf("what just fits is not kept")
	}
	if s := spelling([]string{}); s != nil {
		t.Errorf("an empty list is kept as %q", *s)
	}
}

func TestSpelledSurvivesABrokenAttribute(t *testing.T) {
	if diff := cmp.Diff([]string{"admin"}, spelled(refs("admin"), `["adm`)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestResolve(t *testing.T) {
	var asked []string
	exists := func(handle string) error {
		asked = append(asked, handle)
		if handle == "admin" {
			return nil
		}
		return iam.ErrNotFound("role", handle)
	}
	got, err := resolve([]string{"YWRtaW4=", "user", "", " ", "Z2hvc3Q=", "admin"}, exists)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"admin", "user", "Z2hvc3Q=", "admin"}, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"admin", "ghost"}, asked); diff != "" {
		t.Errorf("only what can be an id is looked up (-want +got):\n%s", diff)
	}
	down := errors.New("down")
	if _, err := resolve([]string{"YWRtaW4="}, func(string) error { return down }); !errors.Is(err, down) {
		t.Errorf("got %v", err)
	}
}
