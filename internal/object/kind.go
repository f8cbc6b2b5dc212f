package object

import (
	"reflect"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Kind is a kind of objects, as data.
type Kind struct {
	Name   string // "contact"
	Plural string // "contacts", as in paths
	Group  string // "web" or "config": where its paths are
	Title  string // for people: "Contact"
	// System kinds live in namespace "system" only.
	System bool
	// DefaultName is the name of an object whose metadata says none.
	DefaultName string

	// What one has to hold, in the object's namespace.
	Read, Create, Update, Delete iam.Permission

	// Spec is the type of the document that callers send, with rules for
	// package message in its tags; nil for kinds whose spec is free.
	Spec reflect.Type
}

// Kinds answers the kinds whose spec is known, by name.
func Kinds() []*Kind { return nil }

// KindOf answers the kind of a plural in a group of paths: one of Kinds, or one
// whose spec is free. NotFound: no object can be of such a kind, because the
// name is malformed or is that of what is kept elsewhere.
func KindOf(group, plural string) (*Kind, error) { panic("unfinished") }
