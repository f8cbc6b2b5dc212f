package scim

import (
	"errors"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Reasons of Invalid errors, the words that the standard has for them as
// scimType (RFC 7644 section 3.12). Uniqueness is iam.Exists.
const (
	ReasonFilter     iam.Reason = "invalidFilter"
	ReasonTooMany    iam.Reason = "tooMany"
	ReasonMutability iam.Reason = "mutability"
	ReasonSyntax     iam.Reason = "invalidSyntax"
	ReasonPath       iam.Reason = "invalidPath"
	ReasonNoTarget   iam.Reason = "noTarget"
	ReasonValue      iam.Reason = "invalidValue"

	// Of paging by cursor (RFC 9865 section 2.1).
	ReasonCursor iam.Reason = "invalidCursor"
	ReasonCount  iam.Reason = "invalidCount"
)

// broken answers an Invalid error about a member. What it should be begins with
// "must".
func broken(reason iam.Reason, member, must string, args ...any) error {
	var c iam.Checker
	c.Add(member, reason, "%s "+must, append([]any{member}, args...)...)
	return c.Err()
}

// words are what a resource calls the fields of the directory.
var words = map[string]string{"username": "userName", "email": "emails", "given_name": "name.givenName", "family_name": "name.familyName",
	"display_name": "displayName", "phone": "phoneNumbers", "language": "preferredLanguage", "time_zone": "timezone", "name": "displayName"}

// inWords tells of a broken rule of the directory in the words of a resource.
func inWords(err error) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	told := *e
	told.Fields = slices.Clone(e.Fields)
	messages := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		name, known := words[f.Path]
		if attribute, ok := strings.CutPrefix(f.Path, "attributes."); ok {
			name, known = keptAs(attribute)
		}
		if known {
			told.Fields[i].Path = name
			told.Fields[i].Message = strings.Replace(f.Message, f.Path, name, 1)
		}
		messages[i] = told.Fields[i].Message
	}
	told.Message = strings.Join(messages, "; ")
	return &told
}

// keptAs answers the attribute of a resource that is kept under a name.
func keptAs(name string) (path string, ok bool) {
	if path, ok = keptPaths[name]; ok {
		return path, true
	}
	return name, strings.HasPrefix(name, urnPrefix)
}

// keptPaths are the attributes of resources by the names under which they are kept.
var keptPaths = func() map[string]string {
	paths := map[string]string{keptEmails: "emails", keptPhones: "phoneNumbers"}
	for _, kept := range []map[string]string{attributes, encoded} {
		for path, name := range kept {
			paths[name] = path
		}
	}
	return paths
}()
