package cloudforet

import (
	"slices"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Types of MFA, and whether it is on.
const (
	mfaEmail = "EMAIL"
	mfaOTP   = "OTP"

	mfaEnabled  = "ENABLED"
	mfaDisabled = "DISABLED"
)

type mfaInfo struct {
	State   string      `json:"state"`
	Type    string      `json:"mfa_type,omitzero"`
	Options *mfaOptions `json:"options,omitzero"`
}

// mfaOptions has of an EMAIL the address, of an OTP while it is being set up
// what an authenticator app needs, and later the name of the secret.
type mfaOptions struct {
	Email   string       `json:"email,omitzero"`
	QRCode  string       `json:"otp_qrcode_uri,omitzero"`
	Secret  iam.FactorID `json:"user_secret_id,omitzero"`
	Enforce bool         `json:"enforce,omitzero"`
}

// shownFactor is the active one of a user's factors that clients of this
// dialect, which knows one and no passkeys, are shown and asked for: TOTP
// before mail, since its code needs no delivery.
func shownFactor(factors []iam.Factor) (iam.Factor, bool) {
	for _, kind := range []iam.FactorKind{iam.FactorTOTP, iam.FactorEmail} {
		if i := slices.IndexFunc(factors, func(f iam.Factor) bool { return f.Active && f.Kind == kind }); i >= 0 {
			return factors[i], true
		}
	}
	return iam.Factor{}, false
}

// mfaOf is the state of MFA that factors make.
func mfaOf(factors []iam.Factor) mfaInfo {
	switch f, ok := shownFactor(factors); {
	case !ok:
		return mfaInfo{State: mfaDisabled}
	case f.Kind == iam.FactorEmail:
		return mfaInfo{State: mfaEnabled, Type: mfaEmail, Options: &mfaOptions{Email: f.Email}}
	default:
		return mfaInfo{State: mfaEnabled, Type: mfaOTP, Options: &mfaOptions{Secret: f.ID}}
	}
}

// enforcedMFA is the type that clients are told of where a second factor is
// required: the tenant says that one is, and not which.
func enforcedMFA(settings iam.Settings) string {
	if !settings.Factor.TOTP && settings.Factor.Email {
		return mfaEmail
	}
	return mfaOTP
}

// supportedMFA lists the types that a tenant allows, as Python prints a list.
func supportedMFA(settings iam.Settings) (types []string, printed string) {
	if settings.Factor.Email {
		types = append(types, mfaEmail)
	}
	if settings.Factor.TOTP {
		types = append(types, mfaOTP)
	}
	if len(types) == 0 {
		return nil, "[]"
	}
	return types, "['" + strings.Join(types, "', '") + "']"
}
