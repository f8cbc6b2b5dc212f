package console

import (
	"html/template"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/directory"
)

// preferencesPage is what the page of preferences shows beside the user.
type preferencesPage struct {
	Language  string
	Languages []choice
	Zones     template.HTML
	Now       time.Time
}

// choice is a language to choose.
type choice struct{ Tag, Name string }

func (v *visit) preferences() error { return v.open(v.preferencesView()) }

func (v *visit) preferencesView() *view {
	d := preferencesPage{Zones: zoneOptions(), Now: v.Env.Now()}
	for _, l := range languages {
		d.Languages = append(d.Languages, choice{l.tag, l.own})
		if v.user.Language == l.tag {
			d.Language = l.tag
		}
	}
	w := v.view("preferences", "preferences.title")
	w.Data = d
	return w
}

func (v *visit) savePreferences() error {
	language, zone, theme := v.posted("language"), v.posted("time_zone"), v.posted("theme")
	_, err := v.Directory.UpdateProfile(v.r.Context(), v.by, directory.Profile{Language: &language, TimeZone: &zone, Theme: &theme})
	if err != nil {
		return v.refuse(v.preferencesView(), err)
	}
	return v.done("/account/preferences", "saved")
}
