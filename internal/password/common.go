package password

import (
	_ "embed"
	"strings"
)

// common is the 30,000 most common passwords of leaked lists, in lower case,
// sorted by bytes, each followed by a newline. Its source and licence are in
// common.LICENSE. It is searched where it lies: it costs nothing at the start
// and is not copied to the heap.
//
//go:embed common.txt
var common string

// isCommon reports whether a password is in the list, in whatever case.
func isCommon(pw string) bool {
	want := strings.ToLower(pw)
	low, high := 0, len(common) // bounds of the lines that it may be, each at the start of one
	for low < high {
		start := low + strings.LastIndexByte(common[low:(low+high)/2], '\n') + 1
		line, _, _ := strings.Cut(common[start:], "\n")
		switch strings.Compare(line, want) {
		case 0:
			return true
		case -1:
			low = start + len(line) + 1
		default:
			high = start
		}
	}
	return false
}
