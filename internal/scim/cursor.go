package scim

import (
	"crypto/sha256"
	"encoding/base64"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// A cursor (RFC 9865) is a position in a list, the direction in which to go on,
// and a digest of the query whose list it is: whoever has it needs nothing that
// we would have to remember. It is no secret, and what it says is not trusted.

// cursor is what the text of one is made of, in base64url.
type cursor struct {
	Query string `json:"q"`
	Key   string `json:"k"`
	ID    string `json:"i"`
	Back  bool   `json:"b,omitzero"`
}

// maxCursor bounds the text, in bytes: a key has some thousand characters at most.
const maxCursor = 32 << 10

// digest tells the lists of queries apart.
func (q Query) digest(t *ResourceType) string {
	sum := sha256.Sum256([]byte(strconv.Quote(t.Name) + strconv.Quote(q.Filter) + strconv.Quote(q.SortBy) + strconv.FormatBool(q.Descending)))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// position is where the page begins that the query asks for. back: it ends
// there. Invalid, of ReasonCursor.
func (q Query) position(t *ResourceType) (after iam.Cursor, back bool, err error) {
	if *q.Cursor == "" {
		return after, false, nil
	}
	var c cursor
	text, err := base64.RawURLEncoding.DecodeString(iam.Cut(*q.Cursor, maxCursor))
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil || c.Query != q.digest(t) || c.ID == "" {
		return after, false, broken(ReasonCursor, "cursor", "must be one that a page of this query was answered with")
	}
	return iam.Cursor{Key: c.Key, ID: c.ID}, c.Back, nil
}

// cursors are those of the pages behind and before one. after is where it was
// found from.
func (q Query) cursors(t *ResourceType, found Found[Resource], after iam.Cursor, back bool) (next, previous string) {
	if len(found.Items) == 0 {
		return "", ""
	}
	first, last := found.First, found.Last
	if back {
		first, last = last, first
	}
	digest := q.digest(t)
	if back || found.More {
		next = cursor{digest, last.Key, last.ID, false}.String()
	}
	if back && found.More || !back && after != (iam.Cursor{}) {
		previous = cursor{digest, first.Key, first.ID, true}.String()
	}
	return next, previous
}

func (c cursor) String() string {
	text, _ := json.Marshal(c) // of texts that are UTF-8
	return base64.RawURLEncoding.EncodeToString(text)
}
