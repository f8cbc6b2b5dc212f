package support

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestIdentify(t *testing.T) {
	const png = "\x89PNG\r\n\x1a\n...."
	for _, c := range []struct {
		name, content string
		want          string // empty: refused
		wantName      string // where it is another one
	}{
		{"screen.png", png, "image/png", ""},
		{"screen.PNG", png, "image/png", ""},
		{"screen.html", png, "image/png", "screen.html.png"},
		{"photo.jpeg", "\xff\xd8\xff\xe0", "image/jpeg", ""},
		{"dance.gif", "GIF89a", "image/gif", ""},
		{"bill.pdf", "%PDF-1.7", "application/pdf", ""},
		{"all.zip", "PK\x03\x04", "application/zip", ""},
		{"report.docx", "PK\x03\x04", "application/zip", ""},
		{"tool.jar", "PK\x03\x04", "application/zip", "tool.jar.zip"},
		{"all.tgz", "\x1f\x8b\x08", "application/gzip", ""},
		{"front.log", "12:00 \x1b[31mno route\x1b[0m\r\n", "text/plain; charset=utf-8", ""},
		{"기록.txt", "연결할 수 없음", "text/plain; charset=utf-8", ""},
		{"front", "no route", "text/plain; charset=utf-8", "front.txt"},
		{"call.json", ` {"a":1}`, "text/plain; charset=utf-8", "call.json.txt"},
		{"call.json", `{"a":1}`, "application/json", ""},
		{"call.har", `[]`, "application/json", ""},
		{"call.json", `{"a":`, "text/plain; charset=utf-8", "call.json.txt"},
		{"sales.csv", "a,b\n1,2\n", "text/csv; charset=utf-8", ""},
		// What a browser would run is kept as text, under a name that says so.
		{"page.html", "<script>alert(1)</script>", "text/plain; charset=utf-8", "page.html.txt"},
		{"picture.svg", `<svg onload="alert(1)"/>`, "text/plain; charset=utf-8", "picture.svg.txt"},
		{"run.sh", "#!/bin/sh\n", "text/plain; charset=utf-8", "run.sh.txt"},
		{"tool.exe", "MZ\x90\x00\x03", "", ""},
		{"tool", "\x7fELF\x02\x01", "", ""},
		{"latin.txt", "caf\xe9", "", ""},
		{"nul.txt", "a\x00b", "", ""},
		{"escape.txt", "a\x7fb", "", ""},
	} {
		var check iam.Checker
		got := NewAttachment{Filename: c.name, Content: []byte(c.content)}.check(&check, "")
		if err := check.Err(); (err == nil) != (c.want != "") {
			t.Errorf("%s %q: %v", c.name, c.content, err)
		}
		wantName := c.wantName
		if wantName == "" && c.want != "" {
			wantName = c.name
		}
		if got.ContentType != c.want || got.Filename != wantName || c.want != "" && got.Size != len(c.content) {
			t.Errorf("%s %q is %q of type %q and size %d, want %q of type %q", c.name, c.content, got.Filename, got.ContentType, got.Size, wantName, c.want)
		}
	}
}

func TestAttachmentRules(t *testing.T) {
	text := []byte("text")
	for _, c := range []struct {
		in    NewAttachment
		field string
		want  iam.Reason
	}{
		{NewAttachment{"", text}, "filename", iam.ReasonRequired},
		{NewAttachment{"  ", text}, "filename", iam.ReasonRequired},
		{NewAttachment{strings.Repeat("a", 256), text}, "filename", iam.ReasonLength},
		{NewAttachment{"../../etc/passwd", text}, "filename", iam.ReasonFormat},
		{NewAttachment{`..\boot.ini`, text}, "filename", iam.ReasonFormat},
		{NewAttachment{"a\r\nSet-Cookie: b", text}, "filename", iam.ReasonFormat},
		{NewAttachment{"gpj.\u202etxt.exe", text}, "filename", iam.ReasonFormat},
		{NewAttachment{"a.txt", nil}, "attachment", iam.ReasonRequired},
		{NewAttachment{"a.txt", bytes.Repeat([]byte("a"), MaxAttachment+1)}, "attachment", iam.ReasonTooLarge},
		{NewAttachment{"a.txt", []byte{0}}, "attachment", iam.ReasonType},
	} {
		var check iam.Checker
		c.in.check(&check, "attachments[0].")
		want := []iam.Field{{Path: "attachments[0]." + c.field, Reason: c.want}}
		err, ok := errors.AsType[*iam.Error](check.Err())
		if !ok {
			t.Errorf("%.40q is taken", c.in.Filename)
			continue
		}
		for i := range err.Fields {
			err.Fields[i].Message, err.Fields[i].Min, err.Fields[i].Max = "", 0, 0
		}
		if diff := cmp.Diff(want, err.Fields); diff != "" {
			t.Errorf("%.40q (-want +got):\n%s", c.in.Filename, diff)
		}
	}
	var check iam.Checker
	NewAttachment{"a.txt", bytes.Repeat([]byte("a"), MaxAttachment)}.check(&check, "")
	if err := check.Err(); err != nil {
		t.Errorf("the largest is refused: %v", err)
	}
}

// FuzzAttachment: whatever is sent, what is kept has a type of the list and a
// name that goes with it and is safe in a header and as the name of a file.
func FuzzAttachment(f *testing.F) {
	f.Add("a.png", []byte("\x89PNG\r\n\x1a\n"))
	f.Add("a.html", []byte("<script>"))
	f.Add("a.json", []byte("{"))
	known := append([]fileType{jsonType, csvType, textType}, binary...)
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		var check iam.Checker
		a := NewAttachment{Filename: name, Content: content}.check(&check, "")
		if check.Err() != nil {
			return
		}
		if !iam.Printable(a.Filename) || strings.ContainsAny(a.Filename, "/\\\r\n") {
			t.Errorf("%q is kept as %q", name, a.Filename)
		}
		for _, k := range known {
			if k.contentType != a.ContentType {
				continue
			}
			for _, ending := range k.endings {
				if strings.HasSuffix(strings.ToLower(a.Filename), ending) {
					return
				}
			}
		}
		t.Errorf("%q is kept as %q of type %q", name, a.Filename, a.ContentType)
	})
}
