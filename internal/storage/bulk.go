package storage

import (
	"context"
	"strconv"
	"strings"
)

// bulk inserts many rows by a statement that inserts one: with several at once,
// where the engine is faster with them.
type bulk struct {
	x         *call
	statement string
	row       []any // arguments of those that wait
	rows      int
	inserted  func(first, rows int, n int64) error // told of each statement; may be nil
	first     int                                  // place of the first that waits
}

// add inserts a row of bound arguments, now or with those that follow.
func (b *bulk) add(ctx context.Context, row []any) error {
	b.row = append(b.row, row...)
	if b.rows++; b.rows < b.x.store.engine.RowsAtOnce() {
		return nil
	}
	return b.flush(ctx)
}

// flush inserts those that wait. What is left at the end goes row by row: each
// number of rows is a statement of its own, to be prepared and kept.
func (b *bulk) flush(ctx context.Context) error {
	at := b.rows
	if at < b.x.store.engine.RowsAtOnce() {
		at = 1
	}
	width := 0
	if b.rows > 0 {
		width = len(b.row) / b.rows
	}
	for done := 0; done < b.rows; done += at {
		n, err := b.x.execBound(ctx, manyRows(b.statement, at), b.row[done*width:(done+at)*width])
		if err == nil && b.inserted != nil {
			err = b.inserted(b.first+done, at, n)
		}
		if err != nil {
			return err
		}
	}
	b.first, b.row, b.rows = b.first+b.rows, b.row[:0], 0
	return nil
}

// manyRows answers a statement that inserts so many rows instead of one.
func manyRows(statement string, rows int) string {
	if rows == 1 {
		return statement
	}
	const values = "VALUES "
	begin := strings.Index(statement, values) + len(values)
	end := begin + strings.IndexByte(statement[begin:], ')') + 1
	tuple := strings.Split(statement[begin:end], "$")
	width := 0
	for _, part := range tuple[1:] {
		n, _ := parameter(part)
		width = max(width, n)
	}
	var b strings.Builder
	b.WriteString(statement[:end])
	for row := 1; row < rows; row++ {
		b.WriteString(", " + tuple[0])
		for _, part := range tuple[1:] {
			n, rest := parameter(part)
			b.WriteString("$" + strconv.Itoa(n+row*width) + rest)
		}
	}
	return b.String() + statement[end:]
}

// parameter cuts the number of a parameter from what is behind it.
func parameter(s string) (n int, rest string) {
	rest = strings.TrimLeft(s, "0123456789")
	n, _ = strconv.Atoi(s[:len(s)-len(rest)])
	return n, rest
}
