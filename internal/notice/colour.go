package notice

import (
	"math"
	"strconv"
)

// defaultAccent is the colour of Gatehouse's own buttons, as on its pages.
const defaultAccent = "#3050c8"

// readableOn answers black or white, whichever has the greater contrast on a
// colour "#rrggbb" (WCAG 2.2, contrast ratio).
func readableOn(colour string) string {
	n, err := strconv.ParseUint(colour[min(1, len(colour)):], 16, 32)
	if err != nil {
		return "#ffffff"
	}
	linear := func(shift int) float64 {
		c := float64(n>>shift&0xff) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	luminance := 0.2126*linear(16) + 0.7152*linear(8) + 0.0722*linear(0)
	if 1.05/(luminance+0.05) >= (luminance+0.05)/0.05 {
		return "#ffffff"
	}
	return "#000000"
}
