package storage

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// longestLine bounds a row of a backup, in bytes.
const longestLine = 64 << 20

// ReadHeader answers what a backup says of itself. Invalid: it is none, or of
// a later program.
func ReadHeader(r io.Reader) (Header, error) {
	in, err := openBackup(r)
	if err != nil {
		return Header{}, err
	}
	return in.header, nil
}

// backupReader reads a backup line by line.
type backupReader struct {
	header Header
	lines  *bufio.Scanner
	sum    hash.Hash // of the lines before the current one
	line   int
	rowsIn int64
	ahead  bool // the current line is not used yet
}

func openBackup(r io.Reader) (*backupReader, error) {
	zip, err := gzip.NewReader(r)
	if err != nil {
		return nil, &iam.Error{Kind: iam.Invalid, Message: "this is not a backup of Gatehouse", Err: err}
	}
	in := &backupReader{lines: bufio.NewScanner(zip), sum: sha256.New()}
	in.lines.Buffer(make([]byte, 0, 64<<10), longestLine)
	line, err := in.peek()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(line, &in.header); err != nil || in.header.Format == 0 {
		return nil, &iam.Error{Kind: iam.Invalid, Message: "this is not a backup of Gatehouse", Err: err}
	}
	if in.header.Format != backupFormat {
		return nil, iam.E(iam.Invalid, "the backup has format %d, and this program reads format %d: it was made by %s", in.header.Format, backupFormat, in.header.Product)
	}
	in.used()
	return in, nil
}

// peek answers the current line.
func (in *backupReader) peek() ([]byte, error) {
	if in.ahead {
		return in.lines.Bytes(), nil
	}
	// Where reading fails, Scan still answers the beginning of a line.
	if !in.lines.Scan() || in.lines.Err() != nil {
		return nil, &iam.Error{Kind: iam.Invalid, Message: fmt.Sprintf("the backup ends early, after line %d", in.line), Err: in.lines.Err()}
	}
	in.line++
	in.ahead = true
	return in.lines.Bytes(), nil
}

// used goes on to the next line.
func (in *backupReader) used() {
	in.sum.Write(in.lines.Bytes())
	in.sum.Write([]byte{'\n'})
	in.ahead = false
}

// damaged is the error of the current line.
func (in *backupReader) damaged(format string, args ...any) error {
	return iam.E(iam.Invalid, "the backup is damaged in line %d: %s", in.line, fmt.Sprintf(format, args...))
}

// next answers the section that begins here. At the end of a backup that is
// whole there is none more.
func (in *backupReader) next() (s section, more bool, err error) {
	line, err := in.peek()
	if err != nil {
		return section{}, false, err
	}
	var either struct {
		section
		trailer
	}
	if err := json.Unmarshal(line, &either); err != nil {
		return section{}, false, in.damaged("neither the beginning of a table nor the end")
	}
	switch {
	case either.SHA256 != "":
		return section{}, false, in.finish(either.trailer)
	case either.Tenant != "" && !iam.ValidID(string(either.Tenant)):
		return section{}, false, in.damaged("%q is not the id of a tenant", either.Tenant)
	}
	in.used()
	return either.section, true, nil
}

// finish checks that the backup is whole.
func (in *backupReader) finish(end trailer) error {
	if sum := hex.EncodeToString(in.sum.Sum(nil)); end.SHA256 != sum || end.Rows != in.rowsIn {
		return in.damaged("%d rows with the hash %s were read, and %d with %s written", in.rowsIn, sum, end.Rows, end.SHA256)
	}
	if in.lines.Scan() {
		return in.damaged("something follows the end")
	}
	if err := in.lines.Err(); err != nil {
		return &iam.Error{Kind: iam.Invalid, Message: "the backup is damaged at its end", Err: err}
	}
	return nil
}

// rows answers up to n of the rows that follow, for columns of the types.
func (in *backupReader) rows(types []ColumnType, n int) ([][]any, error) {
	var rows [][]any
	for len(rows) < n {
		line, err := in.peek()
		if err != nil {
			return nil, err
		}
		if !bytes.HasPrefix(line, []byte("[")) {
			break
		}
		row, err := in.row(line, types)
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
		in.rowsIn++
		in.used()
	}
	return rows, nil
}

func (in *backupReader) row(line []byte, types []ColumnType) ([]any, error) {
	var texts []json.RawMessage
	if err := json.Unmarshal(line, &texts); err != nil {
		return nil, in.damaged("this is not a row")
	}
	if len(texts) != len(types) {
		return nil, in.damaged("a row has %d values instead of %d", len(texts), len(types))
	}
	row := make([]any, len(texts))
	for i, text := range texts {
		var err error
		if row[i], err = types[i].read(text); err != nil {
			return nil, in.damaged("value %d is of the wrong type", i+1)
		}
	}
	return row, nil
}
