package f5xc

import (
	"cmp"
	"html"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

// kindTicket is what references call a ticket.
const kindTicket = "customer_support"

// ticketForm is a request to open a ticket.
type ticketForm struct {
	Metadata *objectMeta    `json:"metadata,omitzero"`
	Spec     ticketSpecForm `json:"spec"`
}

// ticketSpecForm is what a new ticket is about. Its status and its id are not
// for the caller to say.
type ticketSpecForm struct {
	Category    string          `json:"category"`
	Comments    []ticketComment `json:"comments,omitzero"`
	Description string          `json:"description"`
	Ongoing     bool            `json:"ongoing"`
	Priority    ticketPriority  `json:"priority"`
	ProductData string          `json:"product_data"`
	RelatesTo   []objectRef     `json:"relates_to,omitzero" doc:"A reference of kind customer_support is to the ticket that this one follows up; the tenant of a reference, where it is one that the caller's looks after, is that for which the ticket is opened."`
	Service     ticketService   `json:"service"`
	Status      ticketStatus    `json:"status" doc:"Not looked at: a ticket begins as STATUS_NEW."`
	Subject     string          `json:"subject"`
	Timeline    string          `json:"timeline"`
	Topic       ticketTopic     `json:"topic"`
	TPID        string          `json:"tp_id" doc:"Not looked at."`
	Type        ticketType      `json:"type"`
}

// ticketComment is a comment, in requests and answers. Of one in a request
// plain_text counts, and filename and attachment of its files.
type ticketComment struct {
	AttachmentIDs []string           `json:"attachment_ids,omitzero"`
	Attachments   []ticketAttachment `json:"attachments_info,omitzero"`
	AuthorEmail   string             `json:"author_email"`
	AuthorName    string             `json:"author_name"`
	Created       *time.Time         `json:"created_at,omitzero"`
	HTML          string             `json:"html"`
	Text          string             `json:"plain_text"`
	ID            string             `json:"comment_id"`
}

// ticketAttachment is a file. In answers its content is absent.
type ticketAttachment struct {
	Content     []byte `json:"attachment,omitzero"`
	ContentType string `json:"content_type"`
	Filename    string `json:"filename"`
	TPID        string `json:"tp_id"`
}

// ticketSpec is a ticket as it is shown.
type ticketSpec struct {
	AuthorName   string          `json:"author_name"`
	Category     string          `json:"category"`
	Comments     []ticketComment `json:"comments,omitzero"`
	Created      *timestamp      `json:"created_at"`
	CustomFields []string        `json:"custom_fields"`
	Description  string          `json:"description"`
	Escalated    bool            `json:"escalated"`
	Followups    []objectRef     `json:"followups"`
	Ongoing      bool            `json:"ongoing"`
	Priority     ticketPriority  `json:"priority"`
	ProductData  string          `json:"product_data"`
	RelatesTo    []objectRef     `json:"relates_to"`
	Service      ticketService   `json:"service"`
	Status       ticketStatus    `json:"status"`
	Subject      string          `json:"subject"`
	Tags         []string        `json:"tags"`
	Timeline     string          `json:"timeline"`
	Topic        ticketTopic     `json:"topic"`
	TPID         string          `json:"tp_id"`
	Type         ticketType      `json:"type"`
	Updated      *timestamp      `json:"update_at"`
	User         []objectRef     `json:"user"`
}

// ticketNames are the vendor's words for what the core calls otherwise.
var ticketNames = map[string]string{"name": "metadata.name", "labels": "metadata.labels", "annotations": "metadata.annotations",
	"metadata_description": "metadata.description", "subject": "spec.subject", "description": "spec.description", "category": "spec.category",
	"timeline": "spec.timeline", "product_data": "spec.product_data", "priority": "spec.priority", "relates_to": "spec.relates_to",
	"comments": "spec.comments"}

// commentNames are those for comments.
var commentNames = map[string]string{"text": "comment"}

// ticket is what the form says. Invalid: another namespace than system.
func (f ticketForm) ticket() (support.NewTicket, error) {
	s := f.Spec
	in := support.NewTicket{Content: support.Content{Subject: s.Subject, Description: s.Description,
		Type: word(s.Type.Names(), typePrefix, string(s.Type)), Topic: word(s.Topic.Names(), "", string(s.Topic)),
		Service: word(s.Service.Names(), servicePrefix, string(s.Service)), Category: s.Category, Timeline: s.Timeline,
		ProductData: s.ProductData, Ongoing: s.Ongoing, Priority: support.Priority(word(s.Priority.Names(), priorityPrefix, string(s.Priority)))}}
	for _, r := range s.RelatesTo {
		in.RelatesTo = append(in.RelatesTo, support.Ref{Kind: r.Kind, Namespace: r.Namespace, Name: r.Name, UID: r.UID, Tenant: r.Tenant})
	}
	for _, c := range s.Comments {
		in.Comments = append(in.Comments, newComment(c.Text, c.Attachments))
	}
	if m := f.Metadata; m != nil {
		if err := repeats("metadata.namespace", m.Namespace, iam.NamespaceSystem); err != nil {
			return in, err
		}
		in.Metadata = support.Metadata{Name: m.Name, Description: m.Description, Labels: m.Labels, Annotations: m.Annotations}
	}
	return in, nil
}

func newComment(text string, files []ticketAttachment) support.NewComment {
	c := support.NewComment{Text: text}
	for _, f := range files {
		c.Attachments = append(c.Attachments, support.NewAttachment{Filename: f.Filename, Content: f.Content})
	}
	return c
}

// ticketShown shows a ticket, in lists without its comments and what follows it.
func ticketShown(k support.Ticket) (shown, ticketSpec) {
	user := objectRef{Kind: kindUser, Name: cmp.Or(k.Author.Email, k.Author.Name), Namespace: iam.NamespaceSystem, UID: string(k.Author.User)}
	if k.Author.Home == k.Tenant {
		user.Tenant = k.TenantCode
	}
	spec := ticketSpec{AuthorName: k.Author.Name, Category: k.Category, Created: timeOf(k.Created), CustomFields: []string{},
		Description: k.Content.Description, Escalated: k.Escalated, Followups: []objectRef{}, Ongoing: k.Ongoing, ProductData: k.ProductData,
		Priority: ticketPriority(nameOf(ticketPriority("").Names(), priorityPrefix, string(k.Priority))), RelatesTo: []objectRef{},
		Service: ticketService(nameOf(ticketService("").Names(), servicePrefix, k.Service)),
		Status:  ticketStatus(nameOf(ticketStatus("").Names(), statusPrefix, string(k.Status))), Subject: k.Subject, Tags: []string{},
		Timeline: k.Timeline, Topic: ticketTopic(nameOf(ticketTopic("").Names(), "", k.Topic)), TPID: string(k.ID),
		Type: ticketType(nameOf(ticketType("").Names(), typePrefix, k.Type)), Updated: timeOf(k.Updated), User: []objectRef{user}}
	for _, r := range k.RelatesTo {
		spec.RelatesTo = append(spec.RelatesTo, objectRef{Kind: r.Kind, Name: r.Name, Namespace: r.Namespace, Tenant: r.Tenant, UID: r.UID})
	}
	return shown{kind: kindTicket, spec: spec,
		meta: objectMeta{Name: cmp.Or(k.Name, string(k.ID)), Namespace: iam.NamespaceSystem, Labels: tags(k.Labels), Annotations: tags(k.Annotations),
			Description: k.Metadata.Description},
		system: systemMeta{UID: string(k.ID), Created: timeOf(k.Created), Modified: timeOf(k.Updated), CreatorClass: creatorClass(k.Author.User),
			CreatorID: cmp.Or(k.Author.Email, k.Author.Name), Tenant: k.TenantCode, Finalizers: []string{}}}, spec
}

// detailShown shows a ticket with all that belongs to it.
func detailShown(d support.Detail) newObject {
	s, spec := ticketShown(d.Ticket)
	spec.Comments = make([]ticketComment, len(d.Comments))
	for i, c := range d.Comments {
		spec.Comments[i] = commentShown(c)
	}
	for _, id := range d.Followups {
		spec.Followups = append(spec.Followups, objectRef{Kind: kindTicket, Name: string(id), Namespace: iam.NamespaceSystem, Tenant: d.TenantCode,
			UID: string(id)})
	}
	return newObject{Metadata: s.meta, Spec: spec, System: s.system}
}

func commentShown(c support.Comment) ticketComment {
	shown := ticketComment{AttachmentIDs: []string{}, Attachments: []ticketAttachment{}, AuthorEmail: c.Author.Email, AuthorName: c.Author.Name,
		Created: &c.Created, HTML: "<p>" + strings.ReplaceAll(html.EscapeString(c.Text), "\n", "<br>") + "</p>", Text: c.Text, ID: string(c.ID)}
	for _, a := range c.Attachments {
		shown.AttachmentIDs = append(shown.AttachmentIDs, a.ID)
		shown.Attachments = append(shown.Attachments, ticketAttachment{ContentType: a.ContentType, Filename: a.Filename, TPID: a.ID})
	}
	return shown
}
