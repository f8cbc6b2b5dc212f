package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"modernc.org/sqlite"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// Options of Open; the zero value is what a server wants.
type Options struct {
	// BusyTimeout is how long a write waits for a writer in another process,
	// such as a command beside the server. 0: 5 seconds.
	BusyTimeout time.Duration
	// Readers is how many reads run at once. 0: twice the processors, at least 4.
	Readers int
	// Bulk is set where very many rows are to be written, as by an import: the
	// connection that writes keeps the parts of the indexes in memory that it
	// comes back to, and copies its log into the database less often.
	Bulk bool

	walLimit int64 // bytes; 0: the constant of the same name
}

// DB is a SQLite database.
type DB struct {
	path    string
	opt     Options
	readers *readers
	writer  *writer
	index   *index
}

var _ storage.Engine = (*DB)(nil)

// Open opens the database file, and makes it, and its folder, when there is
// none. Nobody but the owner may read either. Unavailable: the file cannot be
// opened or is no database.
func Open(ctx context.Context, path string, opt Options) (*DB, error) {
	if opt.BusyTimeout <= 0 {
		opt.BusyTimeout = 5 * time.Second
	}
	if opt.Readers <= 0 {
		opt.Readers = max(4, 2*runtime.NumCPU())
	}
	if opt.walLimit <= 0 {
		opt.walLimit = walLimit
		if opt.Bulk {
			opt.walLimit = bulkWALLimit
		}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, &iam.Error{Kind: iam.Unavailable, Message: "cannot find the database file " + path, Err: err}
	}
	if err := createFile(path); err != nil {
		return nil, &iam.Error{Kind: iam.Unavailable, Message: "cannot create the database file " + path, Err: err}
	}
	db := &DB{path: path, opt: opt}
	// The writer's connection comes first, so that readers find a WAL database
	// in which what a crash left is replayed.
	first, err := db.connect(ctx, readWrite)
	if err != nil {
		return nil, &iam.Error{Kind: iam.Unavailable, Message: "cannot open the database file " + path, Err: err}
	}
	if db.index, err = db.openIndex(ctx); err != nil {
		return nil, errors.Join(&iam.Error{Kind: iam.Unavailable, Message: "cannot open the database file " + path, Err: err}, first.close())
	}
	db.readers = newReaders(opt.Readers, func(ctx context.Context) (*session, error) {
		return db.connect(ctx, readOnly)
	})
	db.writer = startWriter(first, &walGuard{path: path + "-wal", limit: opt.walLimit}, func() (*session, error) {
		return db.connect(context.Background(), readWrite)
	})
	return db, nil
}

// Close waits for the writes that are queued, then closes all connections.
// Nothing may be called afterwards.
func (db *DB) Close() error {
	return errors.Join(db.writer.close(), db.readers.close(), db.index.close())
}

// createFile makes an empty file, which is an empty database. SQLite gives its
// companions (-wal, -shm) the mode of the database file.
//
// A file that is there is not opened here: closing it would drop the locks
// that connections of this process have on it (POSIX advisory locks belong to
// the process, not to the descriptor).
func createFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) { // another process was faster
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// access is what a connection may do.
type access bool

const (
	readOnly  access = false
	readWrite access = true
)

// connectPause is how long to wait for who is making the database.
const connectPause = 10 * time.Millisecond

// connect opens one connection. Where others open a new file at the same time it
// waits for them: SQLite itself does not when it makes one that has a log.
func (db *DB) connect(ctx context.Context, a access) (*session, error) {
	for began := time.Now(); ; {
		s, err := db.tryConnect(ctx, a)
		if fault(err) != storage.FaultRetry || time.Since(began) > db.opt.BusyTimeout {
			return s, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(connectPause):
		}
	}
}

// tryConnect opens a connection which is never shared and never replaced behind
// our back: the pool of database/sql has exactly this one.
func (db *DB) tryConnect(ctx context.Context, a access) (*session, error) {
	size := usual
	if a == readWrite && db.opt.Bulk {
		size = bulky
	}
	pool, err := openPool(db.path, db.opt.BusyTimeout, size, a)
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &session{pool: pool, conn: conn, statements: map[string]*sql.Stmt{}, patience: db.opt.BusyTimeout}, nil
}

// sizes are those of a connection: of its cache in KiB, and of the log in pages
// when it is copied into the database.
type sizes struct{ cache, checkpoint int }

var (
	// The rest of the memory that reads want is the operating system's cache,
	// which all share.
	usual = sizes{2000, walCheckpointPages}
	bulky = sizes{64 << 10, bulkCheckpointPages}
)

// openPool makes a pool of one connection.
func openPool(path string, busy time.Duration, size sizes, a access) (*sql.DB, error) {
	c, err := sqlite.NewConnector(dsn(path, busy, size, a))
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(c)
	pool.SetMaxOpenConns(1)
	return pool, nil
}

// dsn says how a connection is set up. The driver applies busy_timeout first,
// so that all the others wait for a lock instead of failing, and query_only
// last.
func dsn(path string, busy time.Duration, size sizes, a access) string {
	q := url.Values{}
	q.Set("_busy_timeout", strconv.FormatInt(busy.Milliseconds(), 10))
	q.Set("_foreign_keys", "on")
	q.Set("_journal_mode", "WAL")
	// Every commit is on disk before it is answered: fsync of the WAL.
	q.Set("_synchronous", "FULL")
	// Transactions that database/sql begins (migrations) take the write lock
	// at once, instead of failing when they come to need it.
	q.Set("_txlock", "immediate")
	// A misspelt column in double quotes is an error, not a string.
	q.Set("_dqs", "0")
	// No error text of an earlier operation in a message.
	q.Set("_error_rc", "1")
	q["_pragma"] = []string{
		// No mmap: an error of the disk would be a SIGBUS, that nobody can answer.
		"cache_size(-" + strconv.Itoa(size.cache) + ")",
		"temp_store(MEMORY)",
		// After a checkpoint the WAL is overwritten from its start, and cut
		// to this size.
		"journal_size_limit(" + strconv.Itoa(walKept) + ")",
		"wal_autocheckpoint(" + strconv.Itoa(size.checkpoint) + ")",
	}
	if a == readOnly {
		// Not mode=ro: such a connection could not join a WAL whose index
		// has to be rebuilt.
		q.Set("_query_only", "on")
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: q.Encode()}
	return u.String()
}
