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
	Views     []box
}

// choice is a language to choose.
type choice struct{ Tag, Name string }

// box is something to tick.
type box struct {
	Name, Words string
	Ticked      bool
}

func (v *visit) preferences() error {
	w, err := v.preferencesView()
	if err != nil {
		return err
	}
	return v.open(w)
}

func (v *visit) preferencesView() (*view, error) {
	own, err := v.Directory.OwnSettings(v.r.Context(), v.by)
	if err != nil {
		return nil, err
	}
	d := preferencesPage{Zones: zoneOptions(), Now: v.Env.Now()}
	for _, l := range languages {
		d.Languages = append(d.Languages, choice{l.tag, l.own})
		if v.user.Language == l.tag {
			d.Language = l.tag
		}
	}
	for _, b := range viewBoxes {
		d.Views = append(d.Views, box{b.name, v.words.say(b.words), *b.of(&own.View)})
	}
	w := v.view("preferences", "preferences.title")
	w.Data = d
	return w, nil
}

func (v *visit) savePreferences() error {
	language, zone, theme := v.posted("language"), v.posted("time_zone"), v.posted("theme")
	_, err := v.Directory.UpdateProfile(v.r.Context(), v.by, directory.Profile{Language: &language, TimeZone: &zone, Theme: &theme})
	if err == nil {
		return v.done("/account/preferences", "saved")
	}
	w, errView := v.preferencesView()
	if errView != nil {
		return errView
	}
	return v.refuse(w, err)
}

// viewBoxes are what can be chosen of how other consoles look: the name of the
// box, the key of its words, and what it is of.
var viewBoxes = []struct {
	name  string
	words string
	of    func(*directory.View) *bool
}{
	{"advanced", "view.advanced", func(w *directory.View) *bool { return &w.Advanced }},
	{"expand", "view.expand", func(w *directory.View) *bool { return &w.AutoExpand }},
	{"master", "view.master", func(w *directory.View) *bool { return &w.Personas.Master }},
	{"dev-ops", "view.dev-ops", func(w *directory.View) *bool { return &w.Personas.DevOps }},
	{"net-ops", "view.net-ops", func(w *directory.View) *bool { return &w.Personas.NetOps }},
	{"sec-ops", "view.sec-ops", func(w *directory.View) *bool { return &w.Personas.SecOps }},
	{"developer", "view.developer", func(w *directory.View) *bool { return &w.Personas.Developer }},
	{"billing", "view.billing", func(w *directory.View) *bool { return &w.Personas.Billing }},
}

// saveView keeps which of the boxes are ticked: browsers send those only.
func (v *visit) saveView() error {
	var view directory.View
	for _, b := range viewBoxes {
		*b.of(&view) = v.r.PostForm.Has("view:" + b.name)
	}
	if err := v.Directory.SetView(v.r.Context(), v.by, view); err != nil {
		return err
	}
	return v.done("/account/preferences", "saved")
}
