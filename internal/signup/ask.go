package signup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// inviteKind is the kind of the job that mails the link.
const inviteKind = "signup.invite"

// asked is the payload of that job.
type asked struct {
	Request Request
	From    Origin
}

// maxClient bounds what is kept of a User-Agent, in bytes.
const maxClient = 256

// Ask asks for a tenant. Whatever the address, the answer is the same, after the
// same work: a job finds out whether a link is mailed. Invalid, by the names
// "given_name", "family_name", "company", "domain", "email" and "terms"; Exists,
// with a field "domain": a tenant has it, which anybody may know; NotFound:
// sign-up is closed; RateLimited.
func (s *Service) Ask(ctx context.Context, in Request, from Origin) error {
	t, err := s.parent(ctx)
	if err != nil {
		return err
	}
	if err := s.Limits.LimitAddress(ctx, t.ID, inviteKind, from.Address); err != nil {
		return err
	}
	for _, text := range []*string{&in.GivenName, &in.FamilyName, &in.Company, &in.Domain, &in.Email} {
		*text = strings.TrimSpace(*text)
	}
	in.Domain = strings.ToLower(in.Domain)
	if err := s.check(ctx, t.ID, in); err != nil {
		return err
	}
	if err := s.free(ctx, in.Domain); err != nil {
		return err
	}
	from.Client = iam.Cut(from.Client, maxClient)
	payload, err := json.Marshal(asked{in, from})
	if err != nil {
		return err
	}
	_, err = s.Queue.Enqueue(ctx, t.ID, iam.Job{Kind: inviteKind, Payload: payload,
		Key: inviteKind + ":" + iam.Fold(in.Email) + " " + in.Domain})
	if iam.Is(err, iam.Exists) {
		return nil // the form was sent twice
	}
	return err
}

// maxText bounds what only people read of a request, and maxEmail an address
// that becomes a user name, in characters.
const (
	maxText  = 128
	maxEmail = 100
)

// check answers Invalid for what no tenant can be made of.
func (s *Service) check(ctx context.Context, t iam.TenantID, in Request) error {
	settings, err := s.Tenants.Settings(ctx, t)
	if err != nil {
		return err
	}
	var c iam.Checker
	for _, text := range []struct {
		path, value string
		low, high   int
	}{
		{"given_name", in.GivenName, 1, maxText}, {"family_name", in.FamilyName, 0, maxText}, {"company", in.Company, 0, maxText},
		{"email", in.Email, 1, maxEmail},
	} {
		c.Length(text.path, text.value, text.low, text.high)
		if !iam.Printable(text.value) {
			c.Add(text.path, iam.ReasonFormat, "%s must not contain control characters", text.path)
		}
	}
	if in.Email != "" && !iam.ValidEmail(in.Email) {
		c.Add("email", iam.ReasonFormat, "email must be an address such as person@example.com")
	}
	if version := settings.Terms.Version; in.Terms != version {
		c.Add("terms", iam.ReasonRequired, "terms must be accepted in version %q", version)
	}
	if in.Domain == "" {
		c.Add("domain", iam.ReasonRequired, "domain is required")
	}
	if err := c.Err(); err != nil {
		return err
	}
	return inRequest(s.Children.CheckChild(s.child(Signup{Request: in})))
}

// members are those of a Request, by the members of a child tenant that they
// become.
var members = map[string]string{"spec.domain": "domain", "spec.company_name": "company", "spec.customer_info.email": "email",
	"spec.customer_info.first_name": "given_name", "spec.customer_info.last_name": "family_name"}

// inRequest tells of what no child tenant can be in the words of a Request.
func inRequest(err error) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok {
		return err
	}
	var c iam.Checker
	for _, f := range e.Fields {
		path := cmp.Or(members[f.Path], f.Path)
		c.Add(path, f.Reason, "%s", strings.ReplaceAll(f.Message, f.Path, path))
	}
	if err := c.Err(); err != nil {
		return err
	}
	return e
}

// free answers Exists where a tenant has a domain.
func (s *Service) free(ctx context.Context, domain string) error {
	_, err := s.Tenants.ByCode(ctx, domain)
	switch {
	case iam.Is(err, iam.NotFound):
		return nil
	case err != nil:
		return err
	}
	taken := iam.ErrExists("tenant", domain)
	taken.Fields = []iam.Field{{Path: "domain", Reason: iam.ReasonUsed, Message: "domain is taken"}}
	return taken
}
