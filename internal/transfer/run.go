package transfer

import (
	"context"
	"errors"
	"io"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxBatch bounds a batch, by weight: an entry weighs one, and one more for each
// of its members. It is a transaction; and it is what a crash takes back.
const maxBatch = 10_000

// Import says how a file is carried over.
type Import struct {
	// Sum tells the file from any other, so that it can be resumed; "" where
	// nothing does, as of what comes through a pipe.
	Sum string
	// Anew begins at the beginning, although the file has come farther before.
	Anew bool
	// Dry finds out what would be done, and does nothing.
	Dry bool
	// Told is called with each result, in the order of the file but for lines
	// that cannot be read, which may come before others of their batch.
	Told func(Result)
	// Progress is called with the mark now and then, at first where a file that
	// was begun earlier goes on.
	Progress func(Mark)
}

// Run carries the entries of a file over and answers what became of them, those of
// earlier runs included where it was resumed. What is wrong with one entry is told,
// and stops no other. When ctx ends it stops between two batches.
func (im Import) Run(ctx context.Context, by iam.Actor, from Reader, to Target) (Tally, error) {
	mark := Mark{Sum: im.Sum}
	if im.Sum != "" && !im.Dry && !im.Anew {
		known, err := to.Mark(ctx, by, im.Sum)
		if err != nil {
			return Tally{}, err
		}
		mark.Position, mark.Tally = known.Position, known.Tally
	}
	im.Progress(mark)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	parts := make(chan part, 1)
	go func() {
		defer close(parts)
		p := preparer{by, from, to, parts}
		if err := p.run(ctx, mark.Position); err != nil {
			p.send(ctx, part{err: err})
		}
	}()
	for p := range parts {
		if p.err != nil {
			return mark.Tally, p.err
		}
		results, err := im.take(ctx, p, mark.With(p.faults))
		if err != nil {
			return mark.Tally, err
		}
		for _, r := range append(p.faults, results...) {
			im.Told(r)
		}
		mark = mark.With(p.faults).With(results)
		im.Progress(mark)
	}
	if err := ctx.Err(); err != nil {
		return mark.Tally, err
	}
	if im.Sum != "" && !im.Dry {
		return mark.Tally, to.Forget(ctx, by, im.Sum)
	}
	return mark.Tally, nil
}

func (im Import) take(ctx context.Context, p part, mark Mark) ([]Result, error) {
	switch {
	case p.batch == nil:
		return nil, nil
	case im.Dry:
		return p.batch.Try(ctx)
	}
	return p.batch.Take(ctx, mark)
}

// part is a part of a file: entries of one kind, and those between them that
// cannot be read.
type part struct {
	batch  Batch // nil for none
	faults []Result
	err    error // of what stops all
}

// preparer reads a file ahead.
type preparer struct {
	by   iam.Actor
	from Reader
	to   Target
	out  chan<- part
}

func (p preparer) send(ctx context.Context, a part) {
	select {
	case p.out <- a:
	case <-ctx.Done():
	}
}

// run sends the file in parts, but for the entries that are done.
func (p preparer) run(ctx context.Context, done int64) error {
	var a part
	var entries []*Entry
	weight := 0
	flush := func() error {
		if len(entries) > 0 {
			var err error
			if a.batch, err = p.to.Prepare(ctx, p.by, entries); err != nil {
				return err
			}
		}
		if weight > 0 {
			p.send(ctx, a)
		}
		a, entries, weight = part{}, nil, 0
		return ctx.Err()
	}
	for n := int64(0); ; n++ {
		e, err := p.from.Next()
		broken, isFault := errors.AsType[*Fault](err)
		switch {
		case errors.Is(err, io.EOF):
			return flush()
		case err != nil && !isFault:
			return err
		case n < done:
			continue
		case isFault:
			e = nil
		}
		if full(entries, e, weight) {
			if err := flush(); err != nil {
				return err
			}
		}
		if weight += weigh(e); e != nil {
			entries = append(entries, e)
		} else {
			a.faults = append(a.faults, Result{Line: broken.Line, Outcome: Failed, Err: broken.Err})
		}
	}
}

// full reports whether a batch has no room for an entry, nil for one that cannot
// be read.
func full(entries []*Entry, e *Entry, weight int) bool {
	otherKind := e != nil && len(entries) > 0 && entries[0].Kind != e.Kind
	return otherKind || weight > 0 && weight+weigh(e) > maxBatch
}

func weigh(e *Entry) int {
	if e == nil {
		return 1
	}
	members, _ := e.Resource["members"].([]any)
	return 1 + len(members)
}
