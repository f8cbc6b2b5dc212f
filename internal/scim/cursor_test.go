package scim

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestCursors(t *testing.T) {
	q := Query{Filter: `title pr`, SortBy: "title"}
	after := iam.Cursor{Key: "0k", ID: "i"}
	found := Found[Resource]{Items: []Resource{{}}, More: true, First: iam.Cursor{Key: "0a", ID: "1"}, Last: iam.Cursor{Key: "0b\"", ID: "2"}}
	at := func(text string) (iam.Cursor, bool) {
		t.Helper()
		q.Cursor = &text
		c, back, err := q.position(Users)
		if err != nil {
			t.Fatal(err)
		}
		return c, back
	}
	next, previous := q.cursors(Users, found, after, false)
	if c, back := at(next); c != found.Last || back {
		t.Errorf("next is %v, back %v", c, back)
	}
	if c, back := at(previous); c != found.First || !back {
		t.Errorf("previous is %v, back %v", c, back)
	}
	if c, back := at(""); c != (iam.Cursor{}) || back {
		t.Errorf("the first page begins at %v", c)
	}
	if _, previous := q.cursors(Users, found, iam.Cursor{}, false); previous != "" {
		t.Error("there is a page before the first")
	}

	// Backwards, items come from the last to the first.
	next, previous = q.cursors(Users, found, after, true)
	if c, back := at(next); c != found.First || back {
		t.Errorf("after going back, next is %v", c)
	}
	if c, back := at(previous); c != found.Last || !back {
		t.Errorf("after going back, previous is %v", c)
	}
	found.More = false
	if next, _ := q.cursors(Users, found, after, false); next != "" {
		t.Error("there is a page behind the last")
	}
	if _, previous := q.cursors(Users, found, after, true); previous != "" {
		t.Error("back at the first page there is one before it")
	}
}

// Another query's cursor is none, nor is anything else.
func TestForeignCursors(t *testing.T) {
	mine := Query{Filter: `title pr`}
	text := cursor{Query: mine.digest(Users), Key: "k", ID: "i"}.String()
	for name, q := range map[string]Query{
		"filter": {Filter: `title eq "a"`}, "sort": {Filter: `title pr`, SortBy: "title"}, "order": {Filter: `title pr`, Descending: true}, "none": {},
		"shifted": {Filter: `title`, SortBy: " pr"},
	} {
		q.Cursor = &text
		_, _, err := q.position(Users)
		refused(t, name, err, ReasonCursor)
	}
	mine.Cursor = &text
	_, _, err := mine.position(Groups)
	refused(t, "of groups", err, ReasonCursor)
	for _, bad := range []string{"a", "!", text[1:], text + "=", strings.Repeat("A", maxCursor*2),
		base64.RawURLEncoding.EncodeToString([]byte(`{"q":"` + mine.digest(Users) + `"}`))} {
		mine.Cursor = &bad
		_, _, err := mine.position(Users)
		refused(t, iam.Cut(bad, 40), err, ReasonCursor)
	}
}

// FuzzCursor: whatever a client sends as a cursor is a position or is refused.
func FuzzCursor(f *testing.F) {
	q := Query{}
	f.Add(cursor{Query: q.digest(Users), Key: "k", ID: "i"}.String())
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		q.Cursor = &text
		after, _, err := q.position(Users)
		if err == nil && text != "" && after.ID == "" {
			t.Errorf("%q is no position", text)
		}
		if err != nil {
			refused(t, text, err, ReasonCursor)
		}
	})
}
