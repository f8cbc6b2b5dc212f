// Package message reads messages as proto3 writes them in JSON, and checks them
// against the rules in the tags of their struct fields:
//
//	Rules []rule  `json:"rules" rule:"message.required=true;repeated.max_items=4"`
//	None  *empty  `json:"none" oneof:"identifier"`
//	Name  *string `json:"name" oneof:"identifier" rule:"string.min_len=1"`
//
// The words of a rule are those of protoc-gen-validate and of F5's additions to
// it, as F5's OpenAPI documents have them in x-ves-validation-rules; members
// with one name in their oneof tags exclude one another
// (x-ves-oneof-field-NAME). Where absent and empty differ, as in a oneof, a
// member is to be a pointer.
//
// The package owns what each rule means and how its violation is told. It must
// not know any message, any dialect or any use case.
package message
