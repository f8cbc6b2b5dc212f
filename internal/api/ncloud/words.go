package ncloud

import (
	"net/http"

	"golang.org/x/text/language"
)

// phrase is a text in each language that the vendor's documents have.
type phrase struct{ english, korean string }

var languages = language.NewMatcher([]language.Tag{language.English, language.Korean})

// in answers the phrase in the language that a request asks for (RFC 9110
// section 12.5.4).
func (p phrase) in(r *http.Request) string {
	if accepted := r.Header.Get("Accept-Language"); accepted != "" {
		if _, i := language.MatchStrings(languages, accepted); i == 1 {
			return p.korean
		}
	}
	return p.english
}

// What services say, in the vendor's words where it shows them.
var (
	noAccount    = phrase{"The account doesn't exist.", "존재하지 않는 계정입니다."}
	noGroup      = phrase{"The group doesn't exist.", "존재하지 않는 그룹입니다."}
	noPolicy     = phrase{"The policy doesn't exist.", "존재하지 않는 정책입니다."}
	noRole       = phrase{"Wrong roleNo.", "잘못된 roleNo입니다."}
	noKey        = phrase{"The access key doesn't exist.", "존재하지 않는 Access Key입니다."}
	unsafe       = phrase{"The password is not safe.", "안전하지 않은 비밀번호입니다."}
	tooMany      = phrase{"Maximum allowable value exceeded.", "최대 허용값을 초과하였습니다."}
	badParameter = phrase{"This is an invalid parameter.", "유효하지 않은 파라미터입니다."}
	conflict     = phrase{"The request conflicts with the present state.", "현재 상태와 충돌하는 요청입니다."}

	notAPolicy     = phrase{"This policy isn't registered.", "등록되지 않은 정책입니다."}
	alreadyAPolicy = phrase{"The policy has already been registered.", "이미 등록된 정책입니다."}
	notAGroup      = phrase{"This group isn't registered.", "등록되지 않은 그룹입니다."}
	alreadyInGroup = phrase{"The group has already been registered.", "이미 등록된 그룹입니다."}
	notAnAccount   = phrase{"This sub account isn't registered.", "등록되지 않은 서브계정입니다."}
	alreadyMember  = phrase{"The sub account has already been registered.", "이미 등록된 서브계정 입니다."}
	notAnEntity    = phrase{"This entity is not registered.", "등록되지 않은 엔티티입니다."}
	alreadyEntity  = phrase{"The entity has already been registered.", "이미 등록된 엔티티입니다."}
	systemPolicy   = phrase{"System managed policies cannot be changed.", "관리형 정책은 변경할 수 없습니다."}

	duplicateLoginID = phrase{"Duplicate ID. Please enter a different ID.", "중복된 ID입니다. 다른 ID를 입력해 주세요."}
	badLoginID       = phrase{`English letters, numbers, and special characters ".", "@", "-", and "_" are allowed. ` +
		"Enter a string that begins with an English letter and is between 3 and 60 characters long.",
		`영문자, 숫자, 특수문자 ".", "@", "-", "_"를 사용할 수 있습니다. 영문자로 시작하는 3~60자를 입력해 주세요.`}
)
