package transfer

import (
	"fmt"
	"io"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Format is how the entries of a file are written.
type Format string

const (
	JSONLines Format = "jsonl"
	CSV       Format = "csv"
	LDIF      Format = "ldif"
)

// Formats lists all of them.
var Formats = []Format{JSONLines, CSV, LDIF}

// MaxEntry is how long an entry may be in a file, in bytes: it is what a reader
// holds in memory, whatever the file's size.
const MaxEntry = 16 << 20

// URNBinding is the schema of an entry of kind Binding: role, user or group, and
// namespace, which is absent for the whole tenant.
const URNBinding = "urn:gatehouse:params:scim:schemas:core:2.0:RoleBinding"

// Reader gives the entries of a file one after the other, and keeps no more than
// one of them in memory, but for names of users that their LDIF names do not say.
//
// Whom an entry refers to, which are the members of a group, the user or group of
// a binding and the groups of a user, is an object with "value", an id of this
// directory, or "display", a name: {"display": "ada"}. The groups of a user are
// those that the user is to be a member of, besides the present ones.
type Reader interface {
	// Next answers the next entry, io.EOF after the last one. What is wrong with
	// one entry is a *Fault: the next call answers the entry behind it. After any
	// other error there is no more to be had.
	Next() (*Entry, error)
}

// Writer writes entries to a file so that a Reader of the format reads the same.
type Writer interface {
	Write(Entry) error
	// Close writes what is left, and does not close the file.
	Close() error
}

// Fault is what is wrong with one entry.
type Fault struct {
	Line int   // where the fault is, or else where the entry begins, from 1
	Err  error // Invalid
}

func (f *Fault) Error() string { return fmt.Sprintf("line %d: %v", f.Line, f.Err) }

func (f *Fault) Unwrap() error { return f.Err }

// fault makes one. The message names the rule, and quotes no value.
func fault(line int, format string, args ...any) *Fault {
	return &Fault{Line: line, Err: iam.E(iam.Invalid, format, args...).Because(iam.ReasonFormat)}
}

// NewReader makes a reader of a format. Invalid: there is no such format.
func NewReader(f Format, from io.Reader) (Reader, error) {
	switch f {
	case JSONLines:
		return newJSONReader(from), nil
	case CSV:
		return newCSVReader(from), nil
	case LDIF:
		return newLDIFReader(from), nil
	}
	return nil, unknown(f)
}

// NewWriter makes a writer of a format. Invalid: there is no such format.
func NewWriter(f Format, to io.Writer) (Writer, error) {
	switch f {
	case JSONLines:
		return newJSONWriter(to), nil
	case CSV:
		return newCSVWriter(to), nil
	case LDIF:
		return newLDIFWriter(to), nil
	}
	return nil, unknown(f)
}

func unknown(f Format) error {
	var c iam.Checker
	c.Add("format", iam.ReasonFormat, "format must be one of %v, not %q", Formats, iam.Cut(string(f), 16))
	return c.Err()
}

// FormatOf answers the format that a file's name ends with, JSONLines where it
// does not tell.
func FormatOf(name string) Format {
	name = strings.ToLower(name)
	for _, f := range Formats {
		if strings.HasSuffix(name, "."+string(f)) {
			return f
		}
	}
	if strings.HasSuffix(name, ".ldf") { // as ldifde calls them
		return LDIF
	}
	return JSONLines
}
