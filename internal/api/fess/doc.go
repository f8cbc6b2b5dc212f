// Package fess speaks the admin API of the search server Fess, in which its
// users, groups and roles are kept: the dialect of fessctl, and of everybody
// who reads Fess's documents.
//
// It owns the translation between that wire format and the core, and the
// answers to errors. It must not know storage, and it owns no rule: what a
// name may be, who may give which role, or when a version is stale is decided
// below. docs/fess.md tells where document, real server and Gatehouse differ.
//
//	Fess                                    core
//	id                                      Base64 of Handle
//	name                                    ListedName
//	surname, givenName, mail, displayName,  FamilyName, GivenName, Email,
//	telephoneNumber                         DisplayName, Phone
//	any other attribute                     Attributes, by the same name
//	roles, groups                           Roles, Groups; how the client
//	                                        spelled them: Attributes "fess...."
//	version_no, versionNo                   Version
//
// Attributes whose name has a dot belong to one dialect each and are neither
// shown nor taken here.
package fess
