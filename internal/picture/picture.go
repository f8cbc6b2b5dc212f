// Package picture owns what becomes of an image that somebody uploads: it is
// recognised by its content, bounded before it is decoded, scaled, and always
// encoded anew, so that what is served is an image and nothing else.
//
// It must not know whose picture it is, nor where it is kept.
package picture

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	_ "image/gif" // of which the first frame is taken
	"image/jpeg"
	"image/png"
	"slices"
	"sync"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // registers the decoder, as the two above

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Limits of what is taken.
const (
	MaxBytes  = 5 << 20
	maxPixels = 25_000_000 // of the decoded image: 300 MB at most, for a progressive JPEG
	maxSide   = 10_000     // which scaling multiplies with the width wanted: 150 MB
	maxScans  = 100        // of a JPEG, each of which goes through all pixels
)

// working is held while an image is decoded and scaled: one at a time, since
// each may take as much memory as the limits allow.
var working sync.Mutex

// Square cuts the middle out of an image and scales it to side × side pixels.
// Errors as for Fit.
func Square(content []byte, side int) (iam.Image, error) {
	working.Lock()
	defer working.Unlock()
	src, turn, err := decode(content)
	if err != nil {
		return iam.Image{}, err
	}
	b := src.Bounds()
	n := min(b.Dx(), b.Dy())
	corner := b.Min.Add(image.Pt((b.Dx()-n)/2, (b.Dy()-n)/2))
	return encode(src, image.Rectangle{Min: corner, Max: corner.Add(image.Pt(n, n))}, side, side, turn)
}

// Fit scales an image down to fit into width × height pixels; a smaller one
// keeps its size. Invalid: it is over MaxBytes or has too many pixels
// (ReasonTooLarge), or is no JPEG, PNG, GIF or WebP (ReasonFormat).
func Fit(content []byte, width, height int) (iam.Image, error) {
	working.Lock()
	defer working.Unlock()
	src, turn, err := decode(content)
	if err != nil {
		return iam.Image{}, err
	}
	if turn >= 5 { // it lies on its side
		width, height = height, width
	}
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	if w > width {
		w, h = width, max(1, h*width/w)
	}
	if h > height {
		w, h = max(1, w*height/h), height
	}
	return encode(src, src.Bounds(), w, h, turn)
}

// formats are what is taken, whatever else the program can decode.
var formats = []string{"jpeg", "png", "gif", "webp"}

// decode answers the image, and how it is to be turned, see orientation.
func decode(content []byte) (src image.Image, turn int, err error) {
	if len(content) > MaxBytes {
		return nil, 0, refuse(iam.ReasonTooLarge, "the image must have at most 5 MB")
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || !slices.Contains(formats, format) {
		return nil, 0, refuse(iam.ReasonFormat, "the image must be a JPEG, PNG, GIF or WebP")
	}
	if c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > maxPixels {
		return nil, 0, refuse(iam.ReasonTooLarge, "the image must have at most 25 million pixels, and 10,000 on a side")
	}
	// Compressed data has no such bytes: they begin a scan (ITU-T T.81, B.1.1.5).
	if format == "jpeg" && bytes.Count(content, []byte{0xff, 0xda}) > maxScans {
		return nil, 0, refuse(iam.ReasonTooLarge, "the image must have at most 100 scans")
	}
	src, _, err = image.Decode(bytes.NewReader(content))
	if err != nil || src.Bounds().Empty() {
		return nil, 0, refuse(iam.ReasonFormat, "the image is damaged")
	}
	return src, orientation(content), nil
}

func refuse(r iam.Reason, message string) error {
	return &iam.Error{Kind: iam.Invalid, Code: r, Message: message, Fields: []iam.Field{{Path: "image", Reason: r, Message: message}}}
}

// graphic is how many bytes a drawing may have as PNG, without any loss. What
// comes to more is a photo, of which JPEG needs a tenth.
const graphic = 24 << 10

func encode(src image.Image, part image.Rectangle, w, h, turn int) (iam.Image, error) {
	dst := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.CatmullRom.Scale(dst, dst.Bounds(), src, part, draw.Src, nil)
	dst = turned(dst, turn)
	var out bytes.Buffer
	kind, err := "image/png", png.Encode(&out, dst)
	if err == nil && out.Len() > graphic && dst.Opaque() {
		out.Reset()
		kind, err = "image/jpeg", jpeg.Encode(&out, dst, &jpeg.Options{Quality: 85})
	}
	if err != nil {
		return iam.Image{}, err
	}
	sum := sha256.Sum256(out.Bytes())
	return iam.Image{MediaType: kind, Content: out.Bytes(), Sum: hex.EncodeToString(sum[:])}, nil
}
