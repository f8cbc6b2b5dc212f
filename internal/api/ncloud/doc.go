// Package ncloud speaks the Sub Account API v1 of Naver Cloud Platform: sub
// accounts with their access keys, groups, policies and roles.
//
// It owns the translation between that wire format and the core, the signature
// v2 of its gateway, and the two shapes of its errors. It must not know
// storage, and it owns no rule but those of the vendor's forms: what a name may
// be beyond them, who may give which right, and from where a sub account may
// come in is decided below. docs/ncloud.md tells where documents, real clients
// and Gatehouse differ.
//
//	Naver Cloud                           core
//	main account                          Tenant
//	login alias                           alias of the tenant
//	sub account                           User
//	loginId, name, email                  Username, DisplayName, Email
//	subAccountNo, subAccountId            Number, ID
//	active                                State is not disabled
//	canConsoleAccess, consolePermitIps    Rules.NoPages, Rules.Pages
//	canAPIGatewayAccess, apiAllowSources  Rules.NoAPI, Rules.API
//	needPasswordReset, isMfaMandatory     MustChangePassword, Rules.RequireFactor
//	access key                            AccessKey
//	group                                 Group
//	role                                  Group, by the name "role/" and its own
//	policy                                Role
//	assigned policy                       Binding in the whole tenant
//	memo, tags and what else the core     Attributes "ncloud...."
//	has no words for
package ncloud
