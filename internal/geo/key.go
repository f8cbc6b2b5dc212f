package geo

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Key is what names of places are compared and sorted by: without regard to
// case, to the marks on Latin, Greek, Cyrillic, Hebrew and Arabic letters, to
// apostrophes and full stops, and with one space for any other punctuation.
// Hangul is taken apart into its letters, so that a syllable that is not
// finished begins those that it may become.
func Key(name string) string {
	var b strings.Builder
	b.Grow(len(name))
	gap := false
	if strings.IndexFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
		name = norm.NFKD.String(name)
	}
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z': // most are
		case strings.ContainsRune(silent, r) || unicode.Is(diacritics, r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsDigit(r):
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteByte(' ')
			gap = false
		}
		r = unicode.ToLower(r)
		if plain, ok := letters[r]; ok {
			b.WriteString(plain)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// silent are signs that people leave out: full stops, apostrophes and what
// stands for them, and the Arabic lengthening stroke.
const silent = ".'’‘`´ʻʼʾʿ·ـ"

// diacritics are marks that people leave out. Those of other scripts are
// letters to their readers.
var diacritics = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x0300, Hi: 0x036f, Stride: 1}, // Latin, Greek, Cyrillic
	{Lo: 0x0591, Hi: 0x05c7, Stride: 1}, // Hebrew
	{Lo: 0x064b, Hi: 0x065f, Stride: 1}, // Arabic
	{Lo: 0x0670, Hi: 0x0670, Stride: 1},
}}

// letters are those that Unicode does not take apart, and a final form.
var letters = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ı': "i",
	'ə': "e", 'ς': "σ"}
