package ncloud

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func gatewayOf(code, message, details string) (g gatewayError) {
	g.Error.ErrorCode, g.Error.Message, g.Error.Details = code, message, details
	return g
}

// Every code, with its status and its shape: text in the gateway's, a number in
// the service's.
func TestFail(t *testing.T) {
	for name, tt := range map[string]struct {
		err      error
		status   int
		body     any
		inKorean any // nil where it is the same
	}{
		"not signed":   {errNoCredentials(), 401, gatewayOf("200", "Authentication Failed", "Authentication information are missing."), nil},
		"badly signed": {errBadCredentials(), 401, gatewayOf("200", "Authentication Failed", "Invalid authentication information."), nil},
		"the core's":   {iam.E(iam.Unauthenticated, "wrong").Because(iam.ReasonBadPassword), 401, gatewayOf("200", "Authentication Failed", "Invalid authentication information."), nil},
		"no right":     {iam.E(iam.Denied, "hana may not"), 401, gatewayOf("210", "Permission Denied", "hana may not"), nil},
		"too much":     {iam.E(iam.Denied, "hana may not give").Because(iam.ReasonGrant), 401, gatewayOf("210", "Permission Denied", "hana may not give"), nil},
		"no path":      {iam.E(iam.NotFound, "nothing here").Because(iam.ReasonNoPath), 404, gatewayOf("300", "Not Found Exception", "nothing here"), nil},
		"no method":    {iam.E(iam.Invalid, "PATCH").Because(iam.ReasonNoMethod), 405, gatewayOf("300", "Not Found Exception", "PATCH"), nil},
		"malformed":    {iam.E(iam.Invalid, "byte 3").Because(iam.ReasonMalformed), 400, gatewayOf("100", "Bad Request Exception", "byte 3"), nil},
		"too deep":     {iam.E(iam.Invalid, "deep").Because(iam.ReasonTooDeep), 400, gatewayOf("100", "Bad Request Exception", "deep"), nil},
		"twice":        {iam.E(iam.Invalid, "twice").Because(iam.ReasonDuplicate), 400, gatewayOf("100", "Bad Request Exception", "twice"), nil},
		"too large":    {iam.E(iam.Invalid, "large").Because(iam.ReasonTooLarge), 413, gatewayOf("430", "Request Entity Too Large", "large"), nil},
		"too often":    {iam.E(iam.RateLimited, "in 3 seconds"), 429, gatewayOf("420", "Rate Limited", "in 3 seconds"), nil},
		"unavailable":  {iam.E(iam.Unavailable, "disk full"), 503, gatewayOf("500", "Endpoint Error", "disk full"), nil},
		"our fault":    {iam.E(iam.Internal, "internal error"), 500, gatewayOf("900", "Unexpected Error", "internal error"), nil},
		"a bad member": {iam.E(iam.Invalid, "name is required").Because(iam.ReasonRequired), 400, serviceError{400, "This is an invalid parameter. (name is required)"},
			serviceError{400, "유효하지 않은 파라미터입니다. (name is required)"}},
		"no account":    {iam.ErrNotFound("user", "x"), 401, serviceError{30, "The account doesn't exist."}, serviceError{30, "존재하지 않는 계정입니다."}},
		"no tagged one": {missing(iam.ErrNotFound("user", "x"), reasonNoTagged), 401, serviceError{10, "The account doesn't exist."}, serviceError{10, "존재하지 않는 계정입니다."}},
		"no group":      {missing(iam.ErrNotFound("group", "x"), reasonNoGroup), 400, serviceError{30, "The group doesn't exist."}, serviceError{30, "존재하지 않는 그룹입니다."}},
		"no policy":     {missing(iam.ErrNotFound("role", "x"), reasonNoPolicy), 400, serviceError{30, "The policy doesn't exist."}, serviceError{30, "존재하지 않는 정책입니다."}},
		"no role":       {missing(iam.ErrNotFound("role", "x"), reasonNoRole), 401, serviceError{30, "Wrong roleNo."}, serviceError{30, "잘못된 roleNo입니다."}},
		"no key":        {missing(iam.ErrNotFound("key", "x"), reasonNoKey), 400, serviceError{904, "The access key doesn't exist."}, serviceError{904, "존재하지 않는 Access Key입니다."}},
		"taken": {iam.ErrExists("user", "x"), 409, serviceError{409, `The request conflicts with the present state. (user "x" already exists)`},
			serviceError{409, `현재 상태와 충돌하는 요청입니다. (user "x" already exists)`}},
		"stale": {iam.ErrStale("user", "x"), 409, serviceError{409, `The request conflicts with the present state. (user "x" was changed in the meantime)`},
			serviceError{409, `현재 상태와 충돌하는 요청입니다. (user "x" was changed in the meantime)`}},
		"oneself": {iam.E(iam.Precondition, "not oneself").Because(iam.ReasonSelf), 409, serviceError{409, "The request conflicts with the present state. (not oneself)"},
			serviceError{409, "현재 상태와 충돌하는 요청입니다. (not oneself)"}},
		"too many": {iam.E(iam.Precondition, "two").Because(iam.ReasonLimit), 409, serviceError{9012, "Maximum allowable value exceeded. (two)"},
			serviceError{9012, "최대 허용값을 초과하였습니다. (two)"}},
		"built in": {iam.E(iam.Precondition, "no").Because(iam.ReasonBuiltin), 400, serviceError{400, "System managed policies cannot be changed. (no)"},
			serviceError{400, "관리형 정책은 변경할 수 없습니다. (no)"}},
		"unsafe": {iam.E(iam.Invalid, "short").Because(iam.ReasonWeakPassword), 400, serviceError{9015, "The password is not safe. (short)"},
			serviceError{9015, "안전하지 않은 비밀번호입니다. (short)"}},
		"used before": {iam.E(iam.Invalid, "old").Because(iam.ReasonSamePassword), 400, serviceError{9015, "The password is not safe. (old)"},
			serviceError{9015, "안전하지 않은 비밀번호입니다. (old)"}},
	} {
		e, ok := errors.AsType[*iam.Error](tt.err)
		if !ok {
			t.Fatalf("%s: %v", name, tt.err)
		}
		if tt.inKorean == nil {
			tt.inKorean = tt.body
		}
		for language, want := range map[string]any{"": tt.body, "*": tt.body, "de, en;q=0.5": tt.body, "ko-KR,ko;q=0.9,en-US;q=0.8": tt.inKorean} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Accept-Language", language)
			status, body := fail(r, e)
			if diff := cmp.Diff(want, body); status != tt.status || diff != "" {
				t.Errorf("%s in %q: %d, want %d (-want +got):\n%s", name, language, status, tt.status, diff)
			}
		}
	}
}
