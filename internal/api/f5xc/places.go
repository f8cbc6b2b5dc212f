package f5xc

import (
	"context"
	"net/http"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/geo"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// placeOperations are in two families, for who has signed in and for everybody.
func (d *dialect) placeOperations() []api.Operation {
	return append(placesAt("place.", "/api/web/custom", api.SignedIn()), placesAt("place.public.", "/no_auth", api.Public())...)
}

// longestPrefix is of names of places, in characters.
const longestPrefix = 128

func placesAt(id, below string, who api.Access) []api.Operation {
	const how = "By the beginning of a name in any language that is known, in whatever case and with or without accents; names in English first. One character is enough."
	op := func(what, path, summary string, example any) api.Op {
		return api.Op{ID: id + what, Methods: []string{http.MethodGet}, Paths: []string{below + path}, Access: who, Tag: "Places",
			Summary: summary, Description: how, Errors: []iam.Kind{iam.NotFound}, ResponseExample: example}
	}
	keep := keepPrivate
	if who.IsPublic() {
		keep = keepPublic
	}
	return []api.Operation{
		api.Handle(op("countries", "/countries/{prefix}", "Find countries",
			countryList{Countries: []countryItem{{Code: "KR", Name: "South Korea", Info: countryInfo{Alpha3: "KOR", ZipCode: `^(?:\d{5}|\d{3}-\d{3})$`,
				Names: map[string]string{"ko": "대한민국"}}}}}),
			func(_ context.Context, _ *api.Call, in placePrefix) (countryList, error) {
				return countryList{countriesNamed(in.Prefix), keep}, in.check()
			}),
		api.Handle(op("states", "/countries/{country_code}/states/{prefix}", "Find states of a country",
			stateList{States: []stateItem{{Code: "11", Name: "Seoul", Info: stateInfo{ISO: "KR-11", Names: map[string]string{"ko": "서울특별시"}}}}, Error: "EOK"}),
			func(_ context.Context, _ *api.Call, in struct {
				inCountry
				placePrefix
			}) (stateList, error) {
				country, err := in.country()
				if err == nil {
					err = in.check()
				}
				if err != nil {
					return stateList{}, err
				}
				return statesNamed(keep, country, in.Prefix), nil
			}),
		api.Handle(op("cities", "/countries/{country_code}/states/{state_code}/cities/{prefix}", "Find cities of a state",
			cityList{Cities: []cityItem{{Name: "Suwon", Info: cityInfo{Matched: "수원시"}}}, Error: "EOK"}),
			func(_ context.Context, _ *api.Call, in struct {
				inCountry
				State string `path:"state_code" doc:"As the states have it. Of a country without states whatever one likes."`
				placePrefix
			}) (cityList, error) {
				country, err := in.country()
				if err == nil {
					err = in.check()
				}
				if err != nil {
					return cityList{}, err
				}
				return citiesNamed(keep, country, in.State, in.Prefix)
			}),
	}
}

type placePrefix struct {
	Prefix string `path:"prefix" doc:"The first characters of a name."`
}

func (p placePrefix) check() error {
	var c iam.Checker
	c.Length("prefix", p.Prefix, 1, longestPrefix)
	return c.Err()
}

type inCountry struct {
	Code string `path:"country_code" doc:"Two letters (ISO 3166-1 alpha-2), or three."`
}

// country answers the code of two letters. NotFound.
func (in inCountry) country() (string, error) {
	code, ok := geo.Country(in.Code)
	if !ok {
		return "", iam.E(iam.NotFound, "there is no such country")
	}
	return code, nil
}

// How long places may be kept, which change with the program only: what
// everybody may know also by whoever passes it on.
const (
	keepPublic  = "public, max-age=86400"
	keepPrivate = "private, max-age=86400"
)

type countryList struct {
	Countries []countryItem `json:"countries"`

	keep string
}

// Headers say how long it may be kept.
func (l countryList) Headers(h http.Header) { h.Set("Cache-Control", l.keep) }

type countryItem struct {
	Info countryInfo `json:"additional_info"`
	Code string      `json:"country_code"`
	Name string      `json:"country_name"`
}

type countryInfo struct {
	Alpha3  string            `json:"alpha3_code"`
	ZipCode string            `json:"zip_code_regexp,omitzero" doc:"What postal codes in upper case match (RE2). Absent: there are none, or their form is not known."`
	Names   map[string]string `json:"names,omitzero" doc:"By language (BCP 47)."`
}

func countriesNamed(prefix string) []countryItem {
	lands := geo.Lands(prefix)
	items := make([]countryItem, len(lands))
	for i, l := range lands {
		items[i] = countryItem{Code: l.Code, Name: l.Name, Info: countryInfo{Alpha3: l.Alpha3, Names: l.Names}}
		if l.PostalCode != "" {
			items[i].Info.ZipCode = "^(?:" + l.PostalCode + ")$"
		}
	}
	return items
}

type stateList struct {
	States []stateItem `json:"states"`
	Error  string      `json:"error_code" doc:"EOK, or ENO_STATES where the country has none at all."`

	keep string
}

// Headers say how long it may be kept.
func (l stateList) Headers(h http.Header) { h.Set("Cache-Control", l.keep) }

type stateItem struct {
	Info stateInfo `json:"additional_info"`
	Code string    `json:"state_code"`
	Name string    `json:"state_name"`
}

type stateInfo struct {
	ISO   string            `json:"iso_3166_2,omitzero" doc:"Absent: the code is one of GeoNames."`
	Names map[string]string `json:"names,omitzero" doc:"By language (BCP 47)."`
}

func statesNamed(keep, country, prefix string) stateList {
	states, divided := geo.States(country, prefix)
	list := stateList{keep: keep, States: make([]stateItem, len(states)), Error: "EOK"}
	if !divided {
		list.Error = "ENO_STATES"
	}
	for i, s := range states {
		list.States[i] = stateItem{Code: s.Code, Name: s.Name, Info: stateInfo{Names: s.Names}}
		if s.ISO {
			list.States[i].Info.ISO = country + "-" + s.Code
		}
	}
	return list
}

type cityList struct {
	Cities []cityItem `json:"cities"`
	Error  string     `json:"error_code" doc:"EOK, or ENO_CITIES where none is known in the state."`

	keep string
}

// Headers say how long it may be kept.
func (l cityList) Headers(h http.Header) { h.Set("Cache-Control", l.keep) }

type cityItem struct {
	Info cityInfo `json:"additional_info"`
	Name string   `json:"city_name"`
}

type cityInfo struct {
	Matched string `json:"matched_name,omitzero" doc:"Another name of it, which begins so."`
}

// citiesNamed answers NotFound for a state that the country does not have.
func citiesNamed(keep, country, state, prefix string) (cityList, error) {
	cities, some, ok := geo.Cities(country, state, prefix)
	if !ok {
		return cityList{}, iam.E(iam.NotFound, "the country has no such state")
	}
	list := cityList{keep: keep, Cities: make([]cityItem, len(cities)), Error: "EOK"}
	if !some {
		list.Error = "ENO_CITIES"
	}
	for i, c := range cities {
		list.Cities[i] = cityItem{Name: c.Name, Info: cityInfo{Matched: c.Matched}}
	}
	return list, nil
}
