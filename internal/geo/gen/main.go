// Command gen makes the archive of places of package geo: countries with their
// names from CLDR, states and cities from GeoNames. It must not be part of the
// server, which only reads what it has made.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"log"
	"os"
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/geo"
)

func main() {
	log.SetFlags(0)
	files, err := build()
	if err == nil {
		var archive []byte
		if archive, err = pack(files); err == nil {
			err = os.WriteFile("places.zip", archive, 0o600)
		}
	}
	if err != nil {
		log.Fatal(err)
	}
}

// build makes the files of the archive, by name.
func build() (map[string]string, error) {
	s, err := load()
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	files["lands"], files["names"] = lands()
	for _, code := range countries() {
		if text := s.country(code); text != "" {
			files[code] = text
		}
	}
	return files, nil
}

// pack makes a zip that is the same whenever and wherever it is made.
func pack(files map[string]string) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = io.WriteString(w, files[name])
		}
		if err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

// countries are the codes that package geo takes for one, sorted.
func countries() (codes []string) {
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			if code, ok := geo.Country(string(a) + string(b)); ok {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// sorted makes a text of lines by the keys of their first fields, without
// those that say nothing more.
func sorted(lines []string) string {
	key := func(l string) string {
		name, _, _ := strings.Cut(l, "\t")
		return geo.Key(name)
	}
	slices.SortFunc(lines, func(a, b string) int {
		if c := strings.Compare(key(a), key(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return strings.Join(slices.Compact(lines), "\n")
}
