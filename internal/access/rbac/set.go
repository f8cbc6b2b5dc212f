package rbac

import "math/bits"

// Set is a set of a catalogue's endpoints, by index. The zero Set is empty.
// Sets of different catalogues must not be mixed.
type Set struct{ words []uint64 }

// newSet answers an empty set with room for n endpoints, to be filled by add
// before anybody else sees it.
func newSet(n int) Set { return Set{make([]uint64, (n+63)/64)} }

func (s Set) add(i int) { s.words[i/64] |= 1 << (i % 64) }

// word answers the i-th word, zero beyond the end.
func (s Set) word(i int) uint64 {
	if i < len(s.words) {
		return s.words[i]
	}
	return 0
}

// Has reports whether endpoint i is in the set. An index outside of the
// catalogue is in no set.
func (s Set) Has(i int) bool {
	w := uint(i) / 64 // a negative index becomes a huge one
	return w < uint(len(s.words)) && s.words[w]>>(uint(i)%64)&1 != 0
}

// Covers reports whether every endpoint of other is in s.
func (s Set) Covers(other Set) bool {
	for i, w := range other.words {
		if w&^s.word(i) != 0 {
			return false
		}
	}
	return true
}

// Union answers what is in s or in other. It may share memory with either,
// which is safe because neither changes any more.
func (s Set) Union(other Set) Set {
	if s.Covers(other) {
		return s
	}
	if other.Covers(s) {
		return other
	}
	u := Set{make([]uint64, max(len(s.words), len(other.words)))}
	for i := range u.words {
		u.words[i] = s.word(i) | other.word(i)
	}
	return u
}

// Empty reports whether nothing is in the set.
func (s Set) Empty() bool {
	for _, w := range s.words {
		if w != 0 {
			return false
		}
	}
	return true
}

// Count answers the number of endpoints in the set.
func (s Set) Count() int {
	n := 0
	for _, w := range s.words {
		n += bits.OnesCount64(w)
	}
	return n
}
