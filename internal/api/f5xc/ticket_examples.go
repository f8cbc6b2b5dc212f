package f5xc

import (
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/support"
)

const exampleTicketID = "01890a5d-ac96-774b-bcce-b302099a8057"

var (
	exampleAuthor = support.Author{User: "01890a5d-ac96-774b-bcce-b302099a8001", Home: "1", Name: "Kim Lee", Email: "kim@example.com"}
	exampleTicket = support.Ticket{ID: exampleTicketID, Tenant: "1", TenantCode: "acme", Author: exampleAuthor, Status: support.StatusOpen,
		Content: support.Content{Subject: "Nothing loads", Description: "Since nine o'clock", Type: "incident-support",
			Topic: "incident-support-topic-partial-outage", Service: "load-balancers", Ongoing: true, Priority: support.PriorityHigh},
		Created: exampleTime, Updated: exampleTime, Version: 2}
	exampleTicketShown, _ = ticketShown(exampleTicket)

	exampleTicketForm = ticketForm{Metadata: &objectMeta{Name: "outage", Namespace: iam.NamespaceSystem}, Spec: ticketSpecForm{
		Subject: "Nothing loads", Description: "Since nine o'clock", Type: "TYPE_INCIDENT_SUPPORT",
		Topic: "INCIDENT_SUPPORT_TOPIC_PARTIAL_OUTAGE", Service: "SS_LOAD_BALANCERS", Priority: "PRIORITY_HIGH", Ongoing: true,
		RelatesTo: []objectRef{{Tenant: "acme"}}}}
	exampleTicketMade = detailShown(support.Detail{Ticket: exampleTicket})
	exampleTicketGot  = detailShown(support.Detail{Ticket: exampleTicket, Comments: []support.Comment{{
		ID: "01890a5d-ac96-774b-bcce-b302099a8002", Text: "The log is attached.", Author: exampleAuthor, Created: exampleTime,
		Attachments: []support.Attachment{{ID: "01890a5d-ac96-774b-bcce-b302099a8003", Filename: "front.log",
			ContentType: "text/plain; charset=utf-8"}}}}})
	exampleTicketList  = listing{Fields: []string{}}.list([]shown{exampleTicketShown})
	exampleCommentForm = commentForm{Comment: "The log is attached.", TPID: exampleTicketID,
		Attachments: []ticketAttachment{{Filename: "front.log", Content: []byte("no route to host\n")}}}
)
