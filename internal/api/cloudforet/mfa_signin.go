package cloudforet

import (
	"context"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// askFactor answers what a client needs to ask its user for a code, and sends
// the code where that comes by mail. Clients take the text apart: that of
// EMAIL has to have the address in it.
func (d *dialect) askFactor(ctx context.Context, p authn.Prover) error {
	factors, err := d.Authn.Factors(ctx, p)
	if err != nil {
		return err
	}
	f, ok := shownFactor(factors)
	if !ok || f.Kind != iam.FactorEmail {
		// Also for who has a passkey only, which no client of this dialect can
		// ask for: a recovery code will do.
		return refuse(errMFARequired, p.Username(), mfaOTP)
	}
	if err := d.Authn.SendFactorCode(ctx, p, f.ID); err != nil {
		return err
	}
	return refuse(errMFARequired, f.Email, mfaEmail)
}

// askEnrolment answers who has to set up a second factor first. As the
// vendor's clients need it, the text has an access token in it; it is for a
// session with that step left, and good for nothing else.
func (d *dialect) askEnrolment(ctx context.Context, t iam.TenantID, s iam.Session, life time.Duration) error {
	settings, err := d.Tenancy.Settings(ctx, t)
	if err != nil {
		return err
	}
	made, err := d.tokens(ctx, t, s, life)
	if err != nil {
		return err
	}
	return refuse(errMFANotActivated, s.Username, enforcedMFA(settings), mfaDisabled, made.Access)
}
