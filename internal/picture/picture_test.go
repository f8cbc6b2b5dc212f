package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// striped is an image of three upright stripes: red, green, blue.
func striped(w, h int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		c := []color.NRGBA{{R: 255, A: 255}, {G: 255, A: 255}, {B: 255, A: 255}}[x*3/w]
		for y := range h {
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

// Of each format a small image, 30 × 10 pixels but for the WebP.
var (
	asPNG  = encoded(func(b *bytes.Buffer) error { return png.Encode(b, striped(30, 10)) })
	asJPEG = encoded(func(b *bytes.Buffer) error { return jpeg.Encode(b, striped(30, 10), nil) })
	asGIF  = encoded(func(b *bytes.Buffer) error { return gif.Encode(b, striped(30, 10), nil) })
	// 1 × 1 pixel, lossless.
	asWebP, _ = base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
)

func encoded(encode func(*bytes.Buffer) error) []byte {
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// check wants a PNG of its sum and answers it decoded.
func check(t testing.TB, i iam.Image, w, h int) image.Image {
	t.Helper()
	m, err := png.Decode(bytes.NewReader(i.Content))
	if err != nil || m.Bounds() != image.Rect(0, 0, w, h) || i.MediaType != "image/png" {
		t.Fatalf("%s, %v, %v; want a PNG of %d × %d", i.MediaType, m.Bounds(), err, w, h)
	}
	if sum := sha256.Sum256(i.Content); i.Sum != hex.EncodeToString(sum[:]) {
		t.Errorf("sum %s is not that of the content", i.Sum)
	}
	return m
}

func TestFit(t *testing.T) {
	for name, c := range map[string]struct {
		content []byte
		w, h    int
	}{
		"PNG":        {asPNG, 30, 10},
		"JPEG":       {asJPEG, 30, 10},
		"GIF":        {asGIF, 30, 10},
		"WebP":       {asWebP, 1, 1},
		"wide":       {encoded(func(b *bytes.Buffer) error { return png.Encode(b, striped(90, 10)) }), 60, 6},
		"high":       {encoded(func(b *bytes.Buffer) error { return png.Encode(b, striped(20, 80)) }), 5, 20},
		"both":       {encoded(func(b *bytes.Buffer) error { return png.Encode(b, striped(600, 400)) }), 30, 20},
		"a line":     {encoded(func(b *bytes.Buffer) error { return png.Encode(b, striped(9999, 1)) }), 60, 1},
		"upright":    {encoded(func(b *bytes.Buffer) error { return png.Encode(b, striped(1, 9999)) }), 1, 20},
		"not at 0,0": {gifFrame(), 6, 4},
	} {
		t.Run(name, func(t *testing.T) {
			i, err := Fit(c.content, 60, 20)
			if err != nil {
				t.Fatal(err)
			}
			check(t, i, c.w, c.h)
		})
	}
}

// gifFrame is a GIF whose first frame is smaller than its screen.
func gifFrame() []byte {
	frame := image.NewPaletted(image.Rect(20, 5, 26, 9), color.Palette{color.Black, color.White})
	return encoded(func(b *bytes.Buffer) error {
		return gif.EncodeAll(b, &gif.GIF{Image: []*image.Paletted{frame}, Delay: []int{0}, Config: image.Config{Width: 30, Height: 10, ColorModel: frame.Palette}})
	})
}

func TestSquareTakesTheMiddle(t *testing.T) {
	i, err := Square(asPNG, 16)
	if err != nil {
		t.Fatal(err)
	}
	m := check(t, i, 16, 16)
	for _, at := range []image.Point{{0, 0}, {8, 8}, {15, 15}} {
		if r, g, b, a := m.At(at.X, at.Y).RGBA(); g != 0xffff || r != 0 || b != 0 || a != 0xffff {
			t.Errorf("at %v is %v, want the green of the middle", at, m.At(at.X, at.Y))
		}
	}
}

// TestNothingOfTheUploadIsServed: what hides in an image, or behind it, is gone.
func TestNothingOfTheUploadIsServed(t *testing.T) {
	const script = "<script>alert(1)</script>"
	for name, content := range map[string][]byte{
		"behind a PNG":      append(bytes.Clone(asPNG), script...),
		"behind a GIF":      append(bytes.Clone(asGIF), script...),
		"behind a JPEG":     append(bytes.Clone(asJPEG), script...),
		"in a text of PNG":  withChunk(asPNG, "tEXt", "Comment\x00"+script),
		"in a comment JPEG": append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(script) + 2)}, append([]byte(script), asJPEG[2:]...)...),
		"a ZIP behind it":   append(bytes.Clone(asPNG), "PK\x03\x04"+script...),
	} {
		i, err := Square(content, 8)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		check(t, i, 8, 8)
		if !bytes.HasPrefix(i.Content, []byte("\x89PNG\r\n\x1a\n")) || bytes.Contains(i.Content, []byte("script")) || bytes.Contains(i.Content, []byte("PK\x03")) {
			t.Errorf("%s: it is still there", name)
		}
	}
}

