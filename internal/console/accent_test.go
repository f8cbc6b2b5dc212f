package console

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var (
	pair    = regexp.MustCompile(`--([a-z-]+):\s*light-dark\((#[0-9a-f]{6}), ?(#[0-9a-f]{6})\)`)
	onlyHex = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`)
)

// palette reads the colours of a style sheet, light and dark.
func palette(sheet []byte) (themes [2]map[string]string) {
	themes = [2]map[string]string{{}, {}}
	for _, m := range pair.FindAllSubmatch(sheet, -1) {
		themes[0][string(m[1])], themes[1][string(m[1])] = string(m[2]), string(m[3])
	}
	return themes
}

// TestPaletteIsReadable holds app.css to WCAG 2.2: text 4.5:1 (1.4.3), edges of
// inputs and the focus 3:1 (1.4.11), in both themes.
func TestPaletteIsReadable(t *testing.T) {
	sheet, err := assetFiles.ReadFile("assets/app.css")
	if err != nil {
		t.Fatal(err)
	}
	for i, theme := range palette(sheet) {
		name := [2]string{"light", "dark"}[i]
		check := func(ink, paper string, least float64) {
			t.Helper()
			if theme[ink] == "" || theme[paper] == "" {
				t.Fatalf("%s: no %s or %s in app.css", name, ink, paper)
			}
			if got := contrast(parseColour(theme[ink]), parseColour(theme[paper])); got < least {
				t.Errorf("%s: %s on %s has %.2f:1, want %.1f:1", name, ink, paper, got, least)
			}
		}
		for _, paper := range []string{"bg", "surface", "raised"} {
			for _, ink := range []string{"text", "muted", "accent", "danger"} {
				check(ink, paper, readable)
			}
		}
		check("on-accent", "accent", readable)
		check("danger", "danger-soft", readable)
		check("good", "good-soft", readable)
		check("edge", "surface", 3)
		check("edge", "bg", 3)
		check("accent", "surface", 3)

		// The section that one is in has a tint of the accent behind it.
		tint := parseColour(theme["surface"])
		for c := range tint {
			tint[c] = tint[c]*0.88 + parseColour(theme["accent"])[c]*0.12
		}
		if got := contrast(parseColour(theme["text"]), tint); got < readable {
			t.Errorf("%s: text on the present section has %.2f:1", name, got)
		}
	}
	// Colours stand in the palette only, so that nothing escapes this test; but
	// for the white and black of QR codes and of print.
	_, rules, _ := strings.Cut(string(sheet), "--font:")
	for _, c := range onlyHex.FindAllString(rules, -1) {
		if c != "#fff" && c != "#000" {
			t.Errorf("%s is in app.css outside of the palette", c)
		}
	}
}

// TestHuesAreReadable: initials are white on each of them.
func TestHuesAreReadable(t *testing.T) {
	for _, hue := range hues {
		if got := contrast(parseColour("#ffffff"), parseColour(hue)); got < readable {
			t.Errorf("white on %s has %.2f:1", hue, got)
		}
	}
}

// TestAccentIsReadable: whatever colour a tenant chooses, links in it can be
// read on every surface, and buttons in it too.
func TestAccentIsReadable(t *testing.T) {
	sheet, err := assetFiles.ReadFile("assets/app.css")
	if err != nil {
		t.Fatal(err)
	}
	surfaces := palette(sheet)
	rapid.Check(t, func(t *rapid.T) {
		colour := fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, "colour"))
		for i, theme := range palette(accentSheet(colour)) {
			if len(theme) != 2 {
				t.Fatalf("%s makes %s", colour, accentSheet(colour))
			}
			for _, paper := range []string{"bg", "surface", "raised"} {
				if got := contrast(parseColour(theme["accent"]), parseColour(surfaces[i][paper])); got < readable {
					t.Fatalf("%s becomes %s, which has %.2f:1 on %s", colour, theme["accent"], got, paper)
				}
			}
			if got := contrast(parseColour(theme["on-accent"]), parseColour(theme["accent"])); got < readable {
				t.Fatalf("%s becomes %s, on which text has %.2f:1", colour, theme["accent"], got)
			}
		}
	})
}

func TestContrastOfKnownPairs(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want float64
	}{{"#000000", "#ffffff", 21}, {"#777777", "#ffffff", 4.48}, {"#ff0000", "#ffffff", 4.00}, {"#123456", "#123456", 1}} {
		if got := contrast(parseColour(tt.a), parseColour(tt.b)); got < tt.want-0.01 || got > tt.want+0.01 {
			t.Errorf("%s on %s: %.3f, want %.2f", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestValidAccent(t *testing.T) {
	for s, want := range map[string]bool{"#1a73e8": true, "": false, "#1A73E8": false, "#fff": false, "1a73e88": false,
		"#12345g": false, "#1a73e8}": false, "#12/../": false} {
		if got := validAccent(s); got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}
