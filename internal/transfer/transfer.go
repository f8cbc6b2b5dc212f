package transfer

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Kind is what an entry is of.
type Kind string

const (
	User    Kind = "user"
	Group   Kind = "group"
	Binding Kind = "binding"
)

// Entry is one thing of a file: a resource of SCIM as a document, with what SCIM
// has no word for.
type Entry struct {
	Line int // where it begins in the file, from 1
	Kind Kind
	// Resource is of the schema of its kind: User, Group, or URNBinding.
	Resource map[string]any
	// PasswordHash is of a user, in one of the forms that package password takes
	// from others; "" for none.
	PasswordHash string
}

// name is what the entry is called, for people.
func (e *Entry) name() string {
	member := "userName"
	if e.Kind != User {
		member = "displayName"
	}
	name, _ := e.Resource[member].(string)
	return name
}

// Outcome is what became of an entry, or would in a dry run.
type Outcome string

const (
	Created   Outcome = "created"
	Updated   Outcome = "updated"
	Unchanged Outcome = "unchanged"
	Failed    Outcome = "failed"
)

// Result is the outcome of an entry.
type Result struct {
	Line    int // of the entry
	Kind    Kind
	Name    string // of what it is of
	Outcome Outcome
	Changes []string // names of what an update changes
	Missing []string // members of a group who are not here: it was taken without them
	Err     error    // why it failed
}

// Result answers what became of the entry, to be completed.
func (e *Entry) Result(o Outcome, err error) Result {
	if err != nil {
		o = Failed
	}
	return Result{Line: e.Line, Kind: e.Kind, Name: e.name(), Outcome: o, Err: err}
}

// Target takes entries over. Package app satisfies it.
type Target interface {
	// Prepare reads what entries of one kind say. It changes nothing: it is at
	// work while the batch before is being taken. What is wrong with one entry is
	// in its result; the error is of what stops all.
	Prepare(ctx context.Context, by iam.Actor, entries []*Entry) (Batch, error)
	// Mark answers how far a file has come, the zero Mark for one that is new.
	Mark(ctx context.Context, by iam.Actor, sum string) (Mark, error)
	// Forget removes the mark of a file that is done.
	Forget(ctx context.Context, by iam.Actor, sum string) error
}

// Batch are entries that can be taken.
type Batch interface {
	// Take carries the entries over. They are durable when it returns, together
	// with the mark, which is the given one with their results, unless that has
	// no Sum. Errors as for Prepare.
	Take(ctx context.Context, mark Mark) ([]Result, error)
	// Try finds out what Take would do.
	Try(ctx context.Context) ([]Result, error)
}

// Mark is how far a file has come.
type Mark struct {
	Sum      string // what tells one file from another; "" where nothing does
	Position int64  // entries that are done
	Tally    Tally
}

// With answers the mark behind some more entries.
func (m Mark) With(results []Result) Mark {
	m.Position += int64(len(results))
	for _, r := range results {
		switch r.Outcome {
		case Created:
			m.Tally.Created++
		case Updated:
			m.Tally.Updated++
		case Unchanged:
			m.Tally.Unchanged++
		case Failed:
			m.Tally.Failed++
		}
	}
	return m
}

// Tally counts outcomes.
type Tally struct{ Created, Updated, Unchanged, Failed int64 }

// Source gives what is to be exported, in the order: users, groups with their
// members, bindings. Package app satisfies it.
type Source interface {
	Each(ctx context.Context, by iam.Actor, kinds []Kind, visit func(Entry) error) error
}
