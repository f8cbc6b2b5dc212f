package sqlite

import (
	"bytes"
	"context"
	"errors"
	"os"

	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// The index of the write-ahead log begins with a header, twice. Every commit,
// of whatever process, changes it: it counts commits, and holds the length,
// the salt and the checksum of the log
// (https://www.sqlite.org/walformat.html#the_wal_index_file_format).
const (
	headerSize = 48
	headerInit = 12 // offset of the byte that is 1 once there is a header
)

// index is the file of the log's index, open for reading.
//
// SQLite makes the file anew when nobody has the database open, and closing any
// descriptor of it drops the locks that connections of this process have on it.
// So one connection, which is used for nothing else, stays open as long as the
// descriptor, and the descriptor is closed after all connections.
type index struct {
	anchor *session
	file   *os.File // nil where the log has no such file
}

func (db *DB) openIndex(ctx context.Context) (*index, error) {
	anchor, err := db.connect(ctx, readOnly)
	if err != nil {
		return nil, err
	}
	var n int // the first read makes the file
	if err := anchor.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		return nil, errors.Join(err, anchor.close())
	}
	x := &index{anchor: anchor}
	if file, err := os.Open(db.path + "-shm"); err == nil {
		x.file = file
	}
	return x, nil
}

// close is called when all other connections are closed.
func (x *index) close() error {
	err := x.anchor.close()
	if x.file != nil {
		err = errors.Join(err, x.file.Close())
	}
	return err
}

// Mark reads the header of the log's index. There is no mark at the moment in
// which a commit is writing it.
func (db *DB) Mark() (m storage.Mark, ok bool) {
	if db.index.file == nil {
		return m, false
	}
	var b [2 * headerSize]byte
	if _, err := db.index.file.ReadAt(b[:], 0); err != nil {
		return m, false
	}
	copy(m[:], b[:headerSize])
	return m, b[headerInit] == 1 && bytes.Equal(b[:headerSize], b[headerSize:])
}
