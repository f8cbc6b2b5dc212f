package object

import "github.com/gatehouse-id/gatehouse/internal/iam"

// fault is a broken rule in the words that package message has for one.
func fault(path string, reason iam.Reason, should string) iam.Field {
	return iam.Field{Path: path, Reason: reason, Message: "Field " + path + " should " + should + " in request."}
}

// invalid is the error of one broken rule.
func invalid(path string, reason iam.Reason, should string) error {
	f := fault(path, reason, should)
	return &iam.Error{Kind: iam.Invalid, Code: reason, Message: f.Message, Fields: []iam.Field{f}}
}
