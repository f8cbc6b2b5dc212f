package notice

import (
	"slices"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Family is who a kind of notice is for.
type Family string

const (
	FamilyUser  Family = "user"  // about the reader's own account
	FamilyAdmin Family = "admin" // about the tenant, for who runs it
)

// entry is one kind of notice that its readers may switch off. All are on until
// they do.
type entry struct {
	code   string
	family Family
	// security is set where it tells of what somebody who has taken over an
	// account would hide: switching it off is told by a last mail.
	security bool
	en, ko   wording
}

// wording is what an entry is called in one language.
type wording struct{ label, description string }

// catalogue are all of them, in the order in which they are shown.
var catalogue = []entry{
	{code: "sign-in-new-place", family: FamilyUser, security: true,
		en: wording{"Sign-in from a new place", "Somebody signed in to your account from a network or with a browser that was not used before."},
		ko: wording{"새로운 위치에서 로그인", "이전에 사용하지 않은 네트워크나 브라우저에서 계정에 로그인했습니다."}},
	{code: "password-changed", family: FamilyUser, security: true,
		en: wording{"Password changed", "The password of your account was changed."},
		ko: wording{"비밀번호 변경", "계정의 비밀번호가 변경되었습니다."}},
	{code: "email-changed", family: FamilyUser, security: true,
		en: wording{"E-mail address changed", "The e-mail address of your account was changed. It goes to the address of before."},
		ko: wording{"이메일 주소 변경", "계정의 이메일 주소가 변경되었습니다. 이전 주소로 발송됩니다."}},
	{code: "factor-changed", family: FamilyUser, security: true,
		en: wording{"Two-step verification changed", "A second step of signing in was added or removed, or a recovery code was used."},
		ko: wording{"2단계 인증 변경", "2단계 인증 수단이 추가 또는 삭제되었거나 복구 코드가 사용되었습니다."}},
	{code: "key-created", family: FamilyUser, security: true,
		en: wording{"New key", "An API token, an access key or a certificate was issued for your account."},
		ko: wording{"새 인증 키", "계정에 API 토큰, 액세스 키 또는 인증서가 발급되었습니다."}},
	{code: "identity-linked", family: FamilyUser, security: true,
		en: wording{"Linked account changed", "An account of another provider can sign in to yours from now on, or no longer."},
		ko: wording{"연결된 계정 변경", "다른 인증 제공자의 계정이 연결되었거나 연결이 해제되었습니다."}},
	{code: "key-expiring", family: FamilyUser,
		en: wording{"Key about to expire", "An API token or a certificate of yours expires in a few days."},
		ko: wording{"인증 키 만료 예정", "API 토큰 또는 인증서가 며칠 안에 만료됩니다."}},
	{code: "ticket-answered", family: FamilyUser,
		en: wording{"Support tickets", "A ticket in which you have written was answered or changed."},
		ko: wording{"지원 티켓", "회원님이 작성에 참여한 티켓에 답변이 등록되었거나 변경 사항이 있습니다."}},
	{code: "tenant-state", family: FamilyAdmin,
		en: wording{"State of tenants", "A tenant that you run was made, disabled or enabled, or is to end."},
		ko: wording{"테넌트 상태", "관리하는 테넌트가 생성, 비활성화 또는 활성화되었거나 종료될 예정입니다."}},
	{code: "access-requested", family: FamilyAdmin,
		en: wording{"Requests for access", "Somebody who may do little or nothing in the tenant asks for rights."},
		ko: wording{"접근 권한 요청", "테넌트에서 권한이 거의 없는 사용자가 권한을 요청했습니다."}},
	{code: "otp-policy-changed", family: FamilyAdmin,
		en: wording{"Two-step verification of the tenant", "Everybody in the tenant needs two-step verification from now on, or no longer."},
		ko: wording{"테넌트 2단계 인증 정책", "테넌트 전체의 2단계 인증 의무가 설정 또는 해제되었습니다."}},
	{code: "provider-changed", family: FamilyAdmin,
		en: wording{"Identity providers", "A provider that signs in people of the tenant was added, changed or deleted."},
		ko: wording{"인증 제공자", "테넌트의 로그인에 사용하는 인증 제공자가 추가, 변경 또는 삭제되었습니다."}},
}

// entryOf answers a line of the catalogue by its code.
func entryOf(code string) (e entry, ok bool) {
	if i := slices.IndexFunc(catalogue, func(e entry) bool { return e.code == code }); i >= 0 {
		return catalogue[i], true
	}
	return entry{}, false
}

// in answers what the entry is called in one of the languages of mails.
func (e entry) in(language string) wording {
	if language == "ko" {
		return e.ko
	}
	return e.en
}

// entryOfKind answers what is to be on for a kind of mail to be sent. ok is
// false for those that nobody can do without.
func entryOfKind(k iam.MessageKind) (entry, bool) { return entryOf(kinds[k].code) }
