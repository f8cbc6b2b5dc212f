package scim

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store finds users and groups by what filters say of them, and keeps the schemas
// by which tenants extend them. Every method is one transaction and writes the
// events it is given in it.
type Store interface {
	// FindUsers lists the users that make a condition true. Invalid, of
	// ReasonCursor: f.Page.After is no position in this list.
	FindUsers(ctx context.Context, t iam.TenantID, f Find) (Found[iam.User], error)
	// FindGroups lists the groups that make a condition true. Invalid as for FindUsers.
	FindGroups(ctx context.Context, t iam.TenantID, f Find) (Found[iam.Group], error)

	// Extensions answers the schemas that a tenant has made, by URN.
	Extensions(ctx context.Context, t iam.TenantID) ([]Extension, error)
	// SetExtension writes one, new where e.Version is 0, and counts the epoch up.
	// NotFound, Exists, Conflict; Precondition, with ReasonInUse: users or groups
	// have values of an attribute that it does not have any more, or has with
	// other rules of comparing.
	SetExtension(ctx context.Context, t iam.TenantID, e Extension, events ...iam.Event) (Extension, error)
	// DeleteExtension removes one, and counts the epoch up. NotFound;
	// Precondition, with ReasonInUse: users or groups have values of it.
	DeleteExtension(ctx context.Context, t iam.TenantID, urn string, events ...iam.Event) error
}

// Find asks Store for a list.
type Find struct {
	Where Condition // nil: all
	// Sort is the path of the attribute that the list is in the order of: of its
	// value, or of that which is primary, or else of the first; of groups, roles
	// and members the least. Who has none is last, or first where Desc. Empty is userName or displayName. Page.Sort and
	// Page.Desc are ignored.
	Sort string
	Desc bool
	Page iam.Page
}

// Found is what Store answers of a list.
type Found[T any] struct {
	Items []T
	Total int  // of all, where the Page asked for it
	More  bool // behind the last
	// First and Last are the positions of the first item and of the last.
	First, Last iam.Cursor
}

// Condition is a filter whose attributes were found in the schema, so that rows
// can be asked for it: All, Any, Not, Has, Element or Constant. What a filter
// says of what has no values is gone from it.
//
// Paths in it are those of Value. Keys are what Attribute.Key makes of a value.
type Condition interface{ condition() }

type (
	// All is true where all are.
	All []Condition
	// Any is true where one is.
	Any []Condition
	// Neither is true where the other is not.
	Neither struct{ Condition }
	// Constant is true or false of every resource.
	Constant bool
	// Has is true where a value at the path compares so to Key, which is not
	// empty, or, without Op, where there is one. With NotEqual it is true where
	// there is one that differs.
	Has struct {
		Path string
		Op   Op // "" or as in filters
		Key  string
	}
	// Element is true where one and the same value of the complex attribute at
	// the path makes a condition true. The paths in that are whole ones.
	Element struct {
		Path  string
		Where Condition
	}
)

func (All) condition()      {}
func (Any) condition()      {}
func (Neither) condition()  {}
func (Constant) condition() {}
func (Has) condition()      {}
func (Element) condition()  {}

// Value is one simple value of a resource as it is kept for conditions. Path is
// the attribute in lower case, below the URN of its extension if it has one:
// "emails.value", "urn:acme:hr:user:badge". Place tells the values of an
// attribute apart, and what belongs to one of a complex one together.
type Value struct {
	Path  string
	Place int
	Key   string
}

// Extension is a schema by which a tenant extends a type of resources.
type Extension struct {
	Schema  Schema
	Of      string // the name of the type
	Created time.Time
	Updated time.Time
	Version int64
}
