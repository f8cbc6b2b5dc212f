package console

import "github.com/gatehouse-id/gatehouse/internal/iam"

// fault puts a broken rule of one field into words.
func (v *visit) fault(f iam.Field) string {
	policy := v.settings.Password
	switch f.Reason {
	case iam.ReasonRequired:
		if f.Path == "terms" {
			return v.words.say("fault.terms")
		}
		return v.words.say("fault.required")
	case iam.ReasonLength:
		if f.Path == "domain" {
			return v.words.say("fault.domain")
		}
		if f.Min > 0 {
			return v.words.say("fault.length", f.Min, f.Max)
		}
		return v.words.say("fault.long", f.Max)
	case iam.ReasonTooLarge:
		return v.words.say("fault.image-large")
	case iam.ReasonLower:
		return v.words.say("policy.lower", policy.MinLower)
	case iam.ReasonUpper:
		return v.words.say("policy.upper", policy.MinUpper)
	case iam.ReasonDigits:
		return v.words.say("policy.digits", policy.MinDigits)
	case iam.ReasonSymbols:
		return v.words.say("policy.symbols", policy.MinSymbols)
	case iam.ReasonOwnName:
		return v.words.say("fault.own-name")
	case iam.ReasonCommon:
		return v.words.say("fault.common")
	case iam.ReasonGuessable:
		return v.words.say("fault.guessable")
	case iam.ReasonSamePassword:
		return v.words.say("error.same-password")
	}
	switch f.Path {
	case "email":
		return v.words.say("fault.email")
	case "domain":
		if f.Reason == iam.ReasonUsed {
			return v.words.say("sign-up.taken")
		}
		return v.words.say("fault.domain")
	case "image":
		return v.words.say("fault.image")
	}
	return v.words.say("fault.format")
}

// policy tells what the tenant asks of a new password.
func (v *visit) policy() []string {
	p := v.settings.Password
	rules := []string{v.words.say("policy.length", p.MinLength)}
	for _, class := range []struct {
		key string
		n   int
	}{{"policy.lower", p.MinLower}, {"policy.upper", p.MinUpper}, {"policy.digits", p.MinDigits}, {"policy.symbols", p.MinSymbols}} {
		if class.n > 0 {
			rules = append(rules, v.words.say(class.key, class.n))
		}
	}
	if p.RefuseCommon || p.MinStrength > 0 {
		rules = append(rules, v.words.say("policy.common"))
	}
	if p.NotUsername {
		rules = append(rules, v.words.say("policy.own-name"))
	}
	if p.History > 0 {
		rules = append(rules, v.words.say("policy.history", p.History))
	}
	return rules
}
