package console

import (
	"strconv"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// historyPage is what the page of the history of sign-ins shows.
type historyPage struct {
	Events       []eventRow
	Newer, Older int // pages; 0 is none
}

// eventRow is an attempt to sign in, in a list.
type eventRow struct {
	iam.LoginEvent
	Client string
	Method string
	Good   bool
}

const (
	eventsPerPage = 20
	mostPages     = 100
)

func (v *visit) history() error {
	page, _ := strconv.Atoi(v.r.FormValue("page")) // 0 where it is no number
	page = min(max(page, 1), mostPages)
	events, err := v.Authn.LoginEvents(v.r.Context(), v.by, v.by.User,
		iam.Page{Limit: eventsPerPage + 1, Offset: (page - 1) * eventsPerPage})
	if err != nil {
		return err
	}
	d := historyPage{Newer: page - 1}
	for i, e := range events.Items {
		if i == eventsPerPage {
			d.Older = page + 1
			break
		}
		method, ok := methodWords[e.Method]
		if !ok {
			method = "method.other"
		}
		row := eventRow{LoginEvent: e, Client: v.words.describe(e.Client), Method: v.words.say(method), Good: e.Result == iam.LoginSuccess}
		if name := programs[e.Dialect]; name != "" {
			row.Client = v.words.say("client.by", name, row.Client)
		}
		d.Events = append(d.Events, row)
	}
	w := v.view("history", "history.title")
	w.Data = d
	return v.open(w)
}

var methodWords = map[iam.AuthMethod]string{
	iam.MethodPassword: "method.password", iam.MethodOTP: "method.totp", iam.MethodEmail: "method.email",
	iam.MethodPasskey: "method.passkey", iam.MethodRecovery: "method.recovery", iam.MethodProvider: "method.provider",
}

// notMeEvent is for who sees a sign-in that was not theirs: all other sessions
// have ended by the answer, and a new password is asked for.
func (v *visit) notMeEvent() error {
	if err := v.Authn.NotMe(v.r.Context(), v.by, iam.EventID(v.r.PostFormValue("id"))); err != nil {
		return err
	}
	return v.done("/account/password", "not-me")
}
