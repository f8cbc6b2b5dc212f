package picture

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
)

// photo is a JPEG of 64 × 32 pixels that is red in the upper left quarter,
// green in the upper right and blue below, with an orientation in its Exif.
func photo(t testing.TB, orientation uint16, order binary.AppendByteOrder) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			c := color.RGBA{B: 255, A: 255}
			switch {
			case y < 16 && x < 32:
				c = color.RGBA{R: 255, A: 255}
			case y < 16:
				c = color.RGBA{G: 255, A: 255}
			}
			img.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	tiff := []byte("MM")
	if order == binary.AppendByteOrder(binary.LittleEndian) {
		tiff = []byte("II")
	}
	tiff = order.AppendUint16(tiff, 42)
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2) // entries
	for _, tag := range []uint16{0x010f, 0x0112} {
		tiff = order.AppendUint16(tiff, tag)
		tiff = order.AppendUint16(tiff, 3)
		tiff = order.AppendUint32(tiff, 1)
		tiff = order.AppendUint16(tiff, orientation)
		tiff = order.AppendUint16(tiff, 0)
	}
	segment := append([]byte("Exif\x00\x00"), tiff...)
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(segment)+2))
	return append(append(head, segment...), out.Bytes()[2:]...)
}

// TestPhotosAreTurned: what a camera stored is shown as it was seen.
func TestPhotosAreTurned(t *testing.T) {
	const red, green, blue = 'r', 'g', 'b'
	at := func(img image.Image, x, y int) byte {
		r, g, b, _ := img.At(x, y).RGBA()
		switch {
		case r > 0xb000 && g < 0x5000:
			return red
		case g > 0xb000 && r < 0x5000:
			return green
		case b > 0xb000 && r < 0x5000:
			return blue
		}
		return '?'
	}
	// The corners: upper left, upper right, lower left, lower right.
	for o, want := range map[uint16]string{0: "rgbb", 1: "rgbb", 2: "grbb", 3: "bbgr", 4: "bbrg", 5: "rbgb", 6: "brbg", 7: "bgbr", 8: "gbrb", 9: "rgbb"} {
		for _, order := range []binary.AppendByteOrder{binary.BigEndian, binary.LittleEndian} {
			fitted, err := Fit(photo(t, o, order), 32, 32)
			if err != nil {
				t.Fatal(err)
			}
			img, _, err := image.Decode(bytes.NewReader(fitted.Content))
			if err != nil {
				t.Fatal(err)
			}
			w, h := img.Bounds().Dx(), img.Bounds().Dy()
			if lies := o >= 5 && o <= 8; lies != (h > w) || max(w, h) != 32 {
				t.Errorf("orientation %d: %d × %d pixels", o, w, h)
			}
			got := string([]byte{at(img, 2, 2), at(img, w-3, 2), at(img, 2, h-3), at(img, w-3, h-3)})
			if got != want {
				t.Errorf("orientation %d: the corners are %s, want %s", o, got, want)
			}
		}
	}
}

func TestOrientationOfWhatHasNone(t *testing.T) {
	whole := photo(t, 6, binary.BigEndian)
	for n := range 60 { // cut off within the segments
		if o := orientation(whole[:n]); o != 1 && o != 6 {
			t.Errorf("the first %d bytes: %d", n, o)
		}
	}
	for _, content := range []string{"", "\xff\xd8", "\xff\xd8\xff\xe1\x00\x00", "\xff\xd8\xff\xe1\xff\xffExif\x00\x00",
		"\xff\xd8\xff\xe1\x00\x10Exif\x00\x00II*\x00\xff\xff\xff\xff"} {
		if o := orientation([]byte(content)); o != 1 {
			t.Errorf("%q: %d", content, o)
		}
	}
}

// TestPhotosAreSmall: a photo is served as JPEG, a drawing without any loss.
func TestPhotosAreSmall(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 256, 256))
	seed := uint32(1)
	for i := range noise.Pix {
		seed = seed*1664525 + 1013904223
		noise.Pix[i] = byte((128 + 40*((i/4)%256)/256) + int(seed>>28))
		if i%4 == 3 {
			noise.Pix[i] = 255
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, noise, nil); err != nil {
		t.Fatal(err)
	}
	if i, err := Square(out.Bytes(), 256); err != nil || i.MediaType != "image/jpeg" || len(i.Content) > 48<<10 {
		t.Errorf("a photo: %s of %d bytes, %v", i.MediaType, len(i.Content), err)
	}
	if i, err := Fit(photo(t, 1, binary.BigEndian), 64, 64); err != nil || i.MediaType != "image/png" {
		t.Errorf("a drawing: %s, %v", i.MediaType, err)
	}
}
