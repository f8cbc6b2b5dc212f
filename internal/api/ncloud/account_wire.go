package ncloud

import (
	"cmp"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/access"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// attrMemo holds the memo of a sub account.
const attrMemo = "ncloud.memo"

// account is a sub account in a list, with the members in the order of the
// document. isMfaMandatory is taken but never shown, as the vendor has it.
type account struct {
	Active              bool     `json:"active"`
	CanAPIGatewayAccess bool     `json:"canAPIGatewayAccess" doc:"Whether access keys and other credentials may call APIs."`
	CanConsoleAccess    bool     `json:"canConsoleAccess" doc:"Whether the sub account may sign in on pages."`
	ConsolePermitIps    []string `json:"consolePermitIps"`
	CreateTime          string   `json:"createTime"`
	Email               string   `json:"email" doc:"Empty where there is none."`
	LastLoginTime       *string  `json:"lastLoginTime" doc:"Null before the first sign-in."`
	LoginID             string   `json:"loginId"`
	Memo                string   `json:"memo" doc:"At most 100 bytes; empty where there is none."`
	ModifiedTime        string   `json:"modifiedTime"`
	Name                string   `json:"name"`
	NeedPasswordReset   bool     `json:"needPasswordReset"`
	SubAccountNo        int64    `json:"subAccountNo"`
	SubAccountID        string   `json:"subAccountId"`
	UseConsolePermitIP  bool     `json:"useConsolePermitIp"`
	UseAPIAllowSource   bool     `json:"useApiAllowSource"`
	APIAllowSources     []source `json:"apiAllowSources"`
	NRN                 string   `json:"nrn"`
}

// source is a place from where APIs may be called.
type source struct {
	Type   string `json:"type" doc:"IP, VPC or VPC_SERVER. Gatehouse knows no virtual networks: only sources of the type IP let anybody in."`
	Source string `json:"source" doc:"An address, a network (CIDR), or an instance number."`
}

func accountOf(t iam.TenantID, u iam.User) account {
	return account{
		Active: u.State != iam.UserDisabled, CanAPIGatewayAccess: !u.Rules.NoAPI, CanConsoleAccess: !u.Rules.NoPages,
		ConsolePermitIps: addresses(u.Rules.Pages.Sources), CreateTime: stamp(u.Created), Email: u.Email,
		LastLoginTime: stampOrNull(u.LastLogin), LoginID: u.Username, Memo: u.Attributes[attrMemo], ModifiedTime: stamp(u.Updated),
		Name: nameOf(u), NeedPasswordReset: u.MustChangePassword, SubAccountNo: u.Number, SubAccountID: string(u.ID),
		UseConsolePermitIP: u.Rules.Pages.On, UseAPIAllowSource: u.Rules.API.On, APIAllowSources: sourcesOf(u.Rules.API.Sources),
		NRN: accountNRN(t, u.ID),
	}
}

func accountNRN(t iam.TenantID, u iam.UserID) string { return nrn(t, "SubAccount", string(u)) }

// nameOf answers the name of a sub account. Who was made through another
// dialect may have none.
func nameOf(u iam.User) string { return cmp.Or(u.DisplayName, u.ListedName()) }

// addresses are the sources of the console, which knows no others.
func addresses(sources []iam.Source) []string {
	all := []string{}
	for _, s := range sources {
		if s.Type == iam.SourceIP {
			all = append(all, s.Value)
		}
	}
	return all
}

func sourcesOf(sources []iam.Source) []source {
	all := make([]source, len(sources))
	for i, s := range sources {
		all[i] = source{string(s.Type), s.Value}
	}
	return all
}

// accountDetail is one sub account.
type accountDetail struct {
	account
	Groups   []groupDetail `json:"groups"`
	Policies []policyRef   `json:"policies"`
}

// policyRef is a policy where a sub account is shown.
type policyRef struct {
	PolicyID   string `json:"policyId"`
	PolicyName string `json:"policyName"`
	PolicyType string `json:"policyType"`
}

// policiesOf are the policies that are bound to a user itself. The built-in
// roles are known by their handles, which nothing else in a tenant has.
func policiesOf(roles []iam.Ref[iam.RoleID]) []policyRef {
	all := make([]policyRef, len(roles))
	for i, r := range roles {
		kind := policyCustom
		if builtinHandles[r.Handle] {
			kind = policySystem
		}
		all[i] = policyRef{string(r.ID), r.Name, kind}
	}
	return all
}

var builtinHandles = func() map[string]bool {
	handles := map[string]bool{}
	for _, r := range access.Builtin() {
		handles[r.Handle] = true
	}
	return handles
}()

// groupsOf are the groups of a user that are groups here too.
func groupsOf(refs []iam.Ref[iam.GroupID]) []iam.Ref[iam.GroupID] {
	var groups []iam.Ref[iam.GroupID]
	for _, g := range refs {
		if !strings.HasPrefix(g.Name, rolePrefix) {
			groups = append(groups, g)
		}
	}
	return groups
}

// accountRef is a sub account where something else is shown.
type accountRef struct {
	SubAccountID string `json:"subAccountId"`
	LoginID      string `json:"loginId"`
	Name         string `json:"name"`
	NRN          string `json:"nrn"`
}

func accountRefOf(t iam.TenantID, u iam.User) accountRef {
	return accountRef{string(u.ID), u.Username, nameOf(u), accountNRN(t, u.ID)}
}
