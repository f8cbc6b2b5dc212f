package fess

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// tell answers what a client gets for an error.
func tell(t *testing.T, method, language string, err error) (int, failed) {
	t.Helper()
	r := httptest.NewRequest(method, "/api/admin/user/setting", nil)
	r.Header.Set("Accept-Language", language)
	e, ok := errors.AsType[*iam.Error](err)
	if !ok {
		t.Fatalf("%v is no iam.Error", err)
	}
	code, body := fail(r.WithContext(api.WithRequest(r.Context(), api.RequestInfo{ID: "r42"})), e)
	answer, ok := body.(envelope[failed])
	if !ok {
		t.Fatalf("answered a %T", body)
	}
	return code, answer.Response
}

// Every kind of error has a place in the table, and one only.
func TestEveryKindIsAnswered(t *testing.T) {
	for _, k := range iam.Kinds() {
		if _, ok := answers[k]; !ok {
			t.Errorf("%s has no answer", k)
			continue
		}
		for _, language := range []string{"", "ko"} {
			code, f := tell(t, http.MethodPut, language, iam.E(k, "what happened").About("this"))
			if code < 200 || f.Status == statusOK || f.Message == "" || f.Version != version {
				t.Errorf("%s in %q: %d %+v", k, language, code, f)
			}
			if language == "ko" && k != iam.Internal && !hasHangul(f.Message) {
				t.Errorf("%s in Korean: %q", k, f.Message)
			}
		}
	}
	if len(answers) != len(iam.Kinds()) {
		t.Errorf("%d answers for %d kinds", len(answers), len(iam.Kinds()))
	}
}

func hasHangul(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Hangul, r) })
}

func TestFail(t *testing.T) {
	broken := func(add func(c *iam.Checker)) error {
		var c iam.Checker
		add(&c)
		return c.Err()
	}
	tests := map[string]struct {
		method          string
		err             error
		code, status    int
		english, korean string
	}{
		"no token": {"GET", iam.E(iam.Unauthenticated, "a token is required"), 200, 3, "Unauthorized request.", "권한이 없는 요청입니다."},
		"no right": {"GET", iam.E(iam.Denied, "no"), 200, 3, "Unauthorized request.", "권한이 없는 요청입니다."},
		"too much right": {"PUT", iam.E(iam.Denied, "bob may not give away role admin").Because(iam.ReasonGrant), 400, 1,
			"Failed to update the data. (bob may not give away role admin)", "데이터를 업데이트하지 못했습니다. (자신에게 없는 권한을 주거나 거둘 수 없습니다)"},
		"unknown id": {"GET", iam.ErrNotFound("user", "eA=="), 400, 1, "The data eA== is not found.", "데이터 eA==을(를) 찾을 수 없습니다."},
		"name is taken": {"POST", iam.ErrExists("user", "bob"), 400, 1,
			`Failed to create a new data. (user "bob" already exists)`, "새 데이터를 만들지 못했습니다. (bob이(가) 이미 있습니다)"},
		"stale": {"PUT", iam.ErrStale("user", "bob"), 400, 1,
			`Failed to update the data. (user "bob" was changed in the meantime)`, "데이터를 업데이트하지 못했습니다. (bob을(를) 그 사이에 다른 곳에서 변경했습니다)"},
		"built in": {"DELETE", iam.E(iam.Precondition, `role "admin" is built in`).Because(iam.ReasonBuiltin).About("admin"), 400, 1,
			`Failed to delete the data. (role "admin" is built in)`, "데이터를 삭제하지 못했습니다. (admin은(는) 기본 제공 항목이므로 변경할 수 없습니다)"},
		"oneself": {"DELETE", iam.E(iam.Precondition, "no").Because(iam.ReasonSelf), 400, 1,
			"You cannot delete a user who is logged in.", "로그인한 사용자는 삭제할 수 없습니다."},
		"fault":       {"GET", iam.E(iam.Internal, "internal error"), 500, 2, "error_code:r42", "error_code:r42"},
		"unavailable": {"GET", iam.E(iam.Unavailable, "disk full"), 503, 2, "The service is temporarily unavailable.", "서비스를 일시적으로 사용할 수 없습니다."},
		"overload":    {"GET", iam.E(iam.RateLimited, "slow down"), 429, 9, "Too many requests. Try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도하십시오."},
		"unknown path": {"GET", iam.E(iam.NotFound, "nothing").Because(iam.ReasonNoPath), 404, 1,
			"error_code:r42", "error_code:r42"},
		"wrong method": {"PATCH", iam.E(iam.Invalid, "PATCH").Because(iam.ReasonNoMethod), 405, 1, "error_code:r42", "error_code:r42"},
		"malformed":    {"POST", iam.E(iam.Invalid, "byte 3").Because(iam.ReasonMalformed), 400, 1, "error_code:r42", "error_code:r42"},
		"too large": {"POST", iam.E(iam.Invalid, "the body is larger than 7 bytes").Because(iam.ReasonTooLarge), 413, 1,
			"The body is larger than 7 bytes.", "요청 본문이 너무 큽니다."},
		"too deep": {"POST", iam.E(iam.Invalid, "the body is nested deeper than 7 levels").Because(iam.ReasonTooDeep), 400, 1,
			"The body is nested deeper than 7 levels.", "요청 본문의 중첩이 너무 깊습니다."},
		"fields": {"PUT", broken(func(c *iam.Checker) {
			c.Length("id", "", 1, 5)
			c.Length("password", "123456", 0, 5)
			c.Add("version_no", iam.ReasonRequired, "x")
		}), 400, 1,
			"ID is required. The size of Password must be between 0 and 5. Version No is required.",
			"ID가 필요합니다. 비밀번호의 크기는 0자에서 5자 사이여야 합니다. 버전 번호가 필요합니다."},
		"an attribute that is no integer": {"PUT", broken(func(c *iam.Checker) { wanted{"uidNumber": "x"}.checkLong(c, "uidNumber") }), 400, 1,
			"attributes.uidNumber must be a long.", "attributes.uidNumber은(는) long이어야 합니다."},
		"the core's own words": {"POST", broken(func(c *iam.Checker) { c.Add("email", iam.ReasonFormat, "email must be an address") }), 400, 1,
			"mail must be an address.", "mail의 값이 올바르지 않습니다."},
		"one's own password": {"PUT", broken(func(c *iam.Checker) {
			c.Add("password", iam.ReasonSelf, "password cannot be set for oneself")
		}), 400, 1, "Password cannot be set for oneself.", "현재 비밀번호 없이 자신의 비밀번호를 설정할 수 없습니다."},
		"given twice": {"POST", broken(func(c *iam.Checker) { c.Add("name", iam.ReasonDuplicate, "name is given twice") }), 400, 1,
			"Name is given twice.", "이름이(가) 두 번 지정되었습니다."},
		"passwords differ": {"POST", broken(func(c *iam.Checker) { (&userForm{Name: "a", Password: "b", ConfirmCamel: "c"}).check(c) }), 400, 1,
			"Confirm Password does not match.", "확인 비밀번호와 일치하지 않습니다."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for language, want := range map[string]string{"": tt.english, "en-GB,en;q=0.8": tt.english, "de": tt.english, "ko-KR,ko;q=0.9,en;q=0.8": tt.korean} {
				code, got := tell(t, tt.method, language, tt.err)
				if code != tt.code {
					t.Errorf("HTTP status %d, want %d", code, tt.code)
				}
				if diff := cmp.Diff(failed{tt.status, want, version}, got); diff != "" {
					t.Errorf("Accept-Language %q (-want +got):\n%s", language, diff)
				}
			}
		})
	}
}
