package tenancy

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Whether everybody needs a second factor counts from the moment in which the
// settings say so. What follows from it, a job does, while Factor.Changing holds:
// who is signed in on pages and has no factor has to sign in again, and sets one
// up, and those who run the tenant are told.

// Sessions ends what people are signed in with. Package authn satisfies it.
type Sessions interface {
	// EndUnprovenSessions ends the sessions on pages of all who have no second
	// factor, but for one, which may be empty, and answers how many.
	EndUnprovenSessions(ctx context.Context, by iam.Actor, but iam.SessionID) (int, error)
}

// UseSessions sets who ends sessions: that package needs this one. It is called
// before the first request.
func (s *Service) UseSessions(ended Sessions) { s.sessions = ended }

// jobFactor is the kind of the job that carries out a change.
const jobFactor = "settings.factor"

// factorDelay is how long after a change the job begins: by then no node signs
// anybody in by the settings of before, which it may remember for a second.
const factorDelay = 2 * time.Second

// factorJob answers the job that follows a change of the settings.
func (s *Service) factorJob(by iam.Actor) (iam.Job, error) {
	payload, err := json.Marshal(work{By: by})
	return s.queue.Prepare(iam.Job{Kind: jobFactor, User: by.User, RunAt: s.env.Time().Add(factorDelay), Payload: payload}), err
}

// applyFactor carries out the last change, whichever job it is that comes to it.
// Where the settings are changed meanwhile it begins anew. Who runs the tenant is
// told before it is done, and so rather twice than never.
func (s *Service) applyFactor(ctx context.Context, t iam.TenantID, by iam.Actor) error {
	for told := ""; ; {
		st, err := s.store.Settings(ctx, t)
		if err != nil || !st.Factor.Changing {
			return gone(err)
		}
		what := iam.WhatFactorOptional
		if st.Factor.Required {
			what = iam.WhatFactorRequired
			if _, err := s.sessions.EndUnprovenSessions(ctx, by, by.Session); err != nil {
				return err
			}
		}
		if told != what {
			s.tellAdministrators(ctx, by, t, what)
			told = what
		}
		st.Factor.Changing, st.Updated = false, s.env.Time()
		if _, err = s.store.UpdateSettings(ctx, t, st, nil); !iam.Is(err, iam.Conflict) {
			return gone(err)
		}
	}
}

// tellAdministrators mails those who run a tenant that it asks for second
// factors, or not any more. That a mail cannot be kept does not undo it.
func (s *Service) tellAdministrators(ctx context.Context, by iam.Actor, t iam.TenantID, what string) {
	if s.announcer.Mail == nil {
		return
	}
	_, err := s.announcer.Mail.SendAdministrators(ctx, t, iam.Message{Kind: iam.MessageFactorPolicy,
		Facts: map[string]string{"what": what, "by": by.Username}})
	if err != nil {
		s.announcer.Log.WarnContext(ctx, "tenancy: cannot tell of second factors", "tenant", t, "what", what, "error", err)
	}
}
