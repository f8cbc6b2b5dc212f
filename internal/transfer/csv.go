package transfer

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// csvReader reads CSV (RFC 4180) in UTF-8: a header, then one entry a row. Commas,
// semicolons or tabs are between the cells.
type csvReader struct {
	from   *bounded
	rows   *csv.Reader
	header csvHeader
	line   int   // of the row that was read last
	failed error // what every further call answers
}

func newCSVReader(from io.Reader) Reader { return &csvReader{from: &bounded{from: from}} }

func (r *csvReader) Next() (*Entry, error) {
	if r.failed != nil {
		return nil, r.failed
	}
	if r.rows == nil {
		if r.failed = r.begin(); r.failed != nil {
			return nil, r.failed
		}
	}
	for {
		r.from.left = MaxEntry
		cells, err := r.rows.Read()
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, fault(broken.StartLine, "a row must have its quotation marks around whole cells, and doubled inside of them: %v", broken.Err)
		}
		if errors.Is(err, errTooLong) {
			err = iam.E(iam.Invalid, "the row behind line %d has more than %d bytes; is a quotation mark not closed?", r.line, MaxEntry).Because(iam.ReasonTooLarge)
		}
		if err != nil {
			r.failed = err
			return nil, err
		}
		r.line, _ = r.rows.FieldPos(0)
		if strings.Join(cells, "") != "" { // as of rows below a table that programs leave empty
			return r.entry(r.line, cells)
		}
	}
}

// begin reads the header.
func (r *csvReader) begin() error {
	r.from.left = MaxEntry
	from := bufio.NewReaderSize(r.from, 64<<10)
	switch start, _ := from.Peek(3); {
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return iam.E(iam.Invalid, "the file is in UTF-16; it must be in UTF-8").Because(iam.ReasonFormat)
	case string(start) == "\ufeff":
		_, _ = from.Discard(len(start)) // it was peeked at
	}
	r.rows = csv.NewReader(from)
	r.rows.Comma = delimiter(from)
	r.rows.FieldsPerRecord = -1
	r.rows.LazyQuotes = true // for emails[type eq "work"].value
	cells, err := r.rows.Read()
	if err != nil {
		return err // io.EOF of an empty file
	}
	r.rows.LazyQuotes = false
	r.header, err = readHeader(cells)
	return err
}

// delimiter answers what is between the cells of the header.
func delimiter(from *bufio.Reader) rune {
	start, _ := from.Peek(from.Size()) // less where the file is shorter
	line, _, _ := strings.Cut(strings.TrimLeft(string(start), "\r\n"), "\n")
	best := ','
	for _, d := range ";\t" {
		if strings.Count(line, string(d)) > strings.Count(line, string(best)) {
			best = d
		}
	}
	return best
}

func (r *csvReader) entry(line int, cells []string) (*Entry, error) {
	if len(cells) != len(r.header.names) {
		return nil, fault(line, "the row has %d cells, the header %d", len(cells), len(r.header.names))
	}
	e := &Entry{Line: line, Kind: r.header.kind}
	made := newRow()
	var rest map[string]any
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			return nil, fault(line, "%s must be in UTF-8", r.header.names[i])
		}
		cell = unguard(cell)
		if cell == "" {
			continue
		}
		switch r.header.special[i] {
		case columnKind:
			e.Kind = Kind(strings.ToLower(cell))
		case columnHash:
			e.PasswordHash = cell
		case columnRest:
			if err := json.Unmarshal([]byte(cell), &rest); err != nil {
				return nil, fault(line, "%s must be a JSON object", columnRest)
			}
		default:
			if err := made.put(r.header.columns[i], cell); err != nil {
				return nil, fault(line, "%s %v", r.header.names[i], err)
			}
		}
	}
	if e.Kind != User && e.Kind != Group && e.Kind != Binding {
		return nil, fault(line, "%s must be %s, %s or %s", columnKind, User, Group, Binding)
	}
	if twice := add(made.resource, rest); twice != "" {
		return nil, fault(line, "%s is given twice", iam.Cut(twice, 128))
	}
	e.Resource = made.resource
	return e, nil
}

// bounded is a reader of which at most so many bytes are taken at a time.
type bounded struct {
	from io.Reader
	left int
}

var errTooLong = errors.New("more than may be read at a time")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.from.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}
