// Package message reads messages as proto3 writes them in JSON, and checks them
// against the rules in the tags of their struct fields, in the words of
// protoc-gen-validate as F5's documents have them:
// `rule:"message.required=true;string.max_len=256"`. Members of one
// `oneof:"name"` exclude one another.
//
// It owns what each rule means and how its violation is told. It must not know
// any message, any dialect or any use case.
package message
