package transfer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// takes is a Target that makes every user but those called bad, and writes down
// what it is asked for.
type takes struct {
	marks   map[string]Mark
	batches []string
	failing error       // of Take
	taken   func(n int) // called after each batch
}

func newTakes() *takes { return &takes{marks: map[string]Mark{}} }

func (to *takes) Mark(_ context.Context, _ iam.Actor, sum string) (Mark, error) {
	return to.marks[sum], nil
}

func (to *takes) Forget(_ context.Context, _ iam.Actor, sum string) error {
	delete(to.marks, sum)
	return nil
}

func (to *takes) Prepare(_ context.Context, _ iam.Actor, entries []*Entry) (Batch, error) {
	return taking{to, entries}, nil
}

type taking struct {
	to      *takes
	entries []*Entry
}

func (b taking) Try(context.Context) ([]Result, error) {
	results := make([]Result, len(b.entries))
	for i, e := range b.entries {
		results[i] = e.Result(Created, nil)
		if e.name() == "bad" {
			results[i] = e.Result(Created, errors.New("bad"))
		}
	}
	return results, nil
}

func (b taking) Take(ctx context.Context, m Mark) ([]Result, error) {
	if b.to.failing != nil {
		return nil, b.to.failing
	}
	results, _ := b.Try(ctx)
	b.to.batches = append(b.to.batches, fmt.Sprintf("%d %s", len(b.entries), b.entries[0].Kind))
	if m = m.With(results); m.Sum != "" {
		b.to.marks[m.Sum] = m
	}
	if b.to.taken != nil {
		b.to.taken(len(b.to.batches))
	}
	return results, nil
}

// lines is a file of JSON lines: u is a user, b a user who is bad, g a group, x
// nothing that can be read; G is a group of 6,000 members.
func lines(kinds string) Reader {
	var text strings.Builder
	for i, k := range kinds {
		switch k {
		case 'u':
			fmt.Fprintf(&text, `{"userName":"u%d"}`, i)
		case 'b':
			text.WriteString(`{"userName":"bad"}`)
		case 'g':
			text.WriteString(`{"schemas":["` + urnGroup + `"],"displayName":"g"}`)
		case 'G':
			text.WriteString(`{"schemas":["` + urnGroup + `"],"members":[` + strings.Repeat("{},", 5999) + `{}]}`)
		default:
			text.WriteString("[]")
		}
		text.WriteByte('\n')
	}
	return newJSONReader(strings.NewReader(text.String()))
}

func run(ctx context.Context, im Import, from Reader, to Target) (tally Tally, told []string, err error) {
	im.Told = func(r Result) { told = append(told, fmt.Sprintf("%d %s", r.Line, r.Outcome)) }
	if im.Progress == nil {
		im.Progress = func(Mark) {}
	}
	tally, err = im.Run(ctx, iam.Actor{}, from, to)
	return tally, told, err
}

func TestRunBatches(t *testing.T) {
	many := strings.Repeat("u", maxBatch)
	for kinds, want := range map[string][]string{
		"":              nil,
		"x":             nil,
		"uuggu":         {"2 user", "2 group", "1 user"},
		"uxu":           {"2 user"},
		"GGg":           {"1 group", "2 group"}, // by the members
		many + "u":      {fmt.Sprintf("%d user", maxBatch), "1 user"},
		many[1:] + "xu": {fmt.Sprintf("%d user", maxBatch-1), "1 user"},
	} {
		to := newTakes()
		tally, told, err := run(t.Context(), Import{}, lines(kinds), to)
		if err != nil || len(told) != len(kinds) || tally.Created+tally.Failed != int64(len(kinds)) {
			t.Errorf("%.10s: %+v, %d told, %v", kinds, tally, len(told), err)
		}
		if d := cmp.Diff(want, to.batches); d != "" {
			t.Errorf("%.10s (-want +got):\n%s", kinds, d)
		}
	}
}

func TestRunTells(t *testing.T) {
	to := newTakes()
	tally, told, err := run(t.Context(), Import{Sum: "1"}, lines("ubxug"), to)
	if want := (Tally{Created: 3, Failed: 2}); err != nil || tally != want {
		t.Errorf("%+v, %v; want %+v", tally, err, want)
	}
	if d := cmp.Diff([]string{"3 failed", "1 created", "2 failed", "4 created", "5 created"}, told); d != "" {
		t.Errorf("told (-want +got):\n%s", d)
	}
	if len(to.marks) > 0 {
		t.Error("a file that is done is remembered")
	}
}

// TestRunGoesOn: what is stopped after any batch goes on there, unless it is to
// begin anew, and comes to the same tally.
func TestRunGoesOn(t *testing.T) {
	const kinds, batches = "xubgxugbxg", 6
	whole, all, err := run(t.Context(), Import{}, lines(kinds), newTakes())
	if err != nil || len(all) != len(kinds) {
		t.Fatal(all, err)
	}
	for stopAt := 1; stopAt < batches; stopAt++ {
		to := newTakes()
		ctx, stop := context.WithCancel(t.Context())
		to.taken = func(n int) {
			if n == stopAt {
				stop()
			}
		}
		_, first, err := run(ctx, Import{Sum: "1"}, lines(kinds), to)
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stopped after %d batches: %v", stopAt, err)
		}
		to.taken = nil
		began := Mark{}
		tally, rest, err := run(t.Context(), Import{Sum: "1", Progress: func(m Mark) {
			if began == (Mark{}) {
				began = m
			}
		}}, lines(kinds), to)
		if err != nil || tally != whole || len(first)+len(rest) != len(kinds) || began.Position != int64(len(first)) {
			t.Errorf("stopped after %d batches at %d, then at %d: %+v, want %+v; %v", stopAt, len(first), began.Position, tally, whole, err)
		}
	}
	to := newTakes()
	to.marks["1"] = Mark{Sum: "1", Position: 3, Tally: Tally{Created: 3}}
	if tally, told, err := run(t.Context(), Import{Sum: "1", Anew: true}, lines(kinds), to); err != nil || tally != whole || len(told) != len(kinds) {
		t.Errorf("anew: %+v, %v", tally, err)
	}
}

func TestRunDry(t *testing.T) {
	to := newTakes()
	to.marks["1"] = Mark{Sum: "1", Position: 3}
	to.failing = errors.New("taken")
	tally, _, err := run(t.Context(), Import{Sum: "1", Dry: true}, lines("ubg"), to)
	if err != nil || tally != (Tally{Created: 2, Failed: 1}) || to.marks["1"].Position != 3 {
		t.Errorf("%+v, %v, %+v", tally, err, to.marks)
	}
}

// broken is a file that cannot be read any further.
type broken struct{ Reader }

func (b broken) Next() (*Entry, error) {
	e, err := b.Reader.Next()
	if err != nil {
		return nil, errors.New("the disk")
	}
	return e, nil
}

func TestRunStops(t *testing.T) {
	to := newTakes()
	tally, _, err := run(t.Context(), Import{Sum: "1"}, broken{lines("uugg")}, to)
	if err == nil || err.Error() != "the disk" || tally.Created != 2 || to.marks["1"].Position != 2 {
		t.Errorf("a file that breaks off: %+v, %v, %+v", tally, err, to.marks)
	}
	to.failing = errors.New("the database")
	if _, _, err := run(t.Context(), Import{}, lines("u"), to); !errors.Is(err, to.failing) {
		t.Errorf("a target that fails: %v", err)
	}
}
