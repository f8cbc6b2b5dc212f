package authn

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// expiryNotice is how long before a credential expires its user is told. Of one
// that is not good for much longer than that, nobody is.
const (
	expiryNotice = 7 * 24 * time.Hour
	worthTelling = 2 * expiryNotice
)

// jobExpiring is the kind of the jobs that tell users of a credential that is
// about to expire. They are written when it is made, and rest until then.
const jobExpiring = "credential.expiring"

// expiring is the payload of one: the credential, and when it expires. Who brings
// a token of their own may make one of the same id anew.
type expiring struct {
	issued
	Expires time.Time
}

// remind sees to it that a user is told before a credential expires. It is made
// by now: that the job cannot be kept does not undo it.
func (s *Service) remind(ctx context.Context, t iam.TenantID, of issued, expires time.Time) {
	if expires.IsZero() || expires.Sub(s.env.Now()) < worthTelling {
		return
	}
	payload, err := json.Marshal(expiring{of, expires.Truncate(time.Microsecond)}) // as it is stored
	if err == nil {
		_, err = s.queue.Enqueue(ctx, t, iam.Job{Kind: jobExpiring, ObjectID: of.ID, Payload: payload, RunAt: expires.Add(-expiryNotice)})
	}
	if err != nil {
		s.log.WarnContext(ctx, "authn: cannot keep in mind when a credential expires", "tenant", t, "what", of.What, "id", of.ID, "error", err)
	}
}

// tellExpiring mails the user of a credential that it is about to expire, if it
// still is there.
func (s *Service) tellExpiring(ctx context.Context, t iam.TenantID, j iam.Job) (string, error) {
	var e expiring
	if err := json.Unmarshal(j.Payload, &e); err != nil {
		return "", err
	}
	name, user, expires, err := s.credential(ctx, t, e.issued)
	if iam.Is(err, iam.NotFound) || err == nil && !expires.Equal(e.Expires) {
		return "it is not there any more", nil
	}
	if err != nil {
		return "", err
	}
	a, err := s.store.AccountByID(ctx, t, user)
	if iam.Is(err, iam.NotFound) || err == nil && (!a.Good() || a.Email == "") {
		return "nobody is to be told", nil
	}
	if err != nil {
		return "", err
	}
	return "", s.mail.Send(ctx, t, iam.Message{Kind: iam.MessageKeyExpiring, To: a.Email, User: a.User, Username: a.Username, Language: a.Language,
		Facts: map[string]string{"what": e.What, "id": e.ID, "name": name, "until": expires.Format(time.RFC3339)}})
}

// credential answers the name of one, whose it is and when it expires. NotFound,
// also where it was revoked.
func (s *Service) credential(ctx context.Context, t iam.TenantID, i issued) (name string, user iam.UserID, expires time.Time, err error) {
	if i.What == issuedToken {
		r, err := s.store.Token(ctx, t, iam.TokenID(i.ID))
		return r.Name, r.User, r.Expires, err
	}
	r, err := s.store.Certificate(ctx, t, i.ID)
	if err == nil && !r.Revoked.IsZero() {
		err = iam.ErrNotFound("certificate", i.ID)
	}
	return r.Name, r.User, r.Expires, err
}
