package storage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// unfinished is the name in the table installation that is there while a
// restore is under way. A database with it is not to be used.
const unfinished = "restore_unfinished"

// RestoreFinished answers Precondition when a restore into the database was
// cut off.
func RestoreFinished(ctx context.Context, tx Tx) error {
	var backup string
	err := tx.QueryRowContext(ctx, "SELECT value FROM installation WHERE name = $1", unfinished).Scan(&backup)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return iam.E(iam.Precondition, "restoring the backup of %s into this database was cut off: run gatehouse restore again", backup)
}

// How many rows a transaction of a restore writes, and how many a statement.
const (
	restoreBatch = 500
	restoreChunk = 50
)

// Restore reads a backup into a database that has this program's schema and
// nothing else, and answers what the backup says of itself. Precondition: the
// database is not empty, or its schema is not the backup's; Invalid: the
// backup is damaged or not whole.
//
// What it has written it removes again when it fails. Where not even that
// works, or the program is killed, CheckSchema refuses the database, and the
// next Restore begins by removing what is there.
func Restore(ctx context.Context, e Engine, r io.Reader) (Header, error) {
	in, err := openBackup(r)
	if err != nil {
		return Header{}, err
	}
	h := in.header
	job := &restore{engine: e}
	if err := job.begin(ctx, h); err != nil {
		return h, stopped(e, "the database cannot be restored into", err)
	}
	if err := job.load(ctx, in); err != nil {
		err = stopped(e, "the backup cannot be restored", err)
		// Also when it failed because ctx has ended.
		return h, errors.Join(err, job.remove(context.WithoutCancel(ctx)))
	}
	return h, job.end(ctx)
}

// restore is a restore under way.
type restore struct {
	engine Engine
	tables []Table // in order
}

// begin checks the database and marks it as not to be used.
func (j *restore) begin(ctx context.Context, h Header) error {
	var catalog Catalog
	err := j.engine.Read(ctx, Everywhere, func(ctx context.Context, tx Tx) (err error) {
		catalog, err = j.engine.Catalog(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if catalog.Version != h.Schema {
		return iam.E(iam.Precondition, "the backup has schema version %d and the database %d: restore it with %s, then upgrade", h.Schema, catalog.Version, h.Product)
	}
	if j.tables, err = catalog.InOrder(); err != nil {
		return err
	}
	resumed := false
	err = j.engine.Write(ctx, Everywhere, func(ctx context.Context, tx Tx) error {
		resumed = iam.Is(RestoreFinished(ctx, tx), iam.Precondition)
		if resumed {
			return nil
		}
		if err := j.checkEmpty(ctx, tx); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO installation (name, value) VALUES ($1, $2)", unfinished, h.Created.Format("2006-01-02 15:04:05 MST"))
		return err
	})
	if err == nil && resumed {
		err = j.wipe(ctx)
	}
	return err
}

// checkEmpty looks at the tables that are seen without a tenant. The rows of
// all others belong to a tenant, and so to one of these.
func (j *restore) checkEmpty(ctx context.Context, tx Tx) error {
	for _, t := range j.tables {
		if t.OfTenant() && t.Name != tenantsTable {
			continue
		}
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM "+t.Name).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return iam.E(iam.Precondition, "the database is not empty: table %s has %d rows", t.Name, n)
		}
	}
	return nil
}

// load writes all rows of the backup.
func (j *restore) load(ctx context.Context, in *backupReader) error {
	for {
		s, more, err := in.next()
		if err != nil || !more {
			return err
		}
		if err := j.loadSection(ctx, in, s); err != nil {
			return err
		}
	}
}

func (j *restore) loadSection(ctx context.Context, in *backupReader, s section) error {
	i := slices.IndexFunc(j.tables, func(t Table) bool { return t.Name == s.Table })
	if i < 0 {
		return in.damaged("there is no table %q", s.Table)
	}
	types := make([]ColumnType, len(s.Columns))
	for n, name := range s.Columns {
		c := slices.IndexFunc(j.tables[i].Columns, func(c Column) bool { return c.Name == name })
		if c < 0 {
			return in.damaged("table %s has no column %q", s.Table, name)
		}
		types[n] = j.tables[i].Columns[c].Type
	}
	scope := s.Tenant
	if scope == "" {
		scope = Everywhere
	}
	for {
		rows, err := in.rows(types, restoreBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		err = j.engine.Write(ctx, scope, func(ctx context.Context, tx Tx) error {
			for chunk := range slices.Chunk(rows, restoreChunk) {
				if _, err := tx.ExecContext(ctx, insertRows(s, len(chunk)), slices.Concat(chunk...)...); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("table %s, before line %d: %w", s.Table, in.line, err)
		}
	}
}

// insertRows is the statement that writes n rows at once.
func insertRows(s section, n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "INSERT INTO %s (%s) VALUES ", s.Table, strings.Join(s.Columns, ", "))
	for row := range n {
		for col := range s.Columns {
			switch {
			case col > 0:
				b.WriteString(", ")
			case row > 0:
				b.WriteString("), (")
			default:
				b.WriteString("(")
			}
			fmt.Fprintf(&b, "$%d", row*len(s.Columns)+col+1)
		}
	}
	return b.String() + ")"
}

// end makes the database one to be used.
func (j *restore) end(ctx context.Context) error {
	err := j.engine.Write(ctx, Everywhere, func(ctx context.Context, tx Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM installation WHERE name = $1", unfinished)
		return err
	})
	return stopped(j.engine, "the restore cannot be completed", err)
}

// remove takes back what was written.
func (j *restore) remove(ctx context.Context) error {
	if err := j.wipe(ctx); err != nil {
		return stopped(j.engine, "what was restored cannot be removed again", err)
	}
	return j.end(ctx)
}
