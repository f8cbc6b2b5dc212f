package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// statementsKept bounds how many prepared statements a connection keeps. The
// program has fewer; filters of lists come in variants, though.
const statementsKept = 512

// session is one connection with its prepared statements.
//
// A context is looked at before a statement, never while it runs. Interrupting
// a statement of a group commit would roll back the requests of others; and on
// reads the watching takes two goroutines a statement, and half as long again
// as the look-up of a row (7.4 µs without, 11.1 µs with).
type session struct {
	pool       *sql.DB // of this one connection
	conn       *sql.Conn
	statements map[string]*sql.Stmt
	patience   time.Duration // the busy timeout
	broken     bool          // not to be used again
}

var _ storage.Tx = (*session)(nil)

func (s *session) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // kept
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(context.Background(), args...)
}

func (s *session) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // kept
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(context.Background(), args...)
}

func (s *session) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := s.prepare(ctx, query) //nolint:sqlclosecheck // kept
	if err != nil {
		// Only database/sql can make a Row, and it fails here in the same way.
		return s.conn.QueryRowContext(ctx, query, args...)
	}
	return stmt.QueryRowContext(context.Background(), args...)
}

// prepare answers the statement, which is closed with the connection.
func (s *session) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if stmt, ok := s.statements[query]; ok {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(context.Background(), nameless(query))
	if err == nil {
		s.statements[query] = stmt
	}
	return stmt, err
}

// nameless answers a statement with ? for $1, $2 and so on, where each is used
// once and in this order: each time that the driver binds a parameter it looks for
// its name among those of the whole statement, and these have none. A $ begins
// nothing else in a statement (storagetest sees to that).
func nameless(query string) string {
	var b strings.Builder
	n := 0
	for i, part := range strings.Split(query, "$") {
		if i == 0 {
			b.WriteString(part)
			continue
		}
		rest := strings.TrimLeft(part, "0123456789")
		if n++; part[:len(part)-len(rest)] != strconv.Itoa(n) {
			return query
		}
		b.WriteString("?" + rest)
	}
	return b.String()
}

// run executes a statement that controls transactions. Where one fails nobody
// knows what state the connection is in, so that it is given up.
func (s *session) run(query string) error {
	_, err := s.ExecContext(context.Background(), query)
	if err != nil {
		s.broken = true
	}
	return err
}

// trim drops all statements when there are too many. It is called between
// uses, when no rows of theirs are being read.
func (s *session) trim() {
	if len(s.statements) <= statementsKept {
		return
	}
	_ = s.closeStatements()
}

func (s *session) closeStatements() error {
	var errs []error
	for _, stmt := range s.statements {
		errs = append(errs, stmt.Close())
	}
	clear(s.statements)
	return errors.Join(errs...)
}

func (s *session) close() error {
	// Statements first: SQLite keeps a connection open while it has one.
	return errors.Join(s.closeStatements(), s.conn.Close(), s.pool.Close())
}
