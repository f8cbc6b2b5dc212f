package password

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

const (
	// strengthInput is how many characters are judged, which bounds the time
	// it takes. What needs more guesses than the highest score does so long
	// before its 64th character.
	strengthInput = 64
	longestWord   = 20 // of the common passwords
)

// Strength estimates how well a password withstands guessing, from 0 to 4: it
// takes up to 10^3, 10^6, 10^8, 10^10 or more guesses. The scale and the method
// are those of zxcvbn (Wheeler, "zxcvbn: Low-Budget Password Strength
// Estimation", USENIX Security 2016): the attacker knows how the password is
// put together out of common words, the user's names, repetitions, sequences,
// rows of keys and years, and tries the cheapest way first.
//
// The Go ports of zxcvbn read their dictionaries when the program starts, for
// 30 ms and 9 MB whether a tenant asks for strength or not; this costs nothing
// until it is called.
func Strength(pw string, who Identity) int {
	if pw == "" || isCommon(pw) || isName(pw, who) {
		return 0
	}
	chars := []rune(pw)
	guesses := leastGuesses(chars[:min(len(chars), strengthInput)], who.names())
	for score, limit := range []float64{3, 6, 8, 10} {
		if guesses < limit {
			return score
		}
	}
	return 4
}

// leastGuesses answers the decimal logarithm of the number of guesses for the
// cheapest way to cut a password into pieces:
//
//	l! * product of the guesses for each piece + 10000^(l-1)   for l pieces
//
// The first term is the number of orders in which the kinds of pieces can
// stand, the second the attempts with fewer pieces before it.
func leastGuesses(pw []rune, names []string) float64 {
	// best[l][end] is the least logarithm of the product for the first end
	// characters in l pieces.
	best := make([][]float64, len(pw)+1)
	for l := range best {
		best[l] = slices.Repeat([]float64{math.Inf(1)}, len(pw)+1)
	}
	best[0][0] = 0
	for end := 1; end <= len(pw); end++ {
		for start := range end {
			g := pieceGuesses(pw[start:end], names)
			for l := 1; l <= end; l++ {
				best[l][end] = min(best[l][end], best[l-1][start]+g)
			}
		}
	}
	least, orders := math.Inf(1), 0.0
	for l := 1; l <= len(pw); l++ {
		orders += math.Log10(float64(l))
		product := orders + best[l][len(pw)]
		fewer := 4 * float64(l-1)
		sum := max(product, fewer) + math.Log10(1+math.Pow(10, -math.Abs(product-fewer)))
		least = min(least, sum)
	}
	return least
}

// pieceGuesses answers the decimal logarithm of the guesses for one piece: 10
// for each character, or less where it follows a pattern.
func pieceGuesses(piece []rune, names []string) float64 {
	guesses := float64(len(piece))
	if len(piece) < 3 {
		return guesses
	}
	length := math.Log10(float64(len(piece)))
	if evenSteps(piece) {
		guesses = min(guesses, math.Log10(26)+length) // "aaaa", "3456", "dcba"
	}
	word := strings.ToLower(string(piece))
	if onKeyboard(word) {
		guesses = min(guesses, math.Log10(100)+length)
	}
	if len(piece) == 4 && (strings.HasPrefix(word, "19") || strings.HasPrefix(word, "20")) && isDigits(word) {
		guesses = min(guesses, math.Log10(200))
	}
	if len(piece) > longestWord {
		return guesses
	}
	variations := 0.0 // of case and of look-alikes, each of which doubles the guesses
	if strings.ContainsFunc(string(piece), unicode.IsUpper) {
		variations += math.Log10(2)
	}
	plain := lookalikes.Replace(word)
	if plain != word {
		variations += math.Log10(2)
	}
	for _, w := range []string{word, plain} {
		if slices.Contains(names, w) {
			guesses = min(guesses, 1+variations)
		}
		if isCommon(w) {
			// On average half of the list comes first.
			guesses = min(guesses, math.Log10(15_000)+variations)
		}
	}
	return guesses
}

// evenSteps reports whether each character is the one before it, or always the
// next one, or always the previous one, in the order of Unicode.
func evenSteps(s []rune) bool {
	step := s[1] - s[0]
	for i := 2; i < len(s); i++ {
		if s[i]-s[i-1] != step {
			return false
		}
	}
	return -1 <= step && step <= 1
}

// onKeyboard reports whether a word is part of a row or a column of keys, in
// either direction.
func onKeyboard(word string) bool {
	const keys = "qwertyuiop asdfghjkl zxcvbnm `1234567890-= 1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik, 9ol. 0p;/"
	backwards := []rune(word)
	slices.Reverse(backwards)
	return !strings.Contains(word, " ") && (strings.Contains(keys, word) || strings.Contains(keys, string(backwards)))
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// lookalikes undoes the usual replacements of letters.
var lookalikes = strings.NewReplacer("4", "a", "@", "a", "8", "b", "3", "e", "6", "g", "1", "i", "!", "i",
	"0", "o", "5", "s", "$", "s", "7", "t", "+", "t", "2", "z")
