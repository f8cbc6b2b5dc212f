package fess

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// idOf makes the id of a user, group or role: the URL-safe Base64, with
// padding, of the name that it had in the beginning. fessctl computes it by
// itself to find a user by name.
func idOf(handle string) string { return base64.URLEncoding.EncodeToString([]byte(handle)) }

// handleOf answers the handle that an id is of. ok is false for text that is
// the id of nothing.
func handleOf(id string) (handle string, ok bool) {
	b, err := base64.URLEncoding.DecodeString(id)
	handle = string(b)
	if err != nil || handle == "" || !utf8.ValidString(handle) || !iam.Printable(handle) {
		return "", false
	}
	return handle, idOf(handle) == id // decoding passes over line ends and spare bits
}

// mentionedHandle is handleOf for ids in lists of roles and groups, which the
// real server reads with the standard alphabet of Base64.
func mentionedHandle(id string) (handle string, ok bool) {
	return handleOf(urlSafe.Replace(id))
}

var urlSafe = strings.NewReplacer("+", "-", "/", "_")
