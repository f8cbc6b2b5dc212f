package app

import (
	"context"
	"encoding/json"
	"hash/maphash"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

// ImportOptions say how what a file has becomes part of a tenant.
type ImportOptions struct {
	// Provisioned users and groups are those of a provisioning client, which alone
	// changes them from then on.
	Provisioned bool
	// Dry is set where nothing is taken, only tried.
	Dry bool
}

// Importer answers what takes files over into the actor's tenant.
func (a *App) Importer(o ImportOptions) transfer.Target {
	return &importer{App: a, ImportOptions: o, wouldBe: names{maphash.MakeSeed(), map[uint64]struct{}{}}}
}

// importer is transfer.Target out of the directory, SCIM and access.
type importer struct {
	*App
	ImportOptions
	wouldBe names // users and groups that a try would have made
}

// importing is one batch.
type importing struct {
	*importer
	by      iam.Actor
	types   scim.TypeSet
	entries []*transfer.Entry
}

// Prepare implements transfer.Target.
func (im *importer) Prepare(ctx context.Context, by iam.Actor, entries []*transfer.Entry) (transfer.Batch, error) {
	types, err := im.SCIM.TypeSet(ctx, by)
	if err != nil {
		return nil, err
	}
	b := importing{im, by, types, entries}
	switch entries[0].Kind {
	case transfer.User:
		return b.prepareUsers(ctx)
	case transfer.Group:
		return each{b, b.takeGroup}, nil
	default:
		return each{b, (&bindings{importing: b}).take}, nil
	}
}

// Mark implements transfer.Target.
func (im *importer) Mark(ctx context.Context, by iam.Actor, sum string) (transfer.Mark, error) {
	m, err := im.Directory.ImportMark(ctx, by, sum)
	if err != nil || m.Source == "" {
		return transfer.Mark{}, err
	}
	mark := transfer.Mark{Sum: m.Source, Position: m.Position}
	return mark, json.Unmarshal([]byte(m.Tally), &mark.Tally)
}

// Forget implements transfer.Target.
func (im *importer) Forget(ctx context.Context, by iam.Actor, sum string) error {
	return im.Directory.ForgetImport(ctx, by, sum)
}

// stored is a mark as the directory keeps it.
func stored(m transfer.Mark) directory.ImportMark {
	tally, _ := json.Marshal(m.Tally) // of numbers
	return directory.ImportMark{Source: m.Sum, Position: m.Position, Tally: string(tally)}
}

// each takes entries one by one, each in a transaction of its own.
type each struct {
	importing
	take func(context.Context, *transfer.Entry) (transfer.Result, error)
}

// Take implements transfer.Batch.
func (b each) Take(ctx context.Context, mark transfer.Mark) ([]transfer.Result, error) {
	results, err := b.Try(ctx)
	if err != nil || mark.Sum == "" {
		return results, err
	}
	return results, b.Directory.MarkImport(ctx, b.by, stored(mark.With(results)))
}

// Try implements transfer.Batch. What take does is for the importer to know.
func (b each) Try(ctx context.Context) ([]transfer.Result, error) {
	results := make([]transfer.Result, len(b.entries))
	for i, e := range b.entries {
		r, err := b.take(ctx, e)
		switch {
		case err != nil && (iam.KindOf(err) == iam.Internal || iam.KindOf(err) == iam.Unavailable):
			return nil, err
		case err != nil:
			r = e.Result(transfer.Failed, scim.InWords(err))
		}
		results[i] = r
	}
	return results, nil
}

// names remembers names by their hashes: of a million of them some MB.
type names struct {
	seed  maphash.Seed
	known map[uint64]struct{}
}

func (n names) add(kind transfer.Kind, name string) { n.known[n.hash(kind, name)] = struct{}{} }

func (n names) has(kind transfer.Kind, name string) bool {
	_, ok := n.known[n.hash(kind, name)]
	return ok
}

func (n names) hash(kind transfer.Kind, name string) uint64 {
	return maphash.String(n.seed, string(kind)+" "+iam.Fold(name))
}
