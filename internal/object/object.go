package object

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Metadata is what a caller says about an object beside its spec.
type Metadata struct {
	Namespace   string
	Name        string // a DNS label (RFC 1035), 1 to 64 characters, unique in its kind and namespace
	Description string // at most 1,200 bytes
	Labels      map[string]string
	Annotations map[string]string
	Disabled    bool
}

// Record is an object as it is stored.
type Record struct {
	Metadata
	ID   iam.ObjectID
	Kind string
	// Spec is JSON; the secrets in it are sealed.
	Spec []byte
	// Status is JSON: what the work of the kind found out. Empty before.
	Status []byte
	// Facts are those of the spec, as JSON, of kinds that inventories are about.
	// They are written with the object, and not read with it.
	Facts []byte
	// Link is what the spec says of another tenant, of kinds that do. It is
	// written with the object, and not read with it.
	Link      *iam.Link
	CreatedBy iam.UserID
	Created   time.Time
	Updated   time.Time
	Version   int64
}

// Object is an object as callers see it.
type Object struct {
	Record
	// Spec, which hides that of Record, is JSON as a caller could send it to
	// make another: secrets are masked. Replacement is the same to write it
	// anew, where a secret that is masked stays as it is.
	Spec, Replacement []byte
	// View is Spec with what the server adds for who reads.
	View       []byte
	Conditions []Condition
}

// Condition is one thing that is known of the state of an object.
type Condition struct {
	Type    string // TypeValidation or TypeOperational
	Status  string // one of the Status...
	Reason  string
	Updated time.Time
}

// Types of conditions.
const (
	TypeValidation  = "Validation"  // of what the object says
	TypeOperational = "Operational" // of what it leads to
)

// How a condition stands.
const (
	StatusSuccess    = "Success"
	StatusFailed     = "Failed"
	StatusIncomplete = "Incomplete"
	StatusDisabled   = "Disabled"
)

// Target names what a reference is to.
type Target struct {
	Kind      string
	Namespace string
	Name      string
	// ID is the object's. Empty when nothing of that name is or was there, and
	// for kinds that are kept elsewhere, such as user_group.
	ID string
}

// Reference is one place in a spec that names another object.
type Reference struct {
	Path   string // a JSON pointer into the spec (RFC 6901)
	Target Target
}

// Relations are an object's references that matter to who looks at it.
type Relations struct {
	Referring []Target // the objects that refer to it
	Disabled  []Target // those that it refers to and that are disabled
	Deleted   []Target // those that it refers to and that are not there any more
}

// Removal is what became of one object that was to be removed.
type Removal struct {
	Target Target
	Err    error // nil when it is gone
}
