package notice

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// JobSend is the kind of the jobs that send mails. Their queue tries each
// again for as long as this package lets it.
const JobSend = "mail.send"

// giveUpAfter is how long a mail is tried (RFC 5321 section 4.5.4.1: at least
// four days), unless what it holds expires before.
const giveUpAfter = 4 * 24 * time.Hour

// maxError bounds what is kept of a server's words, in bytes.
const maxError = 300

// Runners are what this package does for jobs, by kind.
func (s *Service) Runners() map[string]func(context.Context, iam.TenantID, iam.Job) (string, error) {
	return map[string]func(context.Context, iam.TenantID, iam.Job) (string, error){JobSend: s.deliver}
}

// deliver sends a mail, once more when the one before died between sending and
// noting it. Unavailable, until the mail is sent or not to be sent any more.
func (s *Service) deliver(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
	m, err := s.store.Mail(ctx, t, iam.MailID(j.ObjectID))
	switch {
	case iam.Is(err, iam.NotFound):
		return "the mail is not there any more", nil
	case err != nil:
		return "", err
	case m.State != StateQueued:
		return "was done before", nil
	}
	now := s.env.Time()
	switch {
	case !m.Expires.IsZero() && !now.Before(m.Expires):
		m.State, m.Body, m.LastError = StateFailed, nil, because("expired", m.LastError)
	case !s.smtp.Configured():
		m.State = StateKept
	case j.Attempts > 1 && now.Sub(m.Created) > giveUpAfter:
		m.State, m.LastError = StateFailed, because("given up", m.LastError)
	default:
		if err = s.attempt(ctx, t, &m); err != nil && ctx.Err() != nil {
			return "", err // shutting down: it was no attempt
		}
	}
	// What was sent is noted even while shutting down, or it is sent again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if m.State == StateFailed {
		s.log.WarnContext(ctx, "mail: not sent", "tenant", t, "mail", m.ID, "kind", m.Kind, "error", m.LastError)
	}
	if noted := s.store.SettleMail(ctx, t, m); noted != nil && !iam.Is(noted, iam.NotFound) {
		return "", noted
	}
	return string(m.State), err
}

// because puts the reason for which a mail is given up before what the last
// attempt met.
func because(reason, last string) string {
	if last == "" {
		return reason
	}
	return reason + "; " + last
}

// attempt tries to send a mail and notes in it what came of that. Its error
// says that there is to be another attempt.
func (s *Service) attempt(ctx context.Context, t iam.TenantID, m *Mail) error {
	w, err := s.open(ctx, t, *m)
	if err != nil {
		return err
	}
	var logo iam.Image
	if w.Logo {
		// It may have been taken away since; its name stands in its place.
		if logo, err = s.tenants.Logo(ctx, t); err != nil && !iam.Is(err, iam.NotFound) {
			return err
		}
	}
	msg, err := s.smtp.message(*m, w, logo)
	if err != nil {
		return err
	}
	m.Attempts++
	final, err := s.smtp.send(ctx, msg)
	if err == nil {
		m.State, m.Sent, m.Body, m.LastError = StateSent, s.env.Time(), nil, ""
		return nil
	}
	m.LastError = iam.Cut(oneLine(err.Error()), maxError)
	if final {
		m.State = StateFailed
		return nil
	}
	return &iam.Error{Kind: iam.Unavailable, Message: "the mail server does not take the mail at the moment", Err: err}
}
