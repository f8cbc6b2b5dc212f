package storage_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

var header = storage.Header{
	Product: "gatehouse test", Created: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), MasterKey: "the key",
}

// backUp answers the lines of a backup.
func backUp(t testing.TB, e storage.Engine) []string {
	t.Helper()
	var file bytes.Buffer
	if err := storage.Backup(t.Context(), e, &file, header); err != nil {
		t.Fatal(err)
	}
	zip, err := gzip.NewReader(&file)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return strings.SplitAfter(strings.TrimSuffix(string(text), "\n"), "\n")
}

// file makes a backup of lines.
func file(lines ...string) *bytes.Buffer {
	var b bytes.Buffer
	zip := gzip.NewWriter(&b)
	_, err := io.WriteString(zip, strings.Join(lines, ""))
	if err := errors.Join(err, zip.Close()); err != nil {
		panic(err) // a bytes.Buffer takes everything
	}
	return &b
}

// addCounts gives the parent tenant n more rows.
func addCounts(t testing.TB, e storage.Engine, n int) {
	t.Helper()
	err := e.Write(t.Context(), parent, func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO row_counts
			WITH RECURSIVE more (slot) AS (SELECT 0 UNION ALL SELECT slot + 1 FROM more WHERE slot + 1 < $1)
			SELECT tenant_id, 'more', slot, 0 FROM more CROSS JOIN tenants WHERE tenant_id = $2`, n, string(parent))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestBackup moves everything from each engine to each.
func TestBackup(t *testing.T) {
	for from, openSource := range engines {
		source := openSource(t)
		fill(t, source)
		addCounts(t, source, 1234) // several transactions, and not a whole number of them
		lines := backUp(t, source)
		t.Run("of "+from+" has every table", func(t *testing.T) {
			for _, table := range catalogOf(t, source).Tables {
				want := 2
				if table.Name == "row_counts" {
					want += 1234
				}
				if n := rowsOf(lines, table.Name); n != want {
					t.Errorf("%d rows of table %s, want %d", n, table.Name, want)
				}
			}
		})
		for to, openTarget := range engines {
			t.Run("from "+from+" to "+to, func(t *testing.T) {
				target := openTarget(t)
				got, err := storage.Restore(t.Context(), target, file(lines...))
				if err != nil {
					t.Fatal(err)
				}
				want := header
				want.Format, want.Schema = 1, catalogOf(t, source).Version
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("header (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(lines, backUp(t, target)); diff != "" {
					t.Errorf("what was restored (-source +target):\n%s", diff)
				}
				if err := target.CheckSchema(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// rowsOf counts the rows of a table in a backup.
func rowsOf(lines []string, table string) (n int) {
	in := false
	for _, line := range lines {
		if strings.HasPrefix(line, "{") {
			in = strings.HasPrefix(line, fmt.Sprintf("{%q:%q,", "table", table))
		} else if in {
			n++
		}
	}
	return n
}

// onFirstWrite calls a function before anything is written.
type onFirstWrite struct {
	io.Writer
	do func()
}

func (w *onFirstWrite) Write(p []byte) (int, error) {
	if w.do != nil {
		w.do()
		w.do = nil
	}
	return w.Writer.Write(p)
}

// TestBackupIsOneMoment writes beside the backup, after it has begun.
func TestBackupIsOneMoment(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			e := open(t)
			fill(t, e)
			before := backUp(t, e)
			addCounts(t, e, 2000) // longer than what is compressed at once
			var b bytes.Buffer
			err := storage.Backup(t.Context(), e, &onFirstWrite{&b, func() {
				err := e.Write(t.Context(), child, func(ctx context.Context, tx storage.Tx) error {
					_, err := tx.ExecContext(ctx, "DELETE FROM row_counts WHERE tenant_id = $1", string(child))
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}}, header)
			if err != nil {
				t.Fatal(err)
			}
			target := engines["SQLite"](t)
			if _, err := storage.Restore(t.Context(), target, &b); err != nil {
				t.Fatal(err)
			}
			if got, want := rowsOf(backUp(t, target), "row_counts"), rowsOf(before, "row_counts")+2000; got != want {
				t.Errorf("the backup has %d rows of row_counts, want the %d of when it began", got, want)
			}
		})
	}
}

func TestRestoreRefuses(t *testing.T) {
	source := engines["SQLite"](t)
	fill(t, source)
	addCounts(t, source, 1100)
	good := backUp(t, source)
	last := len(good) - 1
	with := func(i int, line string) *bytes.Buffer {
		lines := append([]string{}, good...)
		lines[i] = line
		return file(lines...)
	}
	find := func(text string) int {
		for i, line := range good {
			if strings.Contains(line, text) {
				return i
			}
		}
		t.Fatalf("no line has %s", text)
		return 0
	}
	replace := func(old, by string) *bytes.Buffer {
		i := find(old)
		return with(i, strings.Replace(good[i], old, by, 1))
	}
	whole := file(good...).Bytes()
	target := engines["SQLite"](t) // one, since nothing may stay in it

	for name, c := range map[string]struct {
		file io.Reader
		kind iam.Kind
		says string
	}{
		"an empty file":           {strings.NewReader(""), iam.Invalid, "not a backup"},
		"another file":            {strings.NewReader("SQLite format 3\x00"), iam.Invalid, "not a backup"},
		"compressed, but other":   {file("hello\n"), iam.Invalid, "not a backup"},
		"JSON, but other":         {file("{}\n"), iam.Invalid, "not a backup"},
		"a later format":          {replace(`"format":1`, `"format":2`), iam.Invalid, "format 2"},
		"another schema":          {replace(`"schema":6`, `"schema":77`), iam.Precondition, "schema version 77"},
		"cut in compression":      {bytes.NewReader(whole[:len(whole)/2]), iam.Invalid, "ends early"},
		"cut in its last bytes":   {bytes.NewReader(whole[:len(whole)-4]), iam.Invalid, "ends early"},
		"cut between lines":       {file(good[:last]...), iam.Invalid, "ends early"},
		"a row is missing":        {file(append(append([]string{}, good[:last-1]...), good[last])...), iam.Invalid, "rows"},
		"a changed value":         {replace(`"description `, `"Description `), iam.Invalid, "hash"},
		"a wrong count":           {replace(`{"rows":`, `{"rows":1`), iam.Invalid, "rows"},
		"more behind the end":     {file(append(append([]string{}, good...), "\n[1]\n")...), iam.Invalid, "follows"},
		"an unknown table":        {replace(`"table":"zones"`, `"table":"zoos"`), iam.Invalid, "zoos"},
		"an unknown column":       {replace(`"region_id"`, `"region_idea"`), iam.Invalid, "region_idea"},
		"SQL for a column":        {replace(`"region_id"`, `"region_id) SELECT 1 --"`), iam.Invalid, "no column"},
		"a tenant that is none":   {replace(`"tenant":"`+string(child), `"tenant":"*`), iam.Invalid, "not the id of a tenant"},
		"a value too few":         {with(last-1, "[]\n"), iam.Invalid, "0 values"},
		"text for a number":       {replace(`,"more",0,0]`, `,"more",0,"0"]`), iam.Invalid, "wrong type"},
		"a row twice":             {with(find(`,"more",1,0]`), good[find(`,"more",0,0]`)]), iam.Invalid, "cannot be restored"},
		"a line that is not JSON": {with(last-1, "x\n"), iam.Invalid, fmt.Sprint("line ", last)},
		"NULL where none may be":  {replace(`,"more",0,0]`, `,"more",0,null]`), iam.Internal, "cannot be restored"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := storage.Restore(t.Context(), target, c.file)
			if !iam.Is(err, c.kind) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("Restore answers %v, want %v that says %q", err, c.kind, c.says)
			}
			if strings.Contains(fmt.Sprint(err), header.MasterKey) {
				t.Errorf("the error shows the master key: %v", err)
			}
			if err := target.CheckSchema(t.Context()); err != nil {
				t.Errorf("then CheckSchema answers %v", err)
			}
			if lines := backUp(t, target); len(lines) != 2 {
				t.Errorf("%d lines were left in the database", len(lines)-2)
			}
		})
	}
	if _, err := storage.Restore(t.Context(), target, bytes.NewReader(whole)); err != nil {
		t.Errorf("after all that, restoring the right file answers %v", err)
	}
}

func TestRestoreWantsAnEmptyDatabase(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			e := open(t)
			fill(t, e)
			before := backUp(t, e)
			_, err := storage.Restore(t.Context(), e, file(before...))
			if !iam.Is(err, iam.Precondition) || !strings.Contains(err.Error(), "not empty") {
				t.Errorf("Restore answers %v, want Precondition", err)
			}
			if diff := cmp.Diff(before, backUp(t, e)); diff != "" {
				t.Errorf("what was there before (-before +after):\n%s", diff)
			}
		})
	}
}

// dying is an engine that stops to write after some transactions, as if its
// program was killed.
type dying struct {
	storage.Engine
	writes int
}

var errDied = errors.New("died")

func (d *dying) Write(ctx context.Context, t iam.TenantID, fn func(context.Context, storage.Tx) error) error {
	if d.writes--; d.writes < 0 {
		return errDied
	}
	return d.Engine.Write(ctx, t, fn)
}

// TestRestoreCutOff: a database with half of a backup in it is not used, and
// restoring again makes it whole.
func TestRestoreCutOff(t *testing.T) {
	for name, open := range engines {
		t.Run(name, func(t *testing.T) {
			source := engines["SQLite"](t)
			fill(t, source)
			addCounts(t, source, 1100) // which take several steps to write, and to remove
			lines := backUp(t, source)
			e := open(t)
			for writes := 0; writes < 30; writes += 1 + writes/2 {
				_, err := storage.Restore(t.Context(), &dying{e, writes}, file(lines...))
				if !errors.Is(err, errDied) {
					t.Fatalf("after %d writes Restore answers %v", writes, err)
				}
				err = e.CheckSchema(t.Context())
				if writes > 0 && !iam.Is(err, iam.Precondition) {
					t.Errorf("after %d writes CheckSchema answers %v, want Precondition", writes, err)
				}
			}
			if err := storage.Backup(t.Context(), e, io.Discard, header); !iam.Is(err, iam.Precondition) {
				t.Errorf("a backup of half a restore answers %v, want Precondition", err)
			}
			if _, err := storage.Restore(t.Context(), e, file(lines...)); err != nil {
				t.Fatal(err)
			}
			if err := e.CheckSchema(t.Context()); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff(lines, backUp(t, e)); diff != "" {
				t.Errorf("what was restored (-source +target):\n%s", diff)
			}
		})
	}
}

// TestRestoreFollowsTheContext: a restore that is interrupted at the keyboard
// leaves nothing behind.
func TestRestoreFollowsTheContext(t *testing.T) {
	source := engines["SQLite"](t)
	fill(t, source)
	lines := backUp(t, source)
	e := engines["SQLite"](t)
	ctx, cancel := context.WithCancel(t.Context())
	half := file(lines...)
	_, err := storage.Restore(ctx, e, io.MultiReader(io.LimitReader(half, int64(half.Len()-1)), readerFunc(func(p []byte) (int, error) {
		cancel()
		return half.Read(p)
	})))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Restore answers %v, want the end of the context", err)
	}
	if lines := backUp(t, e); len(lines) != 2 {
		t.Errorf("%d lines were left in the database", len(lines)-2)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestReadHeader(t *testing.T) {
	got, err := storage.ReadHeader(file(backUp(t, engines["SQLite"](t))...))
	if err != nil {
		t.Fatal(err)
	}
	if got.MasterKey != header.MasterKey || !got.Created.Equal(header.Created) {
		t.Errorf("ReadHeader answers %+v", got)
	}
}
