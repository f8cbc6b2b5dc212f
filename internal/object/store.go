package object

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Store keeps objects and their references. Every method is one transaction
// and writes the jobs and events it is given in it, so that work which follows
// a change is as durable as the change.
type Store interface {
	// InsertObject writes an object with its references, in the namespace of
	// its Metadata; the ID of each target is looked up. Exists: the name is
	// taken; NotFound: the namespace is not there; Precondition: it is disabled;
	// Invalid: a reference leads back to the object, over whatever others. With
	// a Link it counts the epoch up, as the others do of an object that has
	// one; Exists then: there is one of the kind to that other tenant; NotFound:
	// a group of an assignment is not there.
	InsertObject(ctx context.Context, t iam.TenantID, r Record, refs []Reference, jobs []iam.Job, events ...iam.Event) error
	// UpdateObject writes description, labels, annotations, disabled and spec
	// at r.Version, and replaces the references. NotFound, Conflict;
	// Precondition: the namespace is disabled; Invalid: as for InsertObject.
	UpdateObject(ctx context.Context, t iam.TenantID, r Record, refs []Reference, jobs []iam.Job, events ...iam.Event) error
	// SetObjectStatus writes the status alone; the version stays. NotFound.
	SetObjectStatus(ctx context.Context, t iam.TenantID, id iam.ObjectID, status []byte) error
	// DeleteObject removes an object. NotFound; Precondition with ReasonInUse:
	// others refer to it, and free is set.
	DeleteObject(ctx context.Context, t iam.TenantID, id iam.ObjectID, free bool, jobs []iam.Job, events ...iam.Event) error
	// Object answers one object. NotFound.
	Object(ctx context.Context, t iam.TenantID, kind, namespace, name string) (Record, error)
	// ObjectByID answers one object. NotFound.
	ObjectByID(ctx context.Context, t iam.TenantID, id iam.ObjectID) (Record, error)
	// Objects answers the objects of a kind, all kinds where it is empty, in a
	// namespace, all where it is empty, by namespace, kind and name.
	Objects(ctx context.Context, t iam.TenantID, kind, namespace string) ([]Record, error)
	// ObjectFacts answers the objects of some kinds in a namespace, all where it
	// is empty, with their facts, in no order.
	ObjectFacts(ctx context.Context, t iam.TenantID, kinds []string, namespace string) ([]FactsOf, error)
	// CountObjects answers how many objects of some kinds there are in a
	// namespace, in each where it is empty, in no order.
	CountObjects(ctx context.Context, t iam.TenantID, kinds []string, namespace string) ([]Count, error)
	// References answers where a spec refers to what, by path. Dead tells which
	// targets are not there any more, Disabled which are disabled; a target of
	// a kind that is not kept here is neither.
	References(ctx context.Context, t iam.TenantID, id iam.ObjectID) ([]FoundReference, error)
	// Referring answers the objects that refer to a target, whatever its ID,
	// each with the path of the reference, by namespace, kind and name.
	Referring(ctx context.Context, t iam.TenantID, to Target) ([]Referrer, error)
	// CountReferrers answers how many objects of each kind refer to targets of
	// a kind in a namespace, in no order.
	CountReferrers(ctx context.Context, t iam.TenantID, kind, namespace string) ([]ReferrerCount, error)
	// Link answers what an object says of another tenant, with its
	// assignments. NotFound.
	Link(ctx context.Context, t iam.TenantID, id iam.ObjectID) (iam.Link, error)
	// GroupsNamed answers the groups of some names, without regard to case;
	// those that there are.
	GroupsNamed(ctx context.Context, t iam.TenantID, names []string) ([]iam.Ref[iam.GroupID], error)
	// Settings answers the settings of a tenant as they are stored, not as a
	// node may remember them. NotFound.
	Settings(ctx context.Context, t iam.TenantID) (iam.Settings, error)
}

// FoundReference is a reference with the state of its target.
type FoundReference struct {
	Reference
	Dead     bool
	Disabled bool
}

// Referrer is an object that refers to another.
type Referrer struct {
	Target Target // the object that refers
	Path   string // where it does
}

// ReferrerCount is how many objects of a kind refer to a target, known by name.
type ReferrerCount struct {
	Name string // of the target
	Kind string // of the objects
	N    int
}
