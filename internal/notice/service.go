package notice

import (
	"context"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Service writes and sends mails.
type Service struct{}

// Send takes a message to be sent. It is durable when it answers nil: a job
// sends it, and tries again while the mail server cannot be reached.
// Invalid: To is no address.
func (s *Service) Send(ctx context.Context, t iam.TenantID, m iam.Message) error { panic("unfinished") }
