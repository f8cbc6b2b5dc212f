package cloudforet

import (
	"fmt"
	"net/http"

	"connectrpc.com/connect"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// The vendor's codes of errors, as far as Gatehouse answers with them. In the
// core's errors they stand as reasons.
const (
	errRequired        iam.Reason = "ERROR_REQUIRED_PARAMETER"
	errType            iam.Reason = "ERROR_INVALID_PARAMETER_TYPE"
	errParameter       iam.Reason = "ERROR_INVALID_PARAMETER"
	errArgument        iam.Reason = "ERROR_INVALID_ARGUMENT"
	errNotFound        iam.Reason = "ERROR_NOT_FOUND"
	errNotUnique       iam.Reason = "ERROR_NOT_UNIQUE"
	errAuthenticate    iam.Reason = "ERROR_AUTHENTICATE_FAILURE"
	errAuthentication  iam.Reason = "ERROR_AUTHENTICATION_FAILURE"
	errCredentials     iam.Reason = "ERROR_INVALID_CREDENTIALS" //nolint:gosec // a code
	errBlocked         iam.Reason = "ERROR_LOGIN_BLOCKED"
	errDenied          iam.Reason = "ERROR_PERMISSION_DENIED"
	errAuthType        iam.Reason = "ERROR_INVALID_AUTHENTICATION_TYPE"
	errGrantType       iam.Reason = "ERROR_INVALID_GRANT_TYPE"
	errPasswordNeeded  iam.Reason = "ERROR_UPDATE_PASSWORD_REQUIRED" //nolint:gosec // a code
	errPasswordFormat  iam.Reason = "ERROR_INCORRECT_PASSWORD_FORMAT"
	errPasswordWrong   iam.Reason = "ERROR_PASSWORD_NOT_MATCHED"
	errPasswordSame    iam.Reason = "ERROR_PASSWORD_NOT_CHANGED"
	errEmailFormat     iam.Reason = "ERROR_INCORRECT_EMAIL_FORMAT"
	errVerifyCode      iam.Reason = "ERROR_INVALID_VERIFY_CODE"
	errMFAType         iam.Reason = "ERROR_NOT_SUPPORTED_MFA_TYPE"
	errMFAEnabled      iam.Reason = "ERROR_MFA_ALREADY_ENABLED"
	errMFADisabled     iam.Reason = "ERROR_MFA_ALREADY_DISABLED"
	errMFANotEnabled   iam.Reason = "ERROR_MFA_NOT_ENABLED"
	errMFARequired     iam.Reason = "ERROR_MFA_REQUIRED"
	errMFANotActivated iam.Reason = "ERROR_MFA_NOT_ACTIVATED"
	errUnsupported     iam.Reason = "ERROR_UNSUPPORTED_API"
	errUnavailable     iam.Reason = "ERROR_GRPC_CONNECTION"
	errUnknown         iam.Reason = "ERROR_UNKNOWN"
	// The vendor has no code for a write that came too late, nor for who asks
	// too often after the sign-in.
	errConflict iam.Reason = "ERROR_CONFLICT"
	errTooMany  iam.Reason = "ERROR_TOO_MANY_REQUESTS"
)

// vendorError is how one error is told.
type vendorError struct {
	status connect.Code // of gRPC; the HTTP status follows from it
	text   string       // with a verb for each thing that is filled in
}

// vendorErrors has every error. Its texts are part of the interface, and that
// those of MFA are internal errors is the vendor's own way: clients know them
// by their text.
var vendorErrors = map[iam.Reason]vendorError{
	errRequired:        {connect.CodeInvalidArgument, "Required parameter. (key = %s)"},
	errType:            {connect.CodeInvalidArgument, "Parameter type is invalid. (key = %s, type = %s)"},
	errParameter:       {connect.CodeInvalidArgument, "Parameter is invalid. (key = %s, reason = %s)"},
	errArgument:        {connect.CodeInvalidArgument, "Argument is invalid. (reason = %s)"},
	errNotFound:        {connect.CodeNotFound, "Resource cannot be found or access is denied. (%s = %s)"},
	errNotUnique:       {connect.CodeAlreadyExists, "Tried to save duplicate unique key. (%s = %s)"},
	errAuthenticate:    {connect.CodeUnauthenticated, "Authenticate failure. (message = %s)"},
	errAuthentication:  {connect.CodeUnauthenticated, `A user "%s" is not exist or password is not correct.`},
	errCredentials:     {connect.CodeUnauthenticated, "Invalid credentials provided."},
	errBlocked:         {connect.CodeUnauthenticated, "Login is blocked. Please try again later."},
	errDenied:          {connect.CodePermissionDenied, "Permission denied."},
	errAuthType:        {connect.CodeInvalidArgument, "Invalid authentication type (LOCAL OR EXTERNAL). (authentication_type = %s)"},
	errGrantType:       {connect.CodeInvalidArgument, "Invalid grant type. (grant_type = %s)"},
	errPasswordNeeded:  {connect.CodeInvalidArgument, "Password reset is required.(user_id = %s)"},
	errPasswordFormat:  {connect.CodeInvalidArgument, "The password format is incorrect. (rule = %s)"},
	errPasswordWrong:   {connect.CodeInvalidArgument, "Password does not match. (user_id = %s)"},
	errPasswordSame:    {connect.CodeInvalidArgument, "The password cannot be the same as the old password. (user_id = %s)"},
	errEmailFormat:     {connect.CodeInvalidArgument, "The email format is incorrect. (rule = %s)"},
	errVerifyCode:      {connect.CodeInvalidArgument, "Invalid verify code. (verify_code = %s)"},
	errMFAType:         {connect.CodeInvalidArgument, "Not supported MFA type. (support_mfa_types = %s)"},
	errMFAEnabled:      {connect.CodeInternal, "MFA already enabled. (user_id = %s)"},
	errMFADisabled:     {connect.CodeInternal, "MFA already disabled. (user_id = %s)"},
	errMFANotEnabled:   {connect.CodeInternal, "MFA is not enabled. (user_id = %s)"},
	errMFARequired:     {connect.CodeInternal, "MFA is required. (user_id = %s), (mfa_type = %s)"},
	errMFANotActivated: {connect.CodeInternal, "MFA is not activated. (user_id = %s), (mfa_type = %s), (mfa_state = %s), (access_token = %s)"},
	errUnsupported:     {connect.CodeInternal, "Call Unsupported API. (reason = %s)"},
	errUnavailable:     {connect.CodeUnavailable, "Server is unavailable. (channel = identity, message = %s)"},
	errUnknown:         {connect.CodeInternal, "%s"},
	errConflict:        {connect.CodeAborted, "%s"},
	errTooMany:         {connect.CodeResourceExhausted, "Too many requests. (message = %s)"},
}

// statuses are the HTTP statuses of those of gRPC.
var statuses = map[connect.Code]int{
	connect.CodeInvalidArgument:   http.StatusBadRequest,
	connect.CodeUnauthenticated:   http.StatusUnauthorized,
	connect.CodePermissionDenied:  http.StatusForbidden,
	connect.CodeNotFound:          http.StatusNotFound,
	connect.CodeAlreadyExists:     http.StatusConflict,
	connect.CodeAborted:           http.StatusConflict,
	connect.CodeResourceExhausted: http.StatusTooManyRequests,
	connect.CodeInternal:          http.StatusInternalServerError,
	connect.CodeUnavailable:       http.StatusServiceUnavailable,
}

// maxTold bounds each thing that an error repeats, in bytes. The longest is a
// token of ours.
const maxTold = 2048

// text is the message of an error with what it tells of filled in.
func text(code iam.Reason, about ...string) string {
	values := make([]any, len(about))
	for i, s := range about {
		values[i] = s
	}
	return fmt.Sprintf(vendorErrors[code].text, values...)
}

// refuse makes an error in the vendor's words. To the kit it is one of the
// caller's, whatever its status is.
func refuse(code iam.Reason, about ...string) *iam.Error {
	for i, s := range about {
		about[i] = iam.Cut(s, maxTold)
	}
	return iam.E(iam.Precondition, "%s", text(code, about...)).Because(code)
}
