package ncloud

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Reasons that say what was not found. Without one it is a sub account.
const (
	reasonNoGroup  iam.Reason = "no_group"
	reasonNoPolicy iam.Reason = "no_policy"
	reasonNoRole   iam.Reason = "no_role"
	reasonNoKey    iam.Reason = "no_key"
	reasonNoTagged iam.Reason = "no_tagged" // a sub account, to the operations on tags
)

// gatewayError is what the vendor's API gateway answers. Its code is text.
type gatewayError struct {
	Error struct {
		ErrorCode string `json:"errorCode"`
		Message   string `json:"message"`
		Details   string `json:"details"`
	} `json:"error"`
}

// serviceError is what the service behind the gateway answers. Its code is a number.
type serviceError struct {
	ErrorCode int    `json:"errorCode"`
	Message   string `json:"message"`
}

// answer is how an error is told: by the gateway where gateway is set, else by
// the service.
type answer struct {
	status  int
	gateway string // the code
	message string // of the gateway
	service int    // the code
	phrase  phrase // of the service
}

// answers has one for each kind of error.
var answers = map[iam.Kind]answer{
	iam.Internal:        {status: http.StatusInternalServerError, gateway: "900", message: "Unexpected Error"},
	iam.Invalid:         {status: http.StatusBadRequest, service: 400, phrase: badParameter},
	iam.Unauthenticated: {status: http.StatusUnauthorized, gateway: "200", message: "Authentication Failed"},
	iam.Denied:          {status: http.StatusUnauthorized, gateway: "210", message: "Permission Denied"},
	iam.NotFound:        {status: http.StatusUnauthorized, service: 30, phrase: noAccount},
	iam.Exists:          {status: http.StatusConflict, service: 409, phrase: conflict},
	iam.Conflict:        {status: http.StatusConflict, service: 409, phrase: conflict},
	iam.Precondition:    {status: http.StatusConflict, service: 409, phrase: conflict},
	iam.RateLimited:     {status: http.StatusTooManyRequests, gateway: "420", message: "Rate Limited"},
	iam.Unavailable:     {status: http.StatusServiceUnavailable, gateway: "500", message: "Endpoint Error"},
}

// rule is a rule that was broken.
type rule struct {
	kind   iam.Kind
	reason iam.Reason
}

// badRequest is what the gateway says of a request that the service could not read.
var badRequest = answer{status: http.StatusBadRequest, gateway: "100", message: "Bad Request Exception"}

// exceptions are errors that are told otherwise than others of their kind. A
// 404 is always the gateway's: it says that there is no such path, and clients
// must not take it for an object that is gone.
var exceptions = map[rule]answer{
	{iam.NotFound, iam.ReasonNoPath}:      {status: http.StatusNotFound, gateway: "300", message: "Not Found Exception"},
	{iam.Invalid, iam.ReasonNoMethod}:     {status: http.StatusMethodNotAllowed, gateway: "300", message: "Not Found Exception"},
	{iam.Invalid, iam.ReasonTooLarge}:     {status: http.StatusRequestEntityTooLarge, gateway: "430", message: "Request Entity Too Large"},
	{iam.Invalid, iam.ReasonMalformed}:    badRequest,
	{iam.Invalid, iam.ReasonTooDeep}:      badRequest,
	{iam.Invalid, iam.ReasonDuplicate}:    badRequest,
	{iam.NotFound, reasonNoGroup}:         {status: http.StatusBadRequest, service: 30, phrase: noGroup},
	{iam.NotFound, reasonNoPolicy}:        {status: http.StatusBadRequest, service: 30, phrase: noPolicy},
	{iam.NotFound, reasonNoRole}:          {status: http.StatusUnauthorized, service: 30, phrase: noRole},
	{iam.NotFound, reasonNoKey}:           {status: http.StatusBadRequest, service: 904, phrase: noKey},
	{iam.NotFound, reasonNoTagged}:        {status: http.StatusUnauthorized, service: 10, phrase: noAccount},
	{iam.Precondition, iam.ReasonLimit}:   {status: http.StatusConflict, service: 9012, phrase: tooMany},
	{iam.Invalid, iam.ReasonWeakPassword}: {status: http.StatusBadRequest, service: 9015, phrase: unsafe},
	{iam.Invalid, iam.ReasonSamePassword}: {status: http.StatusBadRequest, service: 9015, phrase: unsafe},
	{iam.Precondition, iam.ReasonBuiltin}: {status: http.StatusBadRequest, service: 400, phrase: systemPolicy},
}

// The gateway's details of a request without credentials and of one with bad
// ones, literally.
const (
	detailsMissing = "Authentication information are missing."
	detailsInvalid = "Invalid authentication information."
)

// fail puts an error into the shape that it has.
func fail(r *http.Request, e *iam.Error) (int, any) {
	a, ok := exceptions[rule{e.Kind, e.Code}]
	if !ok {
		a = answers[e.Kind]
	}
	if a.gateway == "" {
		return a.status, serviceError{a.service, a.tell(r, e)}
	}
	var g gatewayError
	g.Error.ErrorCode, g.Error.Message, g.Error.Details = a.gateway, a.message, e.Message
	switch {
	case e.Kind != iam.Unauthenticated:
	case e.Code == iam.ReasonRequired:
		g.Error.Details = detailsMissing
	default:
		g.Error.Details = detailsInvalid
	}
	return a.status, g
}

// tell answers the vendor's phrase, and behind it what exactly is wrong where
// the phrase does not say that.
func (a answer) tell(r *http.Request, e *iam.Error) string {
	text := a.phrase.in(r)
	if e.Kind == iam.NotFound || e.Message == "" {
		return text
	}
	return text + " (" + e.Message + ")"
}

// missing says what it is that was not found.
func missing(err error, reason iam.Reason) error {
	if e, ok := errors.AsType[*iam.Error](err); ok && e.Kind == iam.NotFound {
		told := *e
		told.Code = reason
		return &told
	}
	return err
}

// wire are the members by the names that the core has for them.
var wire = map[string]string{
	"username":               "loginId",
	"display_name":           "name",
	"rules.pages":            "consolePermitIps",
	"rules.api":              "apiAllowSources",
	"attributes." + attrMemo: "memo",
	"attributes." + attrTags: "tags",
	"alias":                  "loginAlias",
	"password.max_age":       "passwordExpirationDays",
}

// inWords tells an error about input in the words of the wire; any other error
// it answers as it is. names are those of the members by the core's, beside wire.
func inWords(err error, names map[string]string) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	told := *e
	told.Fields = make([]iam.Field, len(e.Fields))
	messages := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		member, ok := names[f.Path]
		if !ok {
			member, ok = wire[f.Path]
		}
		if ok {
			// Messages begin with the path that they are about.
			if rest, found := strings.CutPrefix(f.Message, f.Path); found {
				f.Message = member + rest
			}
			f.Path = member
		}
		told.Fields[i], messages[i] = f, f.Message
	}
	told.Message = strings.Join(messages, "; ")
	return &told
}
