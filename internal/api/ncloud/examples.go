package ncloud

import (
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// What the document shows of each operation. The people in it are invented.
var (
	exampleTime = time.Date(2019, 8, 10, 13, 21, 0, 0, time.UTC)
	examplePage = iam.Page{Limit: defaultSize}

	exampleTenant iam.TenantID = "01932f6d-8a00-7000-8000-5c0de5c0de01"
	exampleUser                = iam.User{ID: "01932f6d-8a00-7000-8000-5c0de5c0de02", Username: "hana.lee", DisplayName: "이하나",
		Email: "hana@example.com", State: iam.UserEnabled, Number: 102030405060, Attributes: map[string]string{attrMemo: "Developer"},
		Rules:     iam.UserRules{API: iam.SourceRule{On: true, Sources: []iam.Source{{Type: iam.SourceIP, Value: "203.0.113.0/24"}}}},
		Roles:     []iam.Ref[iam.RoleID]{{ID: iam.RoleID(examplePolicy.PolicyID), Name: "helpdesk", Handle: "helpdesk"}},
		LastLogin: exampleTime, Created: exampleTime, Updated: exampleTime}
	exampleGroup  = groupRefOf(exampleTenant, iam.Group{ID: "01932f6d-8a00-7000-8000-5c0de5c0de03", Name: "developers"})
	examplePolicy = policyOf(exampleTenant, iam.Role{ID: "01932f6d-8a00-7000-8000-5c0de5c0de04", Name: "helpdesk", Description: "Looks after people"})
	exampleRole   = iam.Group{ID: "01932f6d-8a00-7000-8000-5c0de5c0de05", Name: rolePrefix + "deployer", Description: "Deploys",
		Attributes: map[string]string{attrRoleType: roleServer}, Created: exampleTime, Updated: exampleTime}
	exampleGroupDetail = groupDetail{exampleGroup.GroupID, exampleGroup.GroupName, []accountRef{accountRefOf(exampleTenant, exampleUser)},
		[]policy{examplePolicy}, exampleGroup.NRN}
	examplePermissions = []permission{
		{Effect: "Allow", Targets: []target{{"users", []string{"View*", "update"}, []string{"*"}}}},
		{Effect: "Allow", Targets: []target{{"Server", []string{"View*"}, []string{"*"}}}},
	}
	exampleNewAccount = newAccountForm{LoginID: exampleUser.Username, NeedPasswordReset: new(flag(true)), NeedPasswordGenerate: true,
		accountForm: accountForm{Name: exampleUser.DisplayName, Email: &exampleUser.Email, CanAPIGatewayAccess: new(flag(true)),
			CanConsoleAccess: new(flag(true))}}
)

const examplePassword = "Tg7#vq2Lm-Xr9Wka" //nolint:gosec // invented

func exampleAccount(u iam.User) account { return accountOf(exampleTenant, u) }

func same[T any](v T) T { return v }
