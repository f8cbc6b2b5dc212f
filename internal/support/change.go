package support

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// maxTries bounds how often a change is tried that others come before.
const maxTries = 10

// Comment adds a comment. The first answer of who looks after a new ticket
// opens it, and so does a word of its own people when it was solved. NotFound
// with ReasonNoTicket; Invalid; Precondition with ReasonNotOpen, or with
// ReasonLimit: it has MaxComments.
func (s *Service) Comment(ctx context.Context, by iam.Actor, of iam.LinkKind, id string, in NewComment) error {
	var c iam.Checker
	comment := s.newComment(&c, "", in)
	if err := c.Err(); err != nil {
		return err
	}
	author, err := s.author(ctx, by)
	if err != nil {
		return err
	}
	comment.Author = author
	return s.change(ctx, by, of, id, "comment", iam.WhatTicketComment, &comment, func(k *Ticket) error {
		if k.Status == StatusClosed {
			return errNotOpen(*k)
		}
		if isCustomer(by, *k) && k.Status == StatusSolved || !isCustomer(by, *k) && k.Status == StatusNew {
			k.Status = StatusOpen
		}
		return nil
	})
}

// SetPriority changes how much a ticket matters. NotFound with ReasonNoTicket;
// Invalid; Precondition with ReasonNotOpen.
func (s *Service) SetPriority(ctx context.Context, by iam.Actor, of iam.LinkKind, id string, p Priority) error {
	var c iam.Checker
	checkPriority(&c, p)
	if err := c.Err(); err != nil {
		return err
	}
	return s.change(ctx, by, of, id, "priority", iam.WhatTicketPriority, nil, func(k *Ticket) error {
		if k.Status == StatusClosed {
			return errNotOpen(*k)
		}
		k.Priority = p
		return nil
	})
}

// Escalates reports whether a plan has escalation.
func Escalates(p iam.Plan) bool { return p.Type != "FREE" && p.Type != "INDIVIDUAL" }

// Escalate makes a ticket urgent, once. NotFound with ReasonNoTicket;
// Precondition with ReasonNotOpen, or with ReasonNotEligible: it is urgent
// already, or the plan of its tenant does not have it.
func (s *Service) Escalate(ctx context.Context, by iam.Actor, of iam.LinkKind, id string) error {
	return s.change(ctx, by, of, id, "escalate", iam.WhatTicketEscalated, nil, func(k *Ticket) error {
		if k.Status == StatusClosed {
			return errNotOpen(*k)
		}
		t, err := s.Tenants.Tenant(ctx, iam.System(k.Tenant, "support"))
		switch {
		case err != nil:
			return err
		case !Escalates(t.Plan):
			return iam.E(iam.Precondition, "the plan of the tenant has no escalation").Because(iam.ReasonNotEligible).About(id)
		case k.Escalated || k.Priority == PriorityUrgent:
			return iam.E(iam.Precondition, "ticket %q is urgent already", id).Because(iam.ReasonNotEligible).About(id)
		}
		k.Escalated, k.Priority = true, PriorityUrgent
		return nil
	})
}

// Close closes a ticket. NotFound with ReasonNoTicket; Precondition with
// ReasonNotOpen.
func (s *Service) Close(ctx context.Context, by iam.Actor, of iam.LinkKind, id string) error {
	return s.change(ctx, by, of, id, "close", iam.WhatTicketClosed, nil, func(k *Ticket) error {
		if k.Status == StatusClosed {
			return errNotOpen(*k)
		}
		k.Status, k.Key = StatusClosed, ""
		return nil
	})
}

// Reopen opens a ticket again. NotFound with ReasonNoTicket; Precondition with
// ReasonNotClosed.
func (s *Service) Reopen(ctx context.Context, by iam.Actor, of iam.LinkKind, id string) error {
	return s.change(ctx, by, of, id, "reopen", iam.WhatTicketReopened, nil, func(k *Ticket) error {
		if !k.Status.Done() {
			return iam.E(iam.Precondition, "ticket %q is not closed", id).Because(iam.ReasonNotClosed).About(id)
		}
		k.Status = StatusOpen
		return nil
	})
}

func errNotOpen(k Ticket) error {
	return iam.E(iam.Precondition, "ticket %q is closed", k.ID).Because(iam.ReasonNotOpen).About(string(k.ID))
}

// change reads a ticket, applies a change to it and writes it, with a comment
// where there is one. Where somebody else writes in between it begins anew.
func (s *Service) change(ctx context.Context, by iam.Actor, of iam.LinkKind, id, verb, what string, c *Comment, apply func(*Ticket) error) error {
	for try := 1; ; try++ {
		k, err := s.find(ctx, by, of, id)
		if err != nil {
			return err
		}
		if err := apply(&k); err != nil {
			return err
		}
		there, err := s.there(ctx, by, of, k.Tenant)
		if err != nil {
			return err
		}
		k.Updated = s.Env.Time()
		if c != nil {
			c.Created = k.Updated
		}
		err = s.Store.UpdateTicket(ctx, k.Tenant, k, c, s.mailing(by, k, what), s.event(there, verb, k))
		if err == nil {
			s.Queue.Wake()
		}
		if !iam.Is(err, iam.Conflict) || try == maxTries {
			return err
		}
	}
}
