package console

import (
	"image/color"
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// quiet is how many modules around a QR code are empty (ISO/IEC 18004 section 6.3.8).
const quiet = 4

// code is a QR code as one path of SVG, a unit a module.
type qrCode struct {
	Side int // with the quiet zone
	Path string
}

// drawQR makes the QR code of a text, which a sixth of may be unreadable.
func drawQR(text string) (qrCode, error) {
	b, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return qrCode{}, err
	}
	side := b.Bounds().Dx()
	var path strings.Builder
	for y := range side {
		for x := 0; x < side; x++ {
			run := 0
			for x+run < side && b.At(x+run, y) == color.Black {
				run++
			}
			if run > 0 {
				path.WriteString("M" + strconv.Itoa(x+quiet) + " " + strconv.Itoa(y+quiet) + "h" + strconv.Itoa(run) + "v1h-" + strconv.Itoa(run) + "z")
				x += run
			}
		}
	}
	return qrCode{Side: side + 2*quiet, Path: path.String()}, nil
}
