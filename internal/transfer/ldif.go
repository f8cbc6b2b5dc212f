package transfer

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"hash/maphash"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// ldifReader reads the content records of LDIF (RFC 2849), of which it makes
// users, groups and bindings. Records of other things, such as organizational
// units, are passed over.
type ldifReader struct {
	from  *bufio.Reader
	line  int // of the physical line that was read last, from 1
	begun bool
	// called are the names of users whose distinguished names, of which it has
	// digests, do not say them: all of them in Active Directory, in which it grows
	// by some 60 bytes a user.
	called map[uint64]string
	seed   maphash.Seed
}

func newLDIFReader(from io.Reader) Reader {
	return &ldifReader{from: bufio.NewReaderSize(from, 64<<10), called: map[uint64]string{}, seed: maphash.MakeSeed()}
}

// record is one entry of a directory.
type record struct {
	line int // where it begins
	dn   string
	// attributes are by their names in small letters, without options.
	attributes map[string][]string
}

func (r *ldifReader) Next() (*Entry, error) {
	for {
		rec, err := r.record()
		if err != nil {
			return nil, err
		}
		e, err := rec.entry(r.nameOf)
		if err != nil {
			return nil, err
		}
		if e != nil {
			r.note(rec.dn, e)
			return e, nil
		}
	}
}

// note remembers what a user is called whose distinguished name does not say it.
func (r *ldifReader) note(dn string, e *Entry) {
	name, _ := ofDN(dn)
	if called := e.name(); e.Kind == User && !strings.EqualFold(called, name) {
		r.called[r.digest(dn)] = called
	}
}

func (r *ldifReader) digest(dn string) uint64 { return maphash.String(r.seed, strings.ToLower(dn)) }

// nameOf answers what a user of a distinguished name is called here.
func (r *ldifReader) nameOf(dn string) (name string, ok bool) {
	if name, ok = r.called[r.digest(dn)]; ok {
		return name, true
	}
	return ofDN(dn)
}

// record reads the lines of one record. After a fault it goes to the end of it.
func (r *ldifReader) record() (record, error) {
	rec := record{attributes: map[string][]string{}}
	var broken *Fault
	for size := 0; ; {
		line, text, err := r.logical(MaxEntry - size)
		_, isFault := errors.AsType[*Fault](err)
		switch {
		case isFault:
		case err != nil && (!errors.Is(err, io.EOF) || rec.line == 0):
			return record{}, err
		case err != nil || len(text) == 0:
			if rec.line == 0 {
				continue // an empty line between records
			}
			if broken != nil {
				return record{}, broken
			}
			return rec, nil
		case text[0] == '#':
			continue
		case !r.begun && bytes.HasPrefix(bytes.ToLower(text), []byte("version:")):
			if r.begun = true; strings.TrimSpace(string(text[len("version:"):])) != "1" {
				return record{}, iam.E(iam.Invalid, "the version of LDIF must be 1").Because(iam.ReasonFormat)
			}
			continue
		}
		r.begun = true
		if rec.line == 0 {
			rec.line = line
		}
		size += len(text)
		if err == nil && broken == nil {
			err = rec.add(line, text)
		}
		if f, ok := errors.AsType[*Fault](err); ok && broken == nil {
			broken = f
		}
	}
}

// logical reads a line with those that continue it, and answers where it begins.
// A line of more than limit bytes is a fault.
func (r *ldifReader) logical(limit int) (line int, text []byte, err error) {
	text, err = r.physical(limit)
	line = r.line
	for err == nil && len(text) > 0 {
		more, ahead := r.from.Peek(1)
		if ahead != nil || more[0] != ' ' {
			break
		}
		part, failed := r.physical(limit - len(text))
		if failed != nil {
			return line, nil, failed
		}
		text = append(text, part[1:]...)
	}
	return line, text, err
}

// physical reads a line, without what ends it.
func (r *ldifReader) physical(limit int) ([]byte, error) {
	r.line++
	var text []byte
	for long := false; ; {
		part, err := r.from.ReadSlice('\n')
		if r.line == 1 && len(text) == 0 {
			part = bytes.TrimPrefix(part, []byte("\ufeff"))
		}
		if long = long || len(text)+len(part) > max(limit, 0)+len("\r\n"); !long {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (!errors.Is(err, io.EOF) || len(text) == 0 && !long):
			return nil, err
		case long:
			return nil, fault(r.line, "a record has at most %d bytes", MaxEntry)
		}
		return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r")), nil
	}
}

// add takes a line of the form "name: value" or "name:: value in Base64".
func (rec *record) add(line int, text []byte) error {
	name, value, ok := strings.Cut(string(text), ":")
	if !ok || name == "" {
		return fault(line, "a line must have the form of an attribute, a colon and a value, or begin with a space where it continues the one before")
	}
	name, _, _ = strings.Cut(strings.ToLower(name), ";") // options, as of a language
	encoded, is64 := strings.CutPrefix(value, ":")
	switch {
	case strings.HasPrefix(value, "<"):
		return fault(line, "%s must be in the file itself: what a URL leads to is not read", iam.Cut(name, 64))
	case is64:
		b, err := base64.StdEncoding.Strict().DecodeString(strings.TrimLeft(encoded, " "))
		if err != nil {
			return fault(line, "%s must be in Base64", iam.Cut(name, 64))
		}
		value = string(b)
	default:
		value = strings.TrimLeft(value, " ")
	}
	if !utf8.ValidString(value) {
		value = "" // a picture, a certificate
		if name == "dn" {
			return fault(line, "dn must be in UTF-8")
		}
	}
	switch {
	case len(rec.attributes) == 0 && rec.dn == "" && name != "dn":
		return fault(line, "a record must begin with its dn")
	case name == "dn" && rec.dn != "":
		return fault(line, "dn is given twice; is an empty line missing between two records?")
	case name == "dn":
		if rec.dn = value; value == "" {
			return fault(line, "dn must not be empty")
		}
	case name == "changetype" || name == "control":
		return fault(line, "records of changes are not read, only those of content")
	default:
		rec.attributes[name] = append(rec.attributes[name], value)
	}
	return nil
}

// first answers the first value of an attribute, "" for none.
func (rec *record) first(name string) string {
	for _, v := range rec.attributes[name] {
		if v != "" {
			return v
		}
	}
	return ""
}
