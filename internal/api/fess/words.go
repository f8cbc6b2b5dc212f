package fess

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Reasons that only this dialect has words for.
const (
	reasonLong    iam.Reason = "long"    // an attribute that is not an integer
	reasonConfirm iam.Reason = "confirm" // the two passwords differ
)

// phrase is a text in each language that is spoken: Fess's own where it has
// one.
type phrase struct{ english, korean string }

// words makes messages in the language of a request.
type words struct {
	request *http.Request
	korean  bool
}

var languages = language.NewMatcher([]language.Tag{language.English, language.Korean})

// wordsFor reads Accept-Language (RFC 9110 section 12.5.4).
func wordsFor(r *http.Request) words {
	_, i := language.MatchStrings(languages, r.Header.Get("Accept-Language"))
	return words{r, i == 1}
}

func (w words) say(p phrase, args ...any) string {
	text := p.english
	if w.korean {
		text = p.korean
	}
	return fmt.Sprintf(text, args...)
}

// errorCode tells nothing but where to look in the log.
func (w words) errorCode(*iam.Error) string {
	return "error_code:" + api.RequestOf(w.request.Context()).ID
}

func (w words) unauthorized(*iam.Error) string {
	return w.say(phrase{"Unauthorized request.", "권한이 없는 요청입니다."})
}

func (w words) notFound(e *iam.Error) string {
	return w.say(phrase{"The data %s is not found.", "데이터 %s을(를) 찾을 수 없습니다."}, e.Object)
}

func (w words) self(*iam.Error) string {
	return w.say(phrase{"You cannot delete a user who is logged in.", "로그인한 사용자는 삭제할 수 없습니다."})
}

func (w words) tooMany(*iam.Error) string {
	return w.say(phrase{"Too many requests. Try again later.", "요청이 너무 많습니다. 잠시 후 다시 시도하십시오."})
}

func (w words) unavailable(*iam.Error) string {
	return w.say(phrase{"The service is temporarily unavailable.", "서비스를 일시적으로 사용할 수 없습니다."})
}

// notStored is what Fess says when it could not write, by the method, with the
// cause in brackets.
func (w words) notStored(e *iam.Error) string {
	cause := e.Message
	if w.korean {
		cause = w.cause(e)
	}
	switch w.request.Method {
	case http.MethodPost:
		return w.say(phrase{"Failed to create a new data. (%s)", "새 데이터를 만들지 못했습니다. (%s)"}, cause)
	case http.MethodDelete:
		return w.say(phrase{"Failed to delete the data. (%s)", "데이터를 삭제하지 못했습니다. (%s)"}, cause)
	default:
		return w.say(phrase{"Failed to update the data. (%s)", "데이터를 업데이트하지 못했습니다. (%s)"}, cause)
	}
}

// cause is why something could not be written, in Korean.
func (w words) cause(e *iam.Error) string {
	switch {
	case e.Code == iam.ReasonGrant:
		return "자신에게 없는 권한을 주거나 거둘 수 없습니다"
	case e.Code == iam.ReasonBuiltin:
		return fmt.Sprintf("%s은(는) 기본 제공 항목이므로 변경할 수 없습니다", e.Object)
	case e.Kind == iam.Exists:
		return fmt.Sprintf("%s이(가) 이미 있습니다", e.Object)
	case e.Kind == iam.Conflict:
		return fmt.Sprintf("%s을(를) 그 사이에 다른 곳에서 변경했습니다", e.Object)
	default:
		return "현재 상태에서는 처리할 수 없습니다"
	}
}

// invalid tells every rule that was broken, one sentence each.
func (w words) invalid(e *iam.Error) string {
	if len(e.Fields) == 0 {
		if w.korean {
			return cmp.Or(requestRules[e.Code], "잘못된 요청입니다.")
		}
		return sentence(e.Message)
	}
	var said []string
	for _, f := range e.Fields {
		said = append(said, w.field(f))
	}
	return strings.Join(said, " ")
}

// requestRules are those for a request as a whole, in Korean; the English is
// that of the operation kit.
var requestRules = map[iam.Reason]string{
	iam.ReasonRequired: "JSON 본문이 필요합니다.",
	iam.ReasonFormat:   "요청 본문의 문자열에 NUL 문자가 있습니다.",
	iam.ReasonType:     "요청 본문의 형식이 올바르지 않습니다.",
	iam.ReasonTooLarge: "요청 본문이 너무 큽니다.",
	iam.ReasonTooDeep:  "요청 본문의 중첩이 너무 깊습니다.",
}

func (w words) field(f iam.Field) string {
	item := w.label(f.Path)
	switch f.Reason {
	case iam.ReasonRequired:
		return w.say(phrase{"%s is required.", "%s가 필요합니다."}, item)
	case iam.ReasonLength:
		if f.Max > 0 {
			return w.say(phrase{"The size of %s must be between %d and %d.", "%s의 크기는 %d자에서 %d자 사이여야 합니다."}, item, f.Min, f.Max)
		}
	case reasonLong:
		return w.say(phrase{"%s must be a long.", "%s은(는) long이어야 합니다."}, item)
	case reasonConfirm:
		return w.say(phrase{"Confirm Password does not match.", "확인 비밀번호와 일치하지 않습니다."})
	case iam.ReasonSelf:
		if w.korean {
			return "현재 비밀번호 없이 자신의 비밀번호를 설정할 수 없습니다."
		}
	case iam.ReasonDuplicate:
		return w.say(phrase{"%s is given twice.", "%s이(가) 두 번 지정되었습니다."}, item)
	}
	if w.korean {
		return item + "의 값이 올바르지 않습니다."
	}
	// The core begins a rule with the name of what it is about.
	if rule, ok := strings.CutPrefix(f.Message, f.Path); ok {
		return item + rule + "."
	}
	return sentence(f.Message)
}

// labels are what Fess calls the members of its forms. Attributes go by their
// name on the wire.
var labels = map[string]phrase{
	"id":               {"ID", "ID"},
	"name":             {"Name", "이름"},
	"username":         {"Name", "이름"},
	"label":            {"Name", "이름"},
	"password":         {"Password", "비밀번호"},
	"confirm_password": {"Confirm Password", "비밀번호 확인"},
	"confirmPassword":  {"Confirm Password", "비밀번호 확인"},
	"version_no":       {"Version No", "버전 번호"},
	"versionNo":        {"Version No", "버전 번호"},
	"roles":            {"Roles", "역할"},
	"groups":           {"Groups", "그룹"},
	"family_name":      {"surname", "surname"},
	"given_name":       {"givenName", "givenName"},
	"email":            {"mail", "mail"},
	"display_name":     {"displayName", "displayName"},
	"phone":            {"telephoneNumber", "telephoneNumber"},
}

func (w words) label(path string) string {
	if p, ok := labels[path]; ok {
		return w.say(p)
	}
	return path
}

// sentence makes one of a message of the core, which has neither capital nor
// full stop.
func sentence(s string) string {
	if s != "" && 'a' <= s[0] && s[0] <= 'z' {
		s = string(s[0]-'a'+'A') + s[1:]
	}
	return s + "."
}
