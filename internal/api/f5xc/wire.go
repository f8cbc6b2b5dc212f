package f5xc

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// empty is a message without members.
type empty struct{}

// objectMeta is metadata as requests bring it and answers show it.
type objectMeta struct {
	Name        string            `json:"name" rule:"message.required=true"`
	Namespace   string            `json:"namespace"`
	Labels      map[string]string `json:"labels,omitzero"`
	Annotations map[string]string `json:"annotations,omitzero" rule:"map.keys.string.max_len=64;map.keys.string.min_len=1;map.values.string.max_len=1024;map.values.string.min_len=1"`
	Description string            `json:"description" rule:"string.max_bytes=1200"`
	Disable     bool              `json:"disable"`
}

// systemMeta is what the server says of an object.
type systemMeta struct {
	UID          string     `json:"uid"`
	Created      *timestamp `json:"creation_timestamp,omitzero"`
	Modified     *timestamp `json:"modification_timestamp,omitzero"`
	CreatorClass string     `json:"creator_class"`
	CreatorID    string     `json:"creator_id"`
	Tenant       string     `json:"tenant"`
	Finalizers   []string   `json:"finalizers"`
}

// objectRef names an object in answers.
type objectRef struct {
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace"`
	Tenant    string `json:"tenant"`
	UID       string `json:"uid"`
}

// viewRef names an object in requests and answers; an empty namespace is that
// of the request, an empty tenant the caller's.
type viewRef struct {
	Name      string `json:"name" rule:"message.required=true;string.max_bytes=128;string.min_bytes=1"`
	Namespace string `json:"namespace" rule:"string.max_bytes=64"`
	Tenant    string `json:"tenant" rule:"string.max_bytes=64"`
}

// namespaceRole is a role in a namespace, or in every application namespace
// where that is "*".
type namespaceRole struct {
	Namespace string `json:"namespace" rule:"message.required=true;string.max_len=256"`
	Role      string `json:"role" rule:"message.required=true;string.max_len=256;string.ves_object_name=true"`
}

// timestamp is RFC 3339 in UTC, with as many digits of the second as it needs.
type timestamp time.Time

// MarshalText writes it.
func (t timestamp) MarshalText() ([]byte, error) {
	return time.Time(t).UTC().AppendFormat(nil, time.RFC3339Nano), nil
}

// timeOf is a time on the wire; nil, which is written as nothing, where there
// is none.
func timeOf(t time.Time) *timestamp {
	if t.IsZero() {
		return nil
	}
	return (*timestamp)(&t)
}

// inNamespace is the namespace of the path.
type inNamespace struct {
	Namespace string `path:"namespace" doc:"The namespace."`
}

// named is what the path names in a namespace.
type named struct {
	inNamespace
	Name string `path:"name" doc:"The name in the namespace."`
}

// tags are labels or annotations as they are shown: never absent.
func tags(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// notAs answers Invalid for what is not as it should be, in the vendor's words.
func notAs(field, should, got string) error {
	var c iam.Checker
	c.Add(field, iam.ReasonFormat, "Field %s should be %s, got %q in request.", field, should, iam.Cut(got, 64))
	return c.Err()
}

// repeats answers Invalid unless what a body or a query repeats of the path is
// what the path has, or absent.
func repeats(field, got, path string) error {
	if got == "" || got == path {
		return nil
	}
	return notAs(field, strconv.Quote(path)+" as in the path", got)
}

// below tells of a broken rule of the core about members that the body has
// inside of another one.
func below(member string, err error) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok {
		return err
	}
	names := map[string]string{}
	for _, f := range e.Fields {
		path, _, _ := strings.Cut(f.Path, "[")
		names[path] = member + "." + path
	}
	return inWords(err, names)
}

// inSystem answers NotFound unless the namespace is the one in which users,
// groups and roles live: an operation on them asks for the right in the
// namespace of its path, and must then not act on another.
func inSystem(what, namespace string) error {
	if namespace != iam.NamespaceSystem {
		return iam.E(iam.NotFound, "%s are in namespace %q", what, iam.NamespaceSystem)
	}
	return nil
}
