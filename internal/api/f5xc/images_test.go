package f5xc_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"net/http"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
	"github.com/gatehouse-id/gatehouse/internal/picture"
)

const imagePath = settingsPath + "/tenant/image"

// encoded is an image of a size in a format.
func encoded(t testing.TB, format string, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch m := image.NewGray(image.Rect(0, 0, width, height)); format {
	case "png":
		err = png.Encode(&b, m)
	case "jpeg":
		err = jpeg.Encode(&b, m, nil)
	case "gif":
		err = gif.Encode(&b, m, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb is a PNG of few bytes whose pixels would be many: rows of zeros compress
// to a thousandth.
func bomb(t testing.TB, width, height uint32) []byte {
	t.Helper()
	var rows bytes.Buffer
	z := zlib.NewWriter(&rows)
	if _, err := z.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	chunk := func(kind string, data []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
		b = append(append(b, kind...), data...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	header := binary.BigEndian.AppendUint32(nil, width)
	header = append(binary.BigEndian.AppendUint32(header, height), 8, 6, 0, 0, 0)
	return bytes.Join([][]byte{[]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", header), chunk("IDAT", rows.Bytes()), chunk("IEND", nil)}, nil)
}

// upload sends an image as the vendor's clients do.
func (h holder) upload(t *testing.T, kind string, content []byte) apptest.Answer {
	t.Helper()
	return h.do(t, "PUT "+imagePath, fmt.Sprintf(`{"content_type":%q,"image":%q}`, kind, base64.StdEncoding.EncodeToString(content)))
}

const script = "<script>alert(document.domain)</script>"

// TestImagesRefused: whatever is no picture by its content, or too large a one,
// whatever the request says that it is. The present one stays.
func TestImagesRefused(t *testing.T) {
	s := apptest.SQLite(t)
	admin := holder{s, s.AdminToken}
	tells(t, admin.upload(t, "image/png", encoded(t, "png", 20, 10)), 200, "{}")
	before := admin.do(t, "GET "+imagePath, "").Body
	for name, tt := range map[string]struct {
		content []byte
		tells   string
	}{
		"SVG with a script":   {[]byte(`<svg xmlns="http://www.w3.org/2000/svg">` + script + `</svg>`), "JPEG, PNG, GIF or WebP"},
		"SVG behind XML":      {[]byte(`<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>`), "JPEG, PNG, GIF or WebP"},
		"HTML":                {[]byte("<!doctype html>" + script), "JPEG, PNG, GIF or WebP"},
		"HTML as a GIF":       {[]byte("GIF89a=1;/*" + script), ""},
		"a program":           {[]byte("\x7fELF\x02\x01\x01"), "JPEG, PNG, GIF or WebP"},
		"a PDF":               {[]byte("%PDF-1.7\n"), "JPEG, PNG, GIF or WebP"},
		"a ZIP":               {[]byte("PK\x03\x04"), "JPEG, PNG, GIF or WebP"},
		"a BMP":               {[]byte("BM\x3a\x00\x00\x00\x00\x00\x00\x00"), "JPEG, PNG, GIF or WebP"},
		"a PNG cut off":       {encoded(t, "png", 20, 10)[:50], "damaged"},
		"of 4 000 000 000 px": {bomb(t, 65_535, 65_535), "25 million pixels"},
		"of 10^18 px":         {bomb(t, 1<<31-1, 1<<31-1), ""},
		"a line of 10^9 px":   {bomb(t, 1_000_000_000, 1), "10,000 on a side"},
		"of 5 MiB and a byte": {append(encoded(t, "png", 20, 10), make([]byte, picture.MaxBytes)...), "at most 5 MB"},
		"nothing":             {nil, "Field image should be not nil"},
	} {
		a := admin.upload(t, "image/png", tt.content)
		if a.Status != http.StatusBadRequest || !strings.Contains(a.Body, tt.tells) || strings.Contains(a.Body, "script") {
			t.Errorf("%s: %d %s, want 400 with %q", name, a.Status, a.Body, tt.tells)
		}
	}
	tells(t, admin.do(t, "PUT "+imagePath, `{"image":"not base64!"}`), 400, "image")
	tells(t, admin.do(t, "PUT "+imagePath, `{"image":"`+strings.Repeat("AAAA", 2*picture.MaxBytes/3)+`"}`), 400, "")
	if after := admin.do(t, "GET "+imagePath, "").Body; after != before {
		t.Error("the present image is not what it was")
	}
}

// TestNothingElseOfAnImageIsServed: what hides in a picture, or behind it, is
// gone, and what is served is of the type that it says.
func TestNothingElseOfAnImageIsServed(t *testing.T) {
	s := apptest.SQLite(t)
	admin := holder{s, s.AdminToken}
	commented := append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(script) + 2)}, append([]byte(script), encoded(t, "jpeg", 20, 10)[2:]...)...)
	for name, content := range map[string][]byte{
		"PNG and HTML":     append(encoded(t, "png", 20, 10), script...),
		"GIF and HTML":     append(encoded(t, "gif", 20, 10), script...),
		"GIF and ZIP":      append(encoded(t, "gif", 20, 10), "PK\x03\x04"+script...),
		"JPEG and HTML":    append(encoded(t, "jpeg", 20, 10), script...),
		"JPEG's comment":   commented,
		"large JPEG":       encoded(t, "jpeg", 3000, 2000),
		"JPEG called HTML": encoded(t, "jpeg", 20, 10),
	} {
		tells(t, admin.upload(t, "text/html", content), 200, "{}")
		for _, path := range []string{imagePath, "/api/web/static/namespaces/system/tenant/settings/tenant/image"} {
			a := admin.do(t, "GET "+path, "", "Accept: text/html,*/*")
			kind := a.Header.Get("Content-Type")
			c, _, err := image.DecodeConfig(strings.NewReader(a.Body))
			if err != nil || kind != http.DetectContentType([]byte(a.Body)) || !strings.HasPrefix(kind, "image/") || c.Width > 512 || c.Height > 512 ||
				strings.Contains(a.Body, "script") || strings.Contains(a.Body, "PK\x03") {
				t.Errorf("%s: %d %q, %d × %d, %v: %.80q", name, a.Status, kind, c.Width, c.Height, err, a.Body)
			}
			if a.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s: %v", name, a.Header)
			}
		}
	}
}

// TestImageTags: who has an image is told so, until there is another one.
func TestImageTags(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		admin := holder{s, s.AdminToken}
		tells(t, admin.upload(t, "", encoded(t, "png", 20, 10)), 200, "{}")
		tag := admin.do(t, "GET "+imagePath, "").Header.Get("ETag")
		ask := func(want int, noneMatch string) {
			t.Helper()
			if a := admin.do(t, "GET "+imagePath, "", "If-None-Match: "+noneMatch); a.Status != want || (a.Body == "") != (want == http.StatusNotModified) {
				t.Errorf("who has %s: %d, %d bytes; want %d", noneMatch, a.Status, len(a.Body), want)
			}
		}
		for _, has := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			ask(http.StatusNotModified, has)
		}
		for _, has := range []string{`"other"`, tag[:len(tag)-2] + `"`, strings.Trim(tag, `"`)} {
			ask(http.StatusOK, has)
		}
		tells(t, admin.upload(t, "", encoded(t, "png", 10, 20)), 200, "{}")
		ask(http.StatusOK, tag)
		tells(t, admin.do(t, "DELETE "+imagePath, ""), 200, "{}")
		ask(http.StatusNotFound, tag)
	})
}
