package directory

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// AccessRequest is a wish for rights, of who has none.
type AccessRequest struct {
	At     time.Time // zero: never
	Mailed bool      // an administrator was told
}

// accessEvery is how long after one wish for rights the next may come.
const accessEvery = 24 * time.Hour

// Again is from when on the user may ask again.
func (r AccessRequest) Again() time.Time {
	if r.At.IsZero() {
		return time.Time{}
	}
	return r.At.Add(accessEvery)
}

// Mail takes mails to be sent. Package notice satisfies it.
type Mail interface {
	// SendAdministrators sends a message to each of those who run a tenant, and
	// answers to how many.
	SendAdministrators(ctx context.Context, t iam.TenantID, m iam.Message) (int, error)
}

// Queue prepares the jobs that Store writes. Package job satisfies it.
type Queue interface {
	Prepare(j iam.Job) iam.Job
	Wake()
}

// UseMail sets how administrators are told of who asks for rights. It is called
// before the first request.
func (s *Service) UseMail(m Mail, q Queue) { s.mail, s.queue = m, q }

// jobAccess is the kind of the jobs that tell administrators who asks for rights.
const jobAccess = "access.request"

// asked is what such a job tells; its object is the user.
type asked struct {
	At time.Time `json:"at"`
}

// RequestAccess tells the administrators of the tenant by mail that the actor
// asks for rights. Errors as for Self; RateLimited: they were told of it less
// than accessEvery ago.
func (s *Service) RequestAccess(ctx context.Context, by iam.Actor) error {
	u, err := s.Self(ctx, by)
	if err != nil {
		return err
	}
	now := s.env.Time()
	payload, err := json.Marshal(asked{now})
	if err != nil {
		return err
	}
	j := s.queue.Prepare(iam.Job{Kind: jobAccess, ObjectID: string(u.ID), Payload: payload})
	err = s.store.RequestAccess(ctx, by.Tenant, u.ID, now, now.Add(-accessEvery), j,
		s.env.Event(by, "user", "request-access", string(u.ID), u.Username))
	if iam.Is(err, iam.Conflict) {
		return s.askedBefore(ctx, by.Tenant, u.ID, now)
	}
	if err != nil {
		return err
	}
	s.queue.Wake()
	return nil
}

// askedBefore answers RateLimited.
func (s *Service) askedBefore(ctx context.Context, t iam.TenantID, u iam.UserID, now time.Time) error {
	own, err := s.store.OwnSettings(ctx, t, u)
	if err != nil {
		return err
	}
	e := iam.E(iam.RateLimited, "the administrators have been told; they are told at most once a day")
	e.RetryAfter = own.Access.Again().Sub(now).Truncate(time.Second) + time.Second
	return e
}

// Runners answers what carries out this package's jobs, by kind. A runner may
// run more than once.
func (s *Service) Runners() map[string]func(context.Context, iam.TenantID, iam.Job) (detail string, err error) {
	return map[string]func(context.Context, iam.TenantID, iam.Job) (string, error){jobAccess: s.tellAdministrators}
}

// tellAdministrators mails who can give rights that a user asks for them.
func (s *Service) tellAdministrators(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
	var a asked
	if err := json.Unmarshal(j.Payload, &a); err != nil {
		return "", err
	}
	u, err := s.store.User(ctx, t, UserKey{ID: iam.UserID(j.ObjectID)})
	if iam.Is(err, iam.NotFound) {
		return "the user is not there any more", nil
	}
	if err != nil {
		return "", err
	}
	sent, err := s.mail.SendAdministrators(ctx, t, iam.Message{Kind: iam.MessageAccessRequested,
		Facts: map[string]string{"by": u.Username, "at": a.At.Format(time.RFC3339)}})
	if err != nil {
		return "", err
	}
	if sent == 0 {
		return "nobody could be told", nil
	}
	return "", s.store.AccessMailed(ctx, t, u.ID, a.At)
}
