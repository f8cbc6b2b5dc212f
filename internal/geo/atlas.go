package geo

import (
	"archive/zip"
	_ "embed" // the archive
	"io"
	"slices"
	"strings"
	"sync"
)

// archive has the places of the world, of which a part is unpacked when
// somebody first asks for it:
//
//	lands   a line for each country, sorted: code, alpha-3 code, name, names
//	names   the names of all countries, "name<TAB>code", sorted by Key
//	KR      a country: blocks of lines, between which there is an empty one.
//	        The first has its states, by name: code, "iso" or nothing, name,
//	        names. After it comes one for the cities of each state, or a single
//	        one: "name", or "other name<TAB>name", sorted by Key
//
// Fields are separated by tabs, and names are "ko=..." in a language or just
// other ones. It is made by the program in gen, of what places.LICENSE tells.
//
//go:generate go run ./gen
//go:embed places.zip
var archive string

// book is the archive when it is open.
type book struct {
	files     map[string]*zip.File
	lands     []string
	names     string
	divisions sync.Map // of *divisions, by country
}

// divisions are the states of a country and the cities of each; of a country
// without states there is one list of cities.
type divisions struct {
	states []State
	keys   [][]string // of each state: those of its code and of its names
	cities []string
}

var atlas = sync.OnceValue(func() *book {
	r, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil {
		panic("geo: " + err.Error())
	}
	return open(r)
})

func open(r *zip.Reader) *book {
	a := &book{files: make(map[string]*zip.File, len(r.File))}
	for _, f := range r.File {
		a.files[f.Name] = f
	}
	a.lands = strings.Split(a.text("lands"), "\n")
	a.names = a.text("names")
	return a
}

// text answers a file of the archive, "" where there is none.
func (a *book) text(name string) string {
	f, ok := a.files[name]
	if !ok {
		return ""
	}
	var b strings.Builder
	b.Grow(int(f.UncompressedSize64)) //nolint:gosec // of our own archive
	r, err := f.Open()
	if err == nil {
		_, err = io.Copy(&b, r) //nolint:gosec // as above
	}
	if err != nil {
		panic("geo: " + name + ": " + err.Error())
	}
	return b.String()
}

// landOf reads the line of a country, by a code that the archive has.
func landOf(code string) Land {
	lines := atlas().lands
	i, _ := slices.BinarySearchFunc(lines, code, func(line, code string) int { return strings.Compare(line[:len(code)], code) })
	fields := strings.Split(lines[i], "\t")
	return Land{Code: fields[0], Alpha3: fields[1], Name: fields[2], Names: namesOf(fields[3:]), PostalCode: postalCodes[code]}
}

// divisionsOf answers what a country is divided into, by its alpha-2 code.
func divisionsOf(country string) *divisions {
	a := atlas()
	if d, ok := a.divisions.Load(country); ok {
		return d.(*divisions)
	}
	d := &divisions{}
	if len(country) == len("KR") {
		if text := a.text(country); text != "" {
			d = divided(text)
			a.divisions.Store(country, d)
		}
	}
	return d
}

func divided(text string) *divisions {
	blocks := strings.Split(text, "\n\n")
	d := &divisions{cities: blocks[1:]}
	if blocks[0] == "" {
		return d
	}
	for row := range strings.SplitSeq(blocks[0], "\n") {
		fields := strings.Split(row, "\t")
		s := State{Code: fields[0], ISO: fields[1] != "", Name: fields[2], Names: namesOf(fields[3:])}
		keys := []string{Key(s.Code), Key(s.Name)}
		for _, name := range s.Names {
			keys = append(keys, Key(name))
		}
		d.states, d.keys = append(d.states, s), append(d.keys, keys)
	}
	return d
}

// namesOf reads names in languages; nil where there are none.
func namesOf(fields []string) map[string]string {
	var names map[string]string
	for _, f := range fields {
		if lang, name, ok := strings.Cut(f, "="); ok {
			if names == nil {
				names = make(map[string]string, len(fields))
			}
			names[lang] = name
		}
	}
	return names
}
