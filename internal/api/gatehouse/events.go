package gatehouse

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/audit"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Audit answers what was done. Package audit satisfies it.
type Audit interface {
	Events(ctx context.Context, by iam.Actor, f audit.Filter, p iam.Page) (iam.List[iam.Event], error)
	History(ctx context.Context, by iam.Actor, f audit.HistoryFilter) ([]audit.Access, error)
}

// Tenancy finds tenants. Package tenancy satisfies it.
type Tenancy interface {
	KnownTenant(ctx context.Context, name string) (iam.Tenant, error)
}

func (d *dialect) eventOperations() []api.Operation {
	const tag = "Audit trail"
	return []api.Operation{
		api.Handle(api.Op{
			ID: "event.list", Methods: []string{http.MethodGet}, Paths: []string{"/api/gatehouse/v1/events"}, Access: api.Requires(iam.EventsRead),
			Tag: tag, Summary: "List what was done in the tenant, the latest first",
			Description:     "Whoever comes from another tenant is told with that tenant, and by which relation they came.",
			ResponseExample: eventListExample,
		}, d.events),
		api.Handle(api.Op{
			ID: "access_history.list", Methods: []string{http.MethodGet}, Paths: []string{"/api/gatehouse/v1/access-history"},
			Access: api.Requires(iam.EventsRead), Tag: tag, Summary: "List who of other tenants could act in the tenant, and when",
			Description: "Read from the audit trails of the tenant and of those that the relations are with, as far back as these are kept. " +
				"The latest first.",
			ResponseExample: historyExample,
		}, d.accessHistory),
	}
}

type event struct {
	ID        iam.EventID       `json:"id"`
	At        time.Time         `json:"at"`
	Actor     eventActor        `json:"actor"`
	Action    string            `json:"action" doc:"What was done to what, as user.create."`
	Object    string            `json:"object" doc:"The kind of thing that it was done to."`
	ObjectID  string            `json:"object_id"`
	Name      string            `json:"name" doc:"Of the thing, as it was then."`
	Address   string            `json:"address,omitzero" doc:"The client's."`
	RequestID string            `json:"request_id,omitzero"`
	Details   map[string]string `json:"details,omitzero"`
}

type eventActor struct {
	ID         iam.UserID     `json:"id,omitzero" doc:"Absent: Gatehouse itself, or its operator at the command line."`
	Name       string         `json:"name"`
	Method     iam.AuthMethod `json:"method" doc:"How they had proved who they are."`
	HomeTenant *tenantRef     `json:"home_tenant,omitzero" doc:"Where they came from another tenant."`
	Reach      iam.Reach      `json:"reach,omitzero" doc:"By which relation they came: below, tree, delegation or support."`
}

type tenantRef struct {
	ID   iam.TenantID `json:"id"`
	Code string       `json:"code,omitzero"`
}

func eventOf(e iam.Event) event {
	out := event{ID: e.ID, At: e.At, Actor: eventActor{ID: e.ActorID, Name: e.ActorName, Method: e.Method}, Action: e.Action, Object: e.Object,
		ObjectID: e.ObjectID, Name: e.Name, Address: e.Address, RequestID: e.RequestID}
	for k, v := range e.Details {
		switch k {
		case iam.DetailHome, iam.DetailHomeCode, iam.DetailReach:
			continue // told of the actor
		}
		if out.Details == nil {
			out.Details = map[string]string{}
		}
		out.Details[k] = v
	}
	if home := e.Details[iam.DetailHome]; home != "" {
		out.Actor.HomeTenant = &tenantRef{iam.TenantID(home), e.Details[iam.DetailHomeCode]}
		out.Actor.Reach = iam.Reach(e.Details[iam.DetailReach])
	}
	return out
}

type eventList struct {
	Items []event `json:"items"`
	Next  string  `json:"next,omitzero" doc:"What after takes for the next page. Absent: there is none."`
}

// span is the time that a question is about.
type span struct {
	Since string `query:"since" doc:"From this time on (RFC 3339)."`
	Until string `query:"until" doc:"Before this time (RFC 3339)."`
}

