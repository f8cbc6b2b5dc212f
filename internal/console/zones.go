package console

import (
	_ "embed"
	"strings"
)

// zoneNames are the time zones that people choose from, one a line, in order:
// those of zone.tab in the IANA time zone database (public domain), and UTC.
//
//go:embed zones.txt
var zoneNames string

// region is the time zones of a part of the world.
type region struct {
	Name  string
	Zones []zone
}

// zone is a time zone: its IANA name, and the place in it.
type zone struct{ Name, Place string }

// regions are all time zones, made once.
var regions = func() []region {
	var all []region
	for name := range strings.Lines(zoneNames) {
		name = strings.TrimSpace(name)
		part, place, ok := strings.Cut(name, "/")
		if !ok {
			part, place = "UTC", name
		}
		if len(all) == 0 || all[len(all)-1].Name != part {
			all = append(all, region{Name: part})
		}
		last := &all[len(all)-1]
		last.Zones = append(last.Zones, zone{Name: name, Place: strings.NewReplacer("_", " ", "/", " – ").Replace(place)})
	}
	return all
}()
