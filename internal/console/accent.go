package console

import (
	"fmt"
	"math"
	"strconv"
)

// Surfaces of app.css against which a colour has to stand out: the darkest of
// the light theme, the lightest of the dark one. A test holds them to the file.
const (
	darkestLight = "#f4f5f8"
	lightestDark = "#262b35"
	inkOnAccent  = "#0c0f16" // of the dark theme
)

// readable is the least contrast of text (WCAG 2.2, success criterion 1.4.3).
const readable = 4.5

// validAccent reports whether s is a colour, "#rrggbb" in lower case.
func validAccent(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	for _, c := range s[1:] {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// accentSheet is the style sheet that gives buttons and links a tenant's
// colour, made darker in the light theme, and lighter in the dark one, as far
// as it takes to read it.
func accentSheet(colour string) []byte {
	c := parseColour(colour)
	light := c.until(darkestLight, rgb{})
	dark := c.until(lightestDark, rgb{1, 1, 1})
	return fmt.Appendf(nil, ":root{--accent:light-dark(%s,%s);--on-accent:light-dark(#ffffff,%s)}\n", light, dark, inkOnAccent)
}

// rgb is a colour in sRGB, each part from 0 to 1.
type rgb [3]float64

// parseColour reads a colour that validAccent has taken.
func parseColour(s string) rgb {
	n, _ := strconv.ParseUint(s[1:], 16, 32) // checked before
	return rgb{float64(n>>16&0xff) / 255, float64(n>>8&0xff) / 255, float64(n&0xff) / 255}
}

func (c rgb) String() string {
	b := func(x float64) uint8 { return uint8(math.Round(x * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", b(c[0]), b(c[1]), b(c[2]))
}

// until mixes c with as little of another colour as makes it readable on a
// surface.
func (c rgb) until(surface string, other rgb) rgb {
	on := parseColour(surface)
	for step := range 100 {
		share := float64(step) / 100
		var mixed rgb
		for i := range mixed {
			mixed[i] = c[i]*(1-share) + other[i]*share
		}
		mixed = parseColour(mixed.String()) // as it will be shown
		if contrast(mixed, on) >= readable {
			return mixed
		}
	}
	return other
}

// contrast is that of two colours (WCAG 2.2, "contrast ratio").
func contrast(a, b rgb) float64 {
	la, lb := a.luminance(), b.luminance()
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

// luminance is the relative luminance (WCAG 2.2).
func (c rgb) luminance() float64 {
	linear := func(x float64) float64 {
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}