func (d *dialect) events(ctx context.Context, c *api.Call, in struct {
	span
	Actor    string `query:"actor" doc:"Id of the user who did it."`
	Object   string `query:"object" doc:"The kind of thing that it was done to, as user."`
	ObjectID string `query:"object_id"`
	Action   string `query:"action" doc:"As user.create."`
	Home     string `query:"home_tenant" doc:"Code or id of the tenant from which the actor came."`
	After    string `query:"after" doc:"next of the page before."`
	Limit    int    `query:"limit" doc:"At most so many. Absent: 100."`
}) (eventList, error) {
	var check iam.Checker
	f := audit.Filter{Actor: iam.UserID(in.Actor), Object: in.Object, ObjectID: in.ObjectID, Action: in.Action,
		From: timeIn(&check, "since", in.Since), To: timeIn(&check, "until", in.Until)}
	p := iam.Page{After: cursorIn(in.After), Limit: in.Limit}
	if in.Limit < 0 || in.Limit > iam.MaxPage {
		check.Add("limit", iam.ReasonFormat, "limit must be between 1 and %d", iam.MaxPage)
	}
	if err := check.Err(); err != nil {
		return eventList{}, err
	}
	list := eventList{Items: []event{}}
	if in.Home != "" {
		if f.Home = iam.TenantID(in.Home); !iam.ValidID(in.Home) {
			switch t, err := d.Tenancy.KnownTenant(ctx, in.Home); {
			case iam.Is(err, iam.NotFound):
				return list, nil // nobody comes from there
			case err != nil:
				return eventList{}, err
			default:
				f.Home = t.ID
			}
		}
	}
	found, err := d.Audit.Events(ctx, c.Actor, f, p)
	if err != nil {
		return eventList{}, err
	}
	for _, e := range found.Items {
		list.Items = append(list.Items, eventOf(e))
	}
	if found.Next != (iam.Cursor{}) {
		list.Next = found.Next.Key + "_" + found.Next.ID
	}
	return list, nil
}

// cursorIn reads a position in a list. Whether it is one is for the list to say.
func cursorIn(text string) iam.Cursor {
	key, id, _ := strings.Cut(text, "_")
	return iam.Cursor{Key: key, ID: id}
}

// timeIn reads a time, zero where there is none.
func timeIn(c *iam.Checker, path, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		c.Add(path, iam.ReasonFormat, "%s must be a time such as 2026-11-22T08:20:00Z (RFC 3339)", path)
	}
	return t
}

type accessed struct {
	Relation   iam.Reach       `json:"relation" doc:"tree: from a tenant above; delegation: from one that manages this one; support: from the support tenant of the installation."`
	Tenant     *tenantRef      `json:"tenant,omitzero" doc:"Whose people. Absent with support: whichever tenant the operator named then."`
	Group      *named          `json:"group,omitzero" doc:"Of that tenant, under the name that it had: its members could."`
	Groups     []string        `json:"groups,omitzero" doc:"Of this tenant, by name: what the members had."`
	Everything bool            `json:"everything,omitzero"`
	Support    iam.SupportMode `json:"support,omitzero" doc:"read, write or namespaces."`
	Namespaces []string        `json:"namespaces,omitzero"`
	Via        []string        `json:"via,omitzero" doc:"Codes of the tenants between, from the upper ones on."`
	From       time.Time       `json:"from,omitzero" doc:"Absent: since before what the trail tells."`
	To         time.Time       `json:"to,omitzero" doc:"Absent: it has not ended."`
	By         string          `json:"by,omitzero" doc:"Who made it so."`
	TenantGone bool            `json:"tenant_gone,omitzero" doc:"The tenant is not there any more, and with it what would tell of the group and of the end."`
}

func accessedOf(a audit.Access) accessed {
	out := accessed{Relation: a.Relation, Groups: a.Groups, Everything: a.Owner, Support: a.Support.Mode, Namespaces: a.Support.Namespaces,
		Via: a.Via, From: a.From, To: a.To, By: a.By, TenantGone: a.Gone}
	if a.Tenant.ID != "" {
		out.Tenant = &tenantRef{a.Tenant.ID, a.Tenant.Name}
	}
	if a.Group.ID != "" {
		out.Group = &named{string(a.Group.ID), a.Group.Name}
	}
	return out
}

type history struct {
	Items []accessed `json:"items"`
}

func (d *dialect) accessHistory(ctx context.Context, c *api.Call, in struct {
	span
	At string `query:"at" doc:"What held at this time (RFC 3339), instead of since and until."`
}) (history, error) {
	var check iam.Checker
	f := audit.HistoryFilter{From: timeIn(&check, "since", in.Since), To: timeIn(&check, "until", in.Until)}
	if in.At != "" {
		f.From = timeIn(&check, "at", in.At)
		f.To = f.From.Add(time.Microsecond) // the clock's tick
		if in.Since != "" || in.Until != "" {
			check.Add("at", iam.ReasonFormat, "at must not be given together with since or until")
		}
	}
	if err := check.Err(); err != nil {
		return history{}, err
	}
	found, err := d.Audit.History(ctx, c.Actor, f)
	if err != nil {
		return history{}, err
	}
	list := history{Items: make([]accessed, len(found))}
	for i, a := range found {
		list.Items[i] = accessedOf(a)
	}
	return list, nil
}
