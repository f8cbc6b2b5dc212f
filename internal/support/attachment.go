package support

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// fileType is a type of files that may be attached, with the endings that their
// names may have. The first is put behind a name that has another one, so that
// no program that goes by names opens it as something else.
type fileType struct {
	contentType string
	magic       []string
	endings     []string
}

// binary types begin with what no text begins with. Neither pictures that hold
// scripts (SVG) nor pages are among them.
var binary = []fileType{
	{"image/png", []string{"\x89PNG\r\n\x1a\n"}, []string{".png"}},
	{"image/jpeg", []string{"\xff\xd8\xff"}, []string{".jpg", ".jpeg"}},
	{"image/gif", []string{"GIF87a", "GIF89a"}, []string{".gif"}},
	{"application/pdf", []string{"%PDF-"}, []string{".pdf"}},
	{"application/zip", []string{"PK\x03\x04", "PK\x05\x06"}, []string{".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods"}},
	{"application/gzip", []string{"\x1f\x8b\x08"}, []string{".gz", ".tgz"}},
}

var (
	jsonType = fileType{contentType: "application/json", endings: []string{".json", ".har", ".log"}}
	csvType  = fileType{contentType: "text/csv; charset=utf-8", endings: []string{".csv"}}
	textType = fileType{contentType: "text/plain; charset=utf-8", endings: []string{".txt", ".log", ".md", ".yaml", ".yml", ".conf", ".ini"}}
)

// identify answers the type of a file by what is in it. What the name or the
// sender says only decides between kinds of text.
func identify(name string, content []byte) (t fileType, ok bool) {
	for _, t := range binary {
		for _, m := range t.magic {
			if bytes.HasPrefix(content, []byte(m)) {
				return t, true
			}
		}
	}
	switch {
	case !isText(content):
		return fileType{}, false
	case strings.EqualFold(path.Ext(name), csvType.endings[0]):
		return csvType, true
	case bytes.ContainsAny(content[:1], "{[") && json.Valid(content):
		return jsonType, true
	default:
		return textType, true
	}
}

// isText reports whether content is text in UTF-8, which may have the control
// characters that logs have.
func isText(content []byte) bool {
	return utf8.Valid(content) && !bytes.ContainsFunc(content, func(r rune) bool {
		return r < ' ' && !strings.ContainsRune("\t\n\f\r\x1b", r) || r == 0x7f
	})
}

// check makes an attachment, without an id, of what a caller sent.
func (a NewAttachment) check(c *iam.Checker, prefix string) Attachment {
	name := strings.TrimSpace(a.Filename)
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		c.Add(prefix+"filename", iam.ReasonRequired, "%sfilename is required", prefix)
	case n > maxFilename:
		c.Length(prefix+"filename", name, 1, maxFilename)
	case !iam.Printable(name) || strings.ContainsAny(name, `/\`):
		c.Add(prefix+"filename", iam.ReasonFormat, "%sfilename must be the name of a file, without a path and invisible characters", prefix)
	}
	switch n := len(a.Content); {
	case n == 0:
		c.Add(prefix+"attachment", iam.ReasonRequired, "%sattachment is required", prefix)
		return Attachment{}
	case n > MaxAttachment:
		c.Add(prefix+"attachment", iam.ReasonTooLarge, "%sattachment must have at most %d bytes", prefix, MaxAttachment)
		return Attachment{}
	}
	t, ok := identify(name, a.Content)
	if !ok {
		c.Add(prefix+"attachment", iam.ReasonType, "%sattachment must be a PNG, JPEG, GIF, PDF, ZIP or gzip file, or text in UTF-8", prefix)
		return Attachment{}
	}
	if !slices.Contains(t.endings, strings.ToLower(path.Ext(name))) {
		name += t.endings[0]
	}
	return Attachment{Filename: name, ContentType: t.contentType, Size: len(a.Content), Content: a.Content}
}
