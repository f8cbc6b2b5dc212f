package message

// Check answers nil when v, a struct or a pointer to one, keeps the rules in
// the tags of its fields and of all that is in it. Otherwise it answers an
// Invalid iam.Error with one field for each violation: its path as
// "spec.rules[0].cookie_name", below prefix where that is not empty. A type
// whose tags make no sense panics.
func Check(prefix string, v any) error { panic("unfinished") }
