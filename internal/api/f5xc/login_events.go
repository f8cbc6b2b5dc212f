package f5xc

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// loginAuthn keeps the attempts to sign in of every dialect.
type loginAuthn interface {
	LoginEventsBetween(ctx context.Context, by iam.Actor, from, to time.Time, p iam.Page) (iam.List[iam.LoginEvent], error)
	LastLogins(ctx context.Context, by iam.Actor) ([]authn.LastLogin, error)
	InactiveUsers(ctx context.Context, by iam.Actor) ([]authn.LastLogin, error)
}

func (d *dialect) loginEventOperations() []api.Operation {
	const idm, tag = "/api/web/namespaces/system/tenant/idm/", "Login events"
	const paging = "Attempts that failed are among them, also those with names that nobody has. Latest first; first is how many are skipped, " +
		"max how many are answered: 100 where it is missing, at most 1000."
	return []api.Operation{
		api.Handle(api.Op{
			ID: "login.last", Methods: []string{http.MethodGet}, Paths: []string{idm + "events/last_login"}, Access: api.Requires(iam.UsersRead),
			Tag: tag, Summary: "Get when each user signed in last", Description: "Users who never have are not in it.",
			ResponseExample: lastLoginMap{map[string]*timestamp{exampleSelf.Email: timeOf(exampleTime)}},
		}, d.lastLogins),
		api.Handle(api.Op{
			ID: "login.list", Methods: []string{http.MethodGet}, Paths: []string{idm + "events/login"}, Access: api.Requires(iam.EventsRead),
			Tag: tag, Summary: "List attempts to sign in", Description: paging, ResponseExample: exampleLogins,
		}, d.listLogins),
		api.Handle(api.Op{
			ID: "login.list-in-time", Methods: []string{http.MethodPost}, Paths: []string{idm + "events/login_in_time"}, Access: api.Requires(iam.EventsRead),
			Tag: tag, Summary: "List attempts to sign in of a time", Description: paging + " Start and end are included.",
			RequestExample: loginWindow{Start: &exampleTime, Max: 10}, ResponseExample: exampleLogins,
		}, d.listLoginsInTime),
		api.Handle(api.Op{
			ID: "login.inactive-users", Methods: []string{http.MethodGet}, Paths: []string{idm + "users/inactive"}, Access: api.Requires(iam.UsersRead),
			Tag: tag, Summary: "List users who have not signed in for 90 days", Description: "Those who never have are among them.",
			ResponseExample: inactiveUsers{[]inactiveUser{{exampleSelf.Email}}},
		}, d.inactiveUsers),
	}
}

type lastLoginMap struct {
	Users map[string]*timestamp `json:"last_login_map"`
}

func (d *dialect) lastLogins(ctx context.Context, c *api.Call, _ struct{}) (lastLoginMap, error) {
	found, err := d.Authn.LastLogins(ctx, c.Actor)
	m := make(map[string]*timestamp, len(found))
	for _, l := range found {
		m[l.Username] = timeOf(l.At)
	}
	return lastLoginMap{m}, err
}

// loginEvent is one attempt to sign in.
type loginEvent struct {
	Method   string     `json:"auth_method"`
	Error    string     `json:"error"`
	Address  string     `json:"ip_address"`
	Session  string     `json:"session_id"`
	Time     *timestamp `json:"time,omitzero"`
	Username string     `json:"username"`
}

// loginMap has attempts by the name that was given.
type loginMap struct {
	Events map[string][]loginEvent `json:"login_events_map"`
}

var exampleLogins = loginMapOf([]iam.LoginEvent{{At: exampleTime, Username: exampleSelf.Email, Method: iam.MethodPassword,
	Address: "203.0.113.7", Session: "01890a5d-ac96-774b-bcce-b302099a8103"}})

func loginMapOf(events []iam.LoginEvent) loginMap {
	m := map[string][]loginEvent{}
	for _, e := range events {
		name := folded(e.Username)
		m[name] = append(m[name], loginEvent{Method: string(e.Method), Error: e.Reason, Address: e.Address, Session: string(e.Session),
			Time: timeOf(e.At), Username: e.Username})
	}
	return loginMap{m}
}

// How many attempts one answer has.
const (
	defaultLogins = 100
	mostLogins    = 1000
)

func (d *dialect) listLogins(ctx context.Context, c *api.Call, in struct {
	First int32 `query:"first" doc:"How many are skipped."`
	Max   int32 `query:"max" doc:"How many are answered."`
}) (loginMap, error) {
	return d.logins(ctx, c.Actor, loginWindow{First: in.First, Max: in.Max})
}

// loginWindow says which attempts are wanted.
type loginWindow struct {
	End   *time.Time `json:"end,omitzero"`
	First int32      `json:"first"`
	Max   int32      `json:"max"`
	Start *time.Time `json:"start,omitzero"`
}

func (d *dialect) listLoginsInTime(ctx context.Context, c *api.Call, in struct {
	Body loginWindow `body:"required"`
}) (loginMap, error) {
	return d.logins(ctx, c.Actor, in.Body)
}

func (d *dialect) logins(ctx context.Context, by iam.Actor, w loginWindow) (loginMap, error) {
	if w.First < 0 {
		return loginMap{}, notAs("first", "0 or more", strconv.Itoa(int(w.First)))
	}
	if w.Max < 0 || w.Max > mostLogins {
		return loginMap{}, notAs("max", "from 0 to "+strconv.Itoa(mostLogins), strconv.Itoa(int(w.Max)))
	}
	var from, to time.Time
	if w.Start != nil {
		from = *w.Start
	}
	if w.End != nil {
		to = *w.End
	}
	found, err := d.Authn.LoginEventsBetween(ctx, by, from, to, iam.Page{Offset: int(w.First), Limit: int(cmp.Or(w.Max, defaultLogins))})
	if err != nil {
		return loginMap{}, inWords(err, map[string]string{"from": "start", "to": "end"})
	}
	return loginMapOf(found.Items), nil
}

type inactiveUsers struct {
	Users []inactiveUser `json:"users"`
}

// inactiveUser names a user by the address, or by the name where there is none.
type inactiveUser struct {
	Email string `json:"email"`
}

func (d *dialect) inactiveUsers(ctx context.Context, c *api.Call, _ struct{}) (inactiveUsers, error) {
	found, err := d.Authn.InactiveUsers(ctx, c.Actor)
	users := make([]inactiveUser, len(found))
	for i, l := range found {
		users[i].Email = cmp.Or(l.Email, l.Username)
	}
	return inactiveUsers{users}, err
}