// withChunk puts a chunk behind the header of a PNG.
func withChunk(content []byte, kind, data string) []byte {
	const header = 8 + 25
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	chunk = append(chunk, kind+data...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	return bytes.Join([][]byte{content[:header], chunk, content[header:]}, nil)
}

// sized answers a PNG that says it has other dimensions than it has.
func sized(w, h uint32) []byte {
	b := bytes.Clone(asPNG)
	binary.BigEndian.PutUint32(b[16:], w)
	binary.BigEndian.PutUint32(b[20:], h)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

func TestRefused(t *testing.T) {
	for name, c := range map[string]struct {
		content []byte
		reason  iam.Reason
	}{
		"nothing":           {nil, iam.ReasonFormat},
		"text":              {[]byte("hello"), iam.ReasonFormat},
		"SVG":               {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), iam.ReasonFormat},
		"HTML":              {[]byte("<html>"), iam.ReasonFormat},
		"PDF":               {[]byte("%PDF-1.7\n"), iam.ReasonFormat},
		"BMP":               {[]byte("BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"), iam.ReasonFormat},
		"only the magic":    {asPNG[:8], iam.ReasonFormat},
		"PNG cut off":       {asPNG[:len(asPNG)/2], iam.ReasonFormat},
		"JPEG cut off":      {asJPEG[:len(asJPEG)/2], iam.ReasonFormat},
		"GIF cut off":       {asGIF[:len(asGIF)/2], iam.ReasonFormat},
		"WebP cut off":      {asWebP[:len(asWebP)-6], iam.ReasonFormat},
		"too long":          {append(bytes.Clone(asPNG), make([]byte, MaxBytes)...), iam.ReasonTooLarge},
		"too many pixels":   {sized(5001, 5000), iam.ReasonTooLarge},
		"too wide":          {sized(10_001, 1), iam.ReasonTooLarge},
		"too high":          {sized(1, 10_001), iam.ReasonTooLarge},
		"a bomb":            {sized(1<<20, 1<<20), iam.ReasonTooLarge},
		"less than it says": {sized(5000, 5000), iam.ReasonFormat},
		"too many scans":    {append(bytes.Clone(asJPEG), bytes.Repeat([]byte{0xff, 0xda}, maxScans)...), iam.ReasonTooLarge},
	} {
		for kind, do := range map[string]func() (iam.Image, error){
			"Square": func() (iam.Image, error) { return Square(c.content, 16) },
			"Fit":    func() (iam.Image, error) { return Fit(c.content, 16, 16) },
		} {
			i, err := do()
			e, ok := errors.AsType[*iam.Error](err)
			if !ok || e.Kind != iam.Invalid || e.Code != c.reason || len(e.Fields) != 1 || len(i.Content) > 0 || !strings.HasPrefix(e.Message, "the image ") {
				t.Errorf("%s of %s: %v, want Invalid because of %s", kind, name, err, c.reason)
			}
		}
	}
}

// FuzzSquare: whatever is uploaded, either an error for people comes out of it
// or a PNG of the size that was asked for.
func FuzzSquare(f *testing.F) {
	for _, seed := range [][]byte{asPNG, asJPEG, asGIF, asWebP, gifFrame(), withChunk(asPNG, "tEXt", "a\x00b"), sized(100, 100), asPNG[:40]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		i, err := Square(content, 16)
		if err != nil {
			if !iam.Is(err, iam.Invalid) {
				t.Fatal(err)
			}
			return
		}
		check(t, i, 16, 16)
	})
}
