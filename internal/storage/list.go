package storage

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// listing describes the lists of one kind of object, in constant pieces of SQL.
// The page is cut out of the table first; what else belongs to a row is then
// looked up for the rows of the page only.
type listing[T any] struct {
	with    string // common table expressions, whose arguments the filter begins with
	table   string
	columns string // of the page, which is called p, and of joins
	joins   string
	id      string // the column that decides between equal sort keys
	idOf    func(T) string
	anyID   bool // which is no UUID
	sorts   map[string]ordering[T]
	sort    string // the list's own order
	latest  bool   // which runs from the latest to the earliest
	scan    func(scanner) (T, error)
}

// ordering is an order of a list: by a column of text, or of times.
type ordering[T any] struct {
	column string
	text   func(T) string
	time   func(T) time.Time
}

// list answers a page, and the number of all matches where the page asks.
func (l *listing[T]) list(ctx context.Context, x *call, f *filter, p iam.Page) (iam.List[T], error) {
	var none iam.List[T]
	if err := f.broken.Err(); err != nil {
		return none, err
	}
	var found iam.List[T]
	if p.Total {
		var err error
		if found.Total, err = l.count(ctx, x, f); err != nil {
			return none, err
		}
	}
	query, args, by, err := l.page(f, p)
	if err != nil {
		return none, err
	}
	rows, err := x.query(ctx, query, args...)
	if err != nil {
		return none, err
	}
	defer rows.Close()
	for rows.Next() {
		if len(found.Items) == p.Size() { // the one row more
			found.Next = by.cursor(l, found.Items[p.Size()-1])
			break
		}
		item, err := l.scan(rows)
		if err != nil {
			return none, err
		}
		found.Items = append(found.Items, item)
	}
	return found, rows.Err()
}

func (l *listing[T]) count(ctx context.Context, x *call, f *filter) (n int, err error) {
	query := l.with + "SELECT COUNT(*) FROM " + l.table + " WHERE " + f.where.String()
	err = x.row(ctx, query, f.args...).Scan(&n)
	return n, err
}

// page makes the statement for a page and one row more, which tells whether
// there is another page.
func (l *listing[T]) page(f *filter, p iam.Page) (query string, args []any, by ordering[T], err error) {
	name := p.Sort
	if name == "" {
		name = l.sort
	}
	by, ok := l.sorts[name]
	if !ok {
		return "", nil, by, noSort(slices.Sorted(maps.Keys(l.sorts)))
	}
	query, args, err = pageQuery{l.with, l.table, l.columns, l.joins, l.id, by.column, l.anyID, by.time != nil}.make(f, p, p.Desc != l.latest)
	return query, args, by, err
}

func noSort(sorts []string) error {
	var c iam.Checker
	c.Add("sort", iam.ReasonFormat, "sort must be one of %s", strings.Join(sorts, ", "))
	return c.Err()
}

// pageQuery is what a listing says of its statement. It knows nothing of what the
// rows are, so that there is one of it in the program and not one a type.
type pageQuery struct {
	with, table, columns, joins, id string
	by                              string // the column of the order
	anyID, times                    bool
}

func (q pageQuery) make(f *filter, p iam.Page, descending bool) (query string, args []any, err error) {
	at := filter{args: slices.Clone(f.args)}
	at.where.WriteString(f.where.String())
	compare, order := " > ", ""
	if descending {
		compare, order = " < ", " DESC"
	}
	if p.After != (iam.Cursor{}) {
		key, err := q.parse(p.After)
		if err != nil {
			return "", nil, err
		}
		at.and("("+q.by+", "+q.id+")"+compare+"(?, ?)", key, p.After.ID)
	}
	sorted := func(alias string) string {
		return " ORDER BY " + alias + q.by + order + ", " + alias + q.id + order
	}
	query = q.with + "SELECT " + q.columns + " FROM (SELECT * FROM " + q.table + " WHERE " + at.where.String() +
		sorted("") + " LIMIT " + at.arg(p.Size()+1) + " OFFSET " + at.arg(max(p.Offset, 0)) + ") AS p" + q.joins + sorted("p.")
	return query, at.args, nil
}

// parse checks a cursor, which comes from outside.
func (q pageQuery) parse(c iam.Cursor) (key any, err error) {
	key = c.Key
	if q.times {
		key, err = strconv.ParseInt(c.Key, 10, 64)
	}
	if err != nil || !q.anyID && !iam.ValidID(c.ID) {
		var wrong iam.Checker
		wrong.Add("after", iam.ReasonFormat, "after is not a position in this list")
		return nil, wrong.Err()
	}
	return key, nil
}

// cursor is the position of a row.
func (s ordering[T]) cursor(l *listing[T], item T) iam.Cursor {
	if s.time != nil {
		return iam.Cursor{Key: strconv.FormatInt(micros(s.time(item)), 10), ID: l.idOf(item)}
	}
	return iam.Cursor{Key: s.text(item), ID: l.idOf(item)}
}
