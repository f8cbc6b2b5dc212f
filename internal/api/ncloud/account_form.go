package ncloud

import (
	"regexp"

	"github.com/gatehouse-id/gatehouse/internal/directory"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// accountForm is what both creating and changing say of a sub account. What is
// absent stays as it is.
type accountForm struct {
	Name                string    `json:"name" doc:"2 to 30 characters."`
	Email               *string   `json:"email,omitzero" doc:"6 to 100 characters; empty removes it."`
	Memo                *string   `json:"memo,omitzero" doc:"At most 100 bytes."`
	Active              *flag     `json:"active,omitzero"`
	CanAPIGatewayAccess *flag     `json:"canAPIGatewayAccess,omitzero"`
	CanConsoleAccess    *flag     `json:"canConsoleAccess,omitzero"`
	IsMfaMandatory      *flag     `json:"isMfaMandatory,omitzero" doc:"Whether signing in on a page takes a second factor. Not shown again."`
	UseConsolePermitIP  *flag     `json:"useConsolePermitIp,omitzero"`
	ConsolePermitIps    *[]string `json:"consolePermitIps,omitzero" doc:"Addresses and networks (CIDR)."`
	UseAPIAllowSource   *flag     `json:"useApiAllowSource,omitzero"`
	APIAllowSources     *[]source `json:"apiAllowSources,omitzero"`
}

// newAccountForm is what creating says in addition.
type newAccountForm struct {
	LoginID string `json:"loginId" doc:"3 to 60 letters, digits and . @ - _, the first a letter."`
	accountForm
	NeedPasswordReset    *flag             `json:"needPasswordReset" doc:"Whether the first sign-in on a page asks for a new password."`
	NeedPasswordGenerate flag              `json:"needPasswordGenerate,omitzero" doc:"Makes a password, and shows it in the answer."`
	Password             string            `json:"password,omitzero" doc:"8 to 16 characters, with upper case, lower case, digit and symbol."`
	Tags                 map[string]string `json:"tags,omitzero" doc:"At most 20."`
}

// Rules of the vendor's forms.
const (
	minName, maxName   = 2, 30  // characters
	minEmail, maxEmail = 6, 100 // characters
	maxMemo            = 100    // bytes
)

var loginID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9.@_-]{2,59}$`)

func (f *newAccountForm) check() error {
	var check iam.Checker
	switch {
	case f.LoginID == "":
		check.Add("loginId", iam.ReasonRequired, "loginId is required")
	case !loginID.MatchString(f.LoginID):
		check.Add("loginId", iam.ReasonFormat, "loginId must have 3 to 60 letters, digits or any of . @ - _, and begin with a letter")
	}
	f.accountForm.check(&check, iam.User{})
	for _, required := range []struct {
		member string
		value  *flag
	}{{"canAPIGatewayAccess", f.CanAPIGatewayAccess}, {"canConsoleAccess", f.CanConsoleAccess}, {"needPasswordReset", f.NeedPasswordReset}} {
		if required.value == nil {
			check.Add(required.member, iam.ReasonRequired, "%s is required", required.member)
		}
	}
	// A sub account that does not sign in needs no password, and real clients send none.
	if f.Password == "" && !bool(f.NeedPasswordGenerate) && f.CanConsoleAccess != nil && bool(*f.CanConsoleAccess) {
		check.Add("password", iam.ReasonRequired, "password is required unless needPasswordGenerate is true")
	}
	return check.Err()
}

// check holds the form against the vendor's rules; the core has more of them.
// What stays as it is may break them: another dialect has other rules.
func (f *accountForm) check(check *iam.Checker, old iam.User) {
	if f.Name == "" || f.Name != nameOf(old) {
		check.Length("name", f.Name, minName, maxName)
	}
	if f.Email != nil && *f.Email != "" && *f.Email != old.Email {
		check.Length("email", *f.Email, minEmail, maxEmail)
	}
	if f.Memo != nil && len(*f.Memo) > maxMemo && *f.Memo != old.Attributes[attrMemo] {
		check.Add("memo", iam.ReasonLength, "memo must have at most %d bytes", maxMemo)
	}
	rules := f.rules(old.Rules)
	if rules.Pages.On && len(rules.Pages.Sources) == 0 {
		check.Add("consolePermitIps", iam.ReasonRequired, "consolePermitIps is required where useConsolePermitIp is true")
	}
	if rules.API.On && len(rules.API.Sources) == 0 {
		check.Add("apiAllowSources", iam.ReasonRequired, "apiAllowSources is required where useApiAllowSource is true")
	}
}

// rules answers the rules of a sub account with the form over them.
func (f *accountForm) rules(old iam.UserRules) iam.UserRules {
	set := func(to *bool, from *flag, same bool) {
		if from != nil {
			*to = bool(*from) == same
		}
	}
	r := old
	set(&r.NoAPI, f.CanAPIGatewayAccess, false)
	set(&r.NoPages, f.CanConsoleAccess, false)
	set(&r.RequireFactor, f.IsMfaMandatory, true)
	set(&r.Pages.On, f.UseConsolePermitIP, true)
	set(&r.API.On, f.UseAPIAllowSource, true)
	if f.ConsolePermitIps != nil {
		r.Pages.Sources = nil
		for _, ip := range *f.ConsolePermitIps {
			r.Pages.Sources = append(r.Pages.Sources, iam.Source{Type: iam.SourceIP, Value: ip})
		}
	}
	if f.APIAllowSources != nil {
		r.API.Sources = nil
		for _, s := range *f.APIAllowSources {
			r.API.Sources = append(r.API.Sources, iam.Source{Type: iam.SourceType(s.Type), Value: s.Source})
		}
	}
	return r
}

// newUser answers the user to be made. The password, if any, is the caller's to add.
func (f *newAccountForm) newUser(tags string) directory.NewUser {
	reset := bool(*f.NeedPasswordReset)
	u := directory.NewUser{Username: f.LoginID, DisplayName: f.Name, Rules: f.rules(iam.UserRules{}), Disabled: f.Active != nil && !bool(*f.Active),
		MustChangePassword: reset, KeepPassword: !reset, Attributes: map[string]string{}}
	if f.Email != nil {
		u.Email = *f.Email
	}
	if f.Memo != nil && *f.Memo != "" {
		u.Attributes[attrMemo] = *f.Memo
	}
	if tags != "" {
		u.Attributes[attrTags] = tags
	}
	return u
}

// change answers the change of a user.
func (f *accountForm) change(old iam.User) (*directory.UserChange, error) {
	var check iam.Checker
	f.check(&check, old)
	if err := check.Err(); err != nil {
		return nil, err
	}
	rules := f.rules(old.Rules)
	ch := &directory.UserChange{Email: f.Email, Rules: &rules}
	if f.Name != nameOf(old) { // a name that is only shown, for want of one, is not made one
		ch.DisplayName = &f.Name
	}
	if f.Memo != nil {
		ch.Attributes = map[string]*string{attrMemo: orNil(*f.Memo)}
	}
	if f.Active != nil {
		ch.State = stateOf(old, bool(*f.Active))
	}
	return ch, nil
}

// stateOf answers the state of a user who is to be active or not, nil where
// that is as it was: one who has not signed in yet stays so.
func stateOf(old iam.User, active bool) *iam.UserState {
	if active == (old.State != iam.UserDisabled) {
		return nil
	}
	state := iam.UserDisabled
	if active {
		state = iam.UserEnabled
	}
	return &state
}
