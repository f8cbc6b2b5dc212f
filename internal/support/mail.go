package support

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// jobMail is the kind of the jobs that tell people of a change by mail.
const jobMail = "ticket.mail"

// news is what such a job tells.
type news struct {
	What string       `json:"what"`
	By   string       `json:"by"`
	User iam.UserID   `json:"user,omitempty"`
	Home iam.TenantID `json:"home"`
	At   time.Time    `json:"at"`
}

// mailing answers the job that tells of a change, to be written with it.
func (s *Service) mailing(by iam.Actor, k Ticket, what string) iam.Job {
	payload, err := json.Marshal(news{What: what, By: by.Username, User: by.User, Home: by.Home, At: k.Updated})
	if err != nil {
		panic("support: " + err.Error()) // texts and a time always are JSON
	}
	return s.Queue.Prepare(iam.Job{Kind: jobMail, ObjectID: string(k.ID), Payload: payload})
}

// Runners are what this package does for jobs, by kind.
func (s *Service) Runners() map[string]func(context.Context, iam.TenantID, iam.Job) (string, error) {
	return map[string]func(context.Context, iam.TenantID, iam.Job) (string, error){jobMail: s.tell}
}

// letter is a message with the tenant in whose name it is sent.
type letter struct {
	from iam.TenantID
	iam.Message
}

// tell mails what happened to a ticket: to who has written of it, as far as
// they still may know, and to the address for support of who looks after it.
// Nobody is told of what they did themselves, but of what they have opened.
func (s *Service) tell(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
	var n news
	if err := json.Unmarshal(j.Payload, &n); err != nil {
		return "", err
	}
	k, err := s.Store.Ticket(ctx, t, "", iam.TicketID(j.ObjectID))
	if iam.Is(err, iam.NotFound) {
		return "the ticket is not there any more", nil
	}
	if err != nil {
		return "", err
	}
	tenant, err := s.Tenants.Tenant(ctx, iam.System(t, "support"))
	if err != nil {
		return "", err
	}
	letters, err := s.letters(ctx, tenant, k, n)
	if err != nil {
		return "", err
	}
	for _, l := range letters {
		l.Kind = iam.MessageTicket
		l.Facts = map[string]string{"what": n.What, "id": string(k.ID), "subject": k.Subject, "tenant": tenant.Name, "by": n.By,
			"at": n.At.Format(time.RFC3339)}
		err := s.Mail.Send(ctx, l.from, l.Message)
		if err != nil && !iam.Is(err, iam.Invalid) && !iam.Is(err, iam.NotFound) { // no address, or its tenant has ended
			return "", err
		}
	}
	return "", nil
}

// letters are those who are told, each address once.
func (s *Service) letters(ctx context.Context, t iam.Tenant, k Ticket, n news) ([]letter, error) {
	managers, err := s.Store.Managers(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	near := map[iam.TenantID]bool{t.ID: true, t.Parent: t.Parent != ""}
	for _, m := range managers {
		near[m] = true
	}
	var all []letter
	seen := map[string]bool{"": true}
	add := func(l letter) {
		if !seen[l.To] {
			seen[l.To], all = true, append(all, l)
		}
	}
	authors, err := s.authors(ctx, k)
	if err != nil {
		return nil, err
	}
	for _, a := range authors {
		if a.User == n.User && a.Home == n.Home && n.What != iam.WhatTicketOpened {
			continue
		}
		p, err := s.Store.Person(ctx, a.Home, a.User)
		if iam.Is(err, iam.NotFound) || err == nil && p.State == iam.UserDisabled {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !near[a.Home] {
			by := iam.Actor{Tenant: a.Home, Home: a.Home, User: a.User, Username: p.Username}
			if _, err := s.Rights.Reach(ctx, by, t.ID); iam.Is(err, iam.Denied) || iam.Is(err, iam.NotFound) {
				continue
			} else if err != nil {
				return nil, err
			}
		}
		add(letter{a.Home, iam.Message{To: p.Email, User: a.User, Username: cmp.Or(p.Name, p.Username), Language: p.Language}})
	}
	looking, err := s.lookingAfter(ctx, t, managers)
	if err != nil {
		return nil, err
	}
	for _, id := range looking {
		if id == n.Home {
			continue
		}
		settings, err := s.Tenants.Settings(ctx, id)
		if iam.Is(err, iam.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		add(letter{id, iam.Message{To: settings.Branding.SupportEmail}})
	}
	return all, nil
}

// authors are those who have written the ticket or a comment, each once.
func (s *Service) authors(ctx context.Context, k Ticket) ([]Author, error) {
	comments, err := s.Store.Comments(ctx, k.Tenant, k.ID)
	if err != nil {
		return nil, err
	}
	var all []Author
	seen := map[iam.UserID]bool{"": true}
	for _, a := range append([]Author{k.Author}, authorsOf(comments)...) {
		if !seen[a.User] {
			seen[a.User], all = true, append(all, a)
		}
	}
	return all, nil
}

func authorsOf(comments []Comment) []Author {
	authors := make([]Author, len(comments))
	for i, c := range comments {
		authors[i] = c.Author
	}
	return authors
}

// lookingAfter answers the tenants whose work the tickets of one are: the one
// above it, else those that manage it, else the support tenant.
func (s *Service) lookingAfter(ctx context.Context, t iam.Tenant, managers []iam.TenantID) ([]iam.TenantID, error) {
	switch {
	case t.Parent != "":
		return []iam.TenantID{t.Parent}, nil
	case len(managers) > 0:
		return managers, nil
	}
	support, err := s.Store.SupportTenant(ctx)
	if err != nil || support == "" || support == t.ID {
		return nil, err
	}
	return []iam.TenantID{support}, nil
}
