package picture

import (
	"bytes"
	"encoding/binary"
	"image"
)

// orientation answers how a camera says that a JPEG is to be turned: the Exif
// tag Orientation, 1 to 8 (CIPA DC-008 section 4.6.5.1.6). 1, as it is, for
// whatever has no such tag or is damaged.
func orientation(content []byte) int {
	const (
		app1 = 0xe1
		sos  = 0xda // where the segments end and the picture begins
	)
	rest, ok := bytes.CutPrefix(content, []byte{0xff, 0xd8})
	for ok && len(rest) >= 4 && rest[0] == 0xff && rest[1] != sos {
		size := int(binary.BigEndian.Uint16(rest[2:])) + 2
		if size < 4 || size > len(rest) {
			break
		}
		if tiff, exif := bytes.CutPrefix(rest[4:size], []byte("Exif\x00\x00")); exif && rest[1] == app1 {
			return tiffOrientation(tiff)
		}
		rest = rest[size:]
	}
	return 1
}

// tiffOrientation reads the tag of the first directory (TIFF 6.0 section 2).
func tiffOrientation(tiff []byte) int {
	const (
		tag   = 0x0112
		short = 3
		entry = 12
	)
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(tiff, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(tiff) < 8 {
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[at+2:]
	for n := order.Uint16(tiff[at:]); n > 0 && len(entries) >= entry; n-- {
		if order.Uint16(entries) == tag && order.Uint16(entries[2:]) == short {
			if o := order.Uint16(entries[8:]); o >= 1 && o <= 8 {
				return int(o)
			}
			return 1
		}
		entries = entries[entry:]
	}
	return 1
}

// turned answers a picture as it is to be seen.
func turned(src *image.NRGBA, orientation int) *image.NRGBA {
	w, h := src.Bounds().Dx(), src.Bounds().Dy()
	if orientation == 1 {
		return src
	}
	size := image.Rect(0, 0, w, h)
	if orientation >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	dst := image.NewNRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			fx, fy := from(orientation, x, y, w, h)
			dst.SetNRGBA(x, y, src.NRGBAAt(fx, fy))
		}
	}
	return dst
}

// from answers which stored pixel is seen at x, y of a picture that is stored
// as w × h.
func from(orientation, x, y, w, h int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return y, h - 1 - x
	case 7:
		return w - 1 - y, h - 1 - x
	case 8:
		return w - 1 - y, x
	default:
		return x, y
	}
}
