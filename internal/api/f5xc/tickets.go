package f5xc

import (
	"context"
	"errors"
	"mime"
	"net/http"
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

// Support keeps tickets. Package support satisfies it.
type Support interface {
	Create(ctx context.Context, by iam.Actor, of iam.LinkKind, in support.NewTicket) (support.Ticket, error)
	Tickets(ctx context.Context, by iam.Actor, of iam.LinkKind) ([]support.Ticket, error)
	Ticket(ctx context.Context, by iam.Actor, of iam.LinkKind, id string) (support.Detail, error)
	Attachment(ctx context.Context, by iam.Actor, of iam.LinkKind, ticket, comment, id string) (support.Attachment, error)
	Comment(ctx context.Context, by iam.Actor, of iam.LinkKind, id string, in support.NewComment) error
	SetPriority(ctx context.Context, by iam.Actor, of iam.LinkKind, id string, p support.Priority) error
	Escalate(ctx context.Context, by iam.Actor, of iam.LinkKind, id string) error
	Close(ctx context.Context, by iam.Actor, of iam.LinkKind, id string) error
	Reopen(ctx context.Context, by iam.Actor, of iam.LinkKind, id string) error
	subscriptions
}

// maxTicketBody is for as many attachments as a comment may have, in Base64.
const maxTicketBody = support.MaxAttachments*support.MaxAttachment/3*4 + api.DefaultMaxBody

// desk are the operations on the tickets of the acting tenant and of those that
// it looks after in one way.
type desk struct {
	*dialect
	of       iam.LinkKind
	id, path string
	whose    string // in words
}

func (d *dialect) ticketOperations() []api.Operation {
	const root = "/api/web/namespaces/system/"
	return slices.Concat(
		desk{d, iam.LinkManaged, "managed-ticket", root + "managed_client/customer_supports", "the tenants that it manages"}.operations(),
		desk{d, iam.LinkChild, "child-ticket", root + "partner-management/customer_supports", "the tenants right below it"}.operations())
}

func (k desk) op(verb, method, path, summary string, needs iam.Permission) api.Op {
	return api.Op{ID: k.id + "." + verb, Methods: []string{method}, Paths: []string{k.path + path}, Access: api.Requires(needs),
		Tag: "Support tickets", Summary: summary}
}

// onOne describes an operation on one ticket.
func (k desk) onOne(verb, method, path, summary string, needs iam.Permission) api.Op {
	op := k.op(verb, method, "/{tp_id}"+path, summary, needs)
	op.Errors = []iam.Kind{iam.NotFound}
	return op
}

// change describes an operation that changes one ticket.
func (k desk) change(verb, summary, refusal string) api.Op {
	op := k.onOne(verb, http.MethodPost, "/"+verb, summary, iam.TicketsUpdate)
	op.Description = refusal
	op.RequestExample, op.ResponseExample = ticketName{exampleTicketID}, ticketAnswer{ticketOK}
	return op
}

func (k desk) operations() []api.Operation {
	list := k.op("list", http.MethodGet, "", "List tickets", iam.TicketsRead)
	list.Description = "Those of the acting tenant and of " + k.whose + ", the latest first, without their comments. Items always have get_spec."
	list.ResponseExample = exampleTicketList
	create := k.op("create", http.MethodPost, "", "Open a ticket", iam.TicketsCreate)
	create.Description = "For the acting tenant, or for the one of " + k.whose + " that relates_to names."
	create.Errors, create.MaxBody = []iam.Kind{iam.Precondition}, maxTicketBody
	create.RequestExample, create.ResponseExample = exampleTicketForm, exampleTicketMade
	get := k.onOne("get", http.MethodGet, "", "Get a ticket with its comments", iam.TicketsRead)
	get.ResponseExample = exampleTicketGot
	file := k.onOne("attachment", http.MethodGet, "/comment/{comment_id}/attachment/{attachment_id}", "Download a file of a comment", iam.TicketsRead)
	file.Description = "The file itself, to be saved. Who accepts application/json and not anything (*/*) gets it as this document says."
	file.ResponseExample = download{ContentType: "text/plain; charset=utf-8", Data: []byte("no route to host\n")}
	comment := k.change("comment", "Comment on a ticket", "E_NOT_OPEN: it is closed.")
	comment.Errors, comment.MaxBody = append(comment.Errors, iam.Precondition), maxTicketBody
	comment.RequestExample = exampleCommentForm
	priority := k.change("priority", "Change the priority of a ticket", "E_NOT_OPEN: it is closed.")
	priority.RequestExample = priorityForm{Priority: "PRIORITY_HIGH", TPID: exampleTicketID}
	return []api.Operation{
		api.Handle(list, k.list),
		api.Handle(create, k.create),
		api.Handle(get, k.get),
		api.Handle(file, k.attachment),
		api.Handle(comment, k.comment),
		api.Handle(priority, k.priority),
		api.Handle(k.change("escalate", "Escalate a ticket", "E_NOT_OPEN: it is closed. E_NOT_ELIGIBLE: it is urgent already, or the plan has no escalation."),
			k.changed(Support.Escalate)),
		api.Handle(k.change("close", "Close a ticket", "E_NOT_OPEN: it is closed already."), k.changed(Support.Close)),
		api.Handle(k.change("reopen", "Reopen a ticket", "E_NOT_CLOSED: it is neither closed nor solved."), k.changed(Support.Reopen)),
	}
}

// oneTicket is that of the path.
type oneTicket struct {
	ID string `path:"tp_id" doc:"The id of the ticket."`
}

// ticketName is a body that repeats it.
type ticketName struct {
	TPID string `json:"tp_id"`
}

func (k desk) list(ctx context.Context, c *api.Call, _ struct{}) (listAnswer, error) {
	found, err := k.Support.Tickets(ctx, c.Actor, k.of)
	if err != nil {
		return listAnswer{}, err
	}
	all := make([]shown, len(found))
	for i, ticket := range found {
		all[i], _ = ticketShown(ticket)
	}
	return listing{Fields: []string{}}.list(all), nil
}

func (k desk) create(ctx context.Context, c *api.Call, in struct {
	Body ticketForm `body:"required"`
}) (newObject, error) {
	wanted, err := in.Body.ticket()
	if err != nil {
		return newObject{}, err
	}
	made, err := k.Support.Create(ctx, c.Actor, k.of, wanted)
	if err != nil {
		return newObject{}, inWords(err, ticketNames)
	}
	d, err := k.Support.Ticket(ctx, c.Actor, k.of, string(made.ID))
	return detailShown(d), err
}

func (k desk) get(ctx context.Context, c *api.Call, in oneTicket) (newObject, error) {
	d, err := k.Support.Ticket(ctx, c.Actor, k.of, in.ID)
	return detailShown(d), err
}

// ticketResult is the vendor's word for what came of a change.
type ticketResult string

// Names implements message.Enum.
func (ticketResult) Names() []string {
	return []string{"EUNKNOWN", string(ticketOK), "E_NOT_CLOSED", "E_NOT_OPEN", "E_NOT_ELIGIBLE", string(ticketUnknown)}
}

const (
	ticketOK      ticketResult = "EOK"
	ticketUnknown ticketResult = "E_NOT_NOT_FOUND" // as the vendor has it
)

// refusals are the states that forbid a change, which are no errors here.
var refusals = map[iam.Reason]ticketResult{iam.ReasonNotOpen: "E_NOT_OPEN", iam.ReasonNotClosed: "E_NOT_CLOSED",
	iam.ReasonNotEligible: "E_NOT_ELIGIBLE"}

// ticketAnswer is what a change answers.
type ticketAnswer struct {
	Err ticketResult `json:"err"`
}

func ticketAnswerOf(err error) (ticketAnswer, error) {
	if e, ok := errors.AsType[*iam.Error](err); ok {
		if refusal, ok := refusals[e.Code]; ok {
			return ticketAnswer{refusal}, nil
		}
	}
	return ticketAnswer{ticketOK}, err
}

type commentForm struct {
	Attachments []ticketAttachment `json:"attachments,omitzero"`
	Comment     string             `json:"comment"`
	TPID        string             `json:"tp_id"`
}

func (k desk) comment(ctx context.Context, c *api.Call, in struct {
	oneTicket
	Body commentForm `body:"required"`
}) (ticketAnswer, error) {
	if err := repeats("tp_id", in.Body.TPID, in.ID); err != nil {
		return ticketAnswer{}, err
	}
	err := k.Support.Comment(ctx, c.Actor, k.of, in.ID, newComment(in.Body.Comment, in.Body.Attachments))
	return ticketAnswerOf(inWords(err, commentNames))
}

type priorityForm struct {
	Priority ticketPriority `json:"priority"`
	TPID     string         `json:"tp_id"`
}

func (k desk) priority(ctx context.Context, c *api.Call, in struct {
	oneTicket
	Body priorityForm `body:"required"`
}) (ticketAnswer, error) {
	if err := repeats("tp_id", in.Body.TPID, in.ID); err != nil {
		return ticketAnswer{}, err
	}
	p := word(in.Body.Priority.Names(), priorityPrefix, string(in.Body.Priority))
	return ticketAnswerOf(k.Support.SetPriority(ctx, c.Actor, k.of, in.ID, support.Priority(p)))
}

// changing is the input of a change that needs no more than the ticket.
type changing struct {
	oneTicket
	Body ticketName `body:"optional"`
}

// changed is the handler of such a change.
func (k desk) changed(do func(s Support, ctx context.Context, by iam.Actor, of iam.LinkKind, id string) error) func(context.Context, *api.Call, changing) (ticketAnswer, error) {
	return func(ctx context.Context, c *api.Call, in changing) (ticketAnswer, error) {
		if err := repeats("tp_id", in.Body.TPID, in.ID); err != nil {
			return ticketAnswer{}, err
		}
		return ticketAnswerOf(do(k.Support, ctx, c.Actor, k.of, in.ID))
	}
}

// download is a file, to be saved and not to be shown: it is what somebody has
// sent, and would be shown as if it came from here.
type download struct {
	ContentType string `json:"content_type"`
	Data        []byte `json:"data"`

	filename string
	asJSON   bool
}

// Raw is the file.
func (f download) Raw() []byte {
	if f.asJSON {
		return nil
	}
	return f.Data
}

// Headers say what it is, and let a browser do nothing with it but save it.
func (f download) Headers(h http.Header) {
	if f.asJSON {
		return
	}
	h.Set("Content-Type", f.ContentType)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.filename}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
}

func (k desk) attachment(ctx context.Context, c *api.Call, in struct {
	oneTicket
	Comment    string `path:"comment_id" doc:"The id of the comment."`
	Attachment string `path:"attachment_id" doc:"The id of the file."`
	Accept     string `header:"Accept"`
}) (download, error) {
	a, err := k.Support.Attachment(ctx, c.Actor, k.of, in.ID, in.Comment, in.Attachment)
	return download{ContentType: a.ContentType, Data: a.Content, filename: a.Filename,
		asJSON: asJSON(in.Accept)}, err
}
