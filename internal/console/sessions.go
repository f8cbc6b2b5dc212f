package console

import "github.com/gatehouse-id/gatehouse/internal/iam"

// sessionsPage is what the page of sessions shows.
type sessionsPage struct {
	Sessions []sessionRow
	Others   bool // there are more than this one
}

// sessionRow is a session in a list.
type sessionRow struct {
	iam.Session
	Title  string
	Mobile bool
	This   bool
}

func (v *visit) sessions() error {
	all, err := v.Authn.Sessions(v.r.Context(), v.by)
	if err != nil {
		return err
	}
	d := sessionsPage{Others: len(all) > 1}
	for _, s := range all {
		row := sessionRow{Session: s, Title: v.words.describe(s.Client), This: s.ID == v.session.ID}
		if name := programs[s.Dialect]; !s.Pages && name != "" {
			row.Title = v.words.say("client.by", name, row.Title)
		}
		switch readClient(s.Client).System {
		case "iPhone", "iPad", "Android":
			row.Mobile = s.Pages
		}
		if row.This { // it comes first
			d.Sessions = append([]sessionRow{row}, d.Sessions...)
		} else {
			d.Sessions = append(d.Sessions, row)
		}
	}
	w := v.view("sessions", "sessions.title")
	w.Data = d
	return v.open(w)
}

// programs names the ways in that are not pages.
var programs = map[string]string{"netapp": "NetApp API", "fess": "Fess API", "ncloud": "Naver Cloud API", "cloudforet": "Cloudforet API"}

func (v *visit) endSession() error {
	err := v.Authn.EndSession(v.r.Context(), v.by, iam.SessionID(v.r.PostFormValue("id")))
	if err != nil && !iam.Is(err, iam.NotFound) { // NotFound: it has ended already
		return err
	}
	return v.done("/account/sessions", "session-ended")
}

func (v *visit) endOtherSessions() error {
	if _, err := v.Authn.EndOtherSessions(v.r.Context(), v.by); err != nil {
		return err
	}
	return v.done("/account/sessions", "sessions-ended")
}
