package f5xc

// otpStatus is how it stands with second factors: of a user, or of whether all
// of a tenant need one.
type otpStatus string

const (
	otpDisabled   otpStatus = "OTP_DISABLED"
	otpEnabled    otpStatus = "OTP_ENABLED"
	otpProcessing otpStatus = "OTP_PROCESSING"
	otpDisabling  otpStatus = "OTP_PROCESS_DISABLING"
)

// Names implements message.Enum.
func (otpStatus) Names() []string {
	return []string{string(otpDisabled), string(otpEnabled), string(otpProcessing), string(otpDisabling)}
}
