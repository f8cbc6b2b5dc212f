package scim

import (
	"context"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Bounds of a bulk request, as ServiceProviderConfig tells them.
const (
	MaxBulkOperations = 1000
	MaxBulkPayload    = 1 << 20 // bytes
)

// What an operation can do.
const (
	methodPost   = "POST"
	methodPut    = "PUT"
	methodPatch  = "PATCH"
	methodDelete = "DELETE"
)

// BulkOperation is one of a bulk request (RFC 7644 section 3.7).
type BulkOperation struct {
	Method  string // POST, PUT, PATCH or DELETE
	BulkID  string
	Version int64  // that the resource has to be of; 0 for whatever it is
	Path    string // "/Users", "/Users/<id>" or "/Users/bulkId:<bulkId>"
	Data    any    // as Go decodes JSON
}

// BulkResult is what became of one: Err, or a resource as it is then.
type BulkResult struct {
	BulkOperation
	Type     *ResourceType // nil where the path names none
	ID       string        // of the resource, "" where there is none
	Resource Resource      // nil after DELETE
	Err      error
}

// Bulk carries out operations, each by itself: who fails leaves the others. An
// operation comes after those whose resources it refers to by bulkId, and else in
// its place; of resources that refer to each other, what is made first is told of
// the others when they are there. may is asked, before an operation, whether the
// actor may call the like of it by itself, by several goroutines at once. Bulk
// stops after failOnErrors errors, where that is not 0, and answers what it has
// done. Invalid, of iam.ReasonTooLarge: there are too many operations.
func (s *Service) Bulk(ctx context.Context, by iam.Actor, failOnErrors int, operations []BulkOperation,
	may func(ctx context.Context, o BulkOperation, t *ResourceType) error) ([]BulkResult, error) {
	if len(operations) > MaxBulkOperations {
		return nil, iam.E(iam.Invalid, "Operations must have at most %d items", MaxBulkOperations).Because(iam.ReasonTooLarge)
	}
	types, err := s.TypeSet(ctx, by)
	if err != nil {
		return nil, err
	}
	b := &bulk{service: s, by: by, may: may, failOnErrors: failOnErrors, makers: map[string]*step{}}
	b.plan(types, operations)
	for rest := b.order; len(rest) > 0 && !b.stopped(); {
		n := b.together(rest)
		b.doAll(ctx, rest[:n])
		rest = rest[n:]
		b.complete(ctx)
	}
	b.giveUp(ctx)
	var done []BulkResult
	for _, p := range b.steps {
		if p.done {
			done = append(done, p.BulkResult)
		}
	}
	return done, nil
}

// bulk is one request while it is carried out.
type bulk struct {
	service      *Service
	by           iam.Actor
	may          func(ctx context.Context, o BulkOperation, t *ResourceType) error
	failOnErrors int
	steps        []*step          // as they were sent
	order        []*step          // as they are carried out
	makers       map[string]*step // by the bulkId of what they make
	failed       int
	open         []*step // which lack something that was not there yet
}

// step is one operation of the request.
type step struct {
	BulkResult
	rank  int // its place in the order
	done  bool
	needs []*step // which make what it refers to
	// lacks tells what it has made of what was made after that.
	lacks []Operation
}

// stopped reports whether there were as many errors as the client lets happen.
func (b *bulk) stopped() bool { return b.failOnErrors > 0 && b.failed >= b.failOnErrors }

// settle notes that a step is done.
func (b *bulk) settle(p *step) {
	p.done = true
	switch {
	case p.Err != nil:
		b.failed++
	case len(p.lacks) > 0:
		b.open = append(b.open, p)
	}
}

// do carries out a step.
func (b *bulk) do(ctx context.Context, p *step) {
	if p.Err == nil {
		p.Err = b.resolve(p)
	}
	if p.Err == nil {
		p.Err = b.may(ctx, p.BulkOperation, p.Type)
	}
	if p.Err == nil {
		p.Resource, p.Err = b.call(ctx, p)
	}
	if p.Resource != nil {
		p.ID = p.Resource.Text(attrID)
	}
}

func (b *bulk) call(ctx context.Context, p *step) (Resource, error) {
	data, _ := p.Data.(map[string]any)
	switch p.Method {
	case methodPost:
		return b.service.Create(ctx, b.by, p.Type, data)
	case methodPut:
		return b.service.Replace(ctx, b.by, p.Type, p.ID, p.Version, data)
	case methodPatch:
		operations, err := b.operations(data)
		if err != nil {
			return nil, err
		}
		return b.service.Patch(ctx, b.by, p.Type, p.ID, p.Version, operations)
	}
	return nil, b.service.Delete(ctx, b.by, p.Type, p.ID, p.Version)
}

// complete tells resources of those that were made after them, as soon as all of
// these are there.
func (b *bulk) complete(ctx context.Context) {
	b.open = slices.DeleteFunc(b.open, func(p *step) bool {
		if slices.ContainsFunc(p.needs, func(n *step) bool { return !n.done }) {
			return false
		}
		b.tell(ctx, p)
		return true
	})
}

// giveUp ends those steps that lack what is not made any more.
func (b *bulk) giveUp(ctx context.Context) {
	for _, p := range b.open {
		b.tell(ctx, p)
	}
}

// tell tells a resource of what it lacks. Where that cannot be, its operation has
// failed, and what it has made goes again.
func (b *bulk) tell(ctx context.Context, p *step) {
	r, err := b.told(ctx, p)
	if err == nil {
		p.Resource = r
		return
	}
	if gone := b.service.Delete(ctx, b.by, p.Type, p.ID, 0); gone != nil {
		err = gone
	}
	b.failed++
	p.ID, p.Resource, p.Err = "", nil, err
}

func (b *bulk) told(ctx context.Context, p *step) (Resource, error) {
	for i := range p.lacks {
		var err error
		if p.lacks[i].Value, err = b.named(p.lacks[i].Value); err != nil {
			return nil, err
		}
	}
	return b.service.Patch(ctx, b.by, p.Type, p.ID, 0, p.lacks)
}
