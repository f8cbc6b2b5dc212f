package main

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// setting is one of the settings of a tenant as the command line names it.
type setting struct {
	key  string
	show func(*iam.Settings) any
	set  func(*iam.Settings, string) error
}

// settings are all that can be changed, in the order in which they are shown.
var settings = []setting{
	number("password.min_length", func(s *iam.Settings) *int { return &s.Password.MinLength }),
	number("password.max_length", func(s *iam.Settings) *int { return &s.Password.MaxLength }),
	number("password.min_lower", func(s *iam.Settings) *int { return &s.Password.MinLower }),
	number("password.min_upper", func(s *iam.Settings) *int { return &s.Password.MinUpper }),
	number("password.min_digits", func(s *iam.Settings) *int { return &s.Password.MinDigits }),
	number("password.min_symbols", func(s *iam.Settings) *int { return &s.Password.MinSymbols }),
	yesNo("password.not_username", func(s *iam.Settings) *bool { return &s.Password.NotUsername }),
	yesNo("password.refuse_common", func(s *iam.Settings) *bool { return &s.Password.RefuseCommon }),
	number("password.min_strength", func(s *iam.Settings) *int { return &s.Password.MinStrength }),
	number("password.history", func(s *iam.Settings) *int { return &s.Password.History }),
	span("password.max_age", func(s *iam.Settings) *time.Duration { return &s.Password.MaxAge }),
	number("lockout.free_failures", func(s *iam.Settings) *int { return &s.Lockout.FreeFailures }),
	number("lockout.free_failures_of_address", func(s *iam.Settings) *int { return &s.Lockout.FreeFailuresOfAddress }),
	span("lockout.delay", func(s *iam.Settings) *time.Duration { return &s.Lockout.Delay }),
	span("lockout.max_delay", func(s *iam.Settings) *time.Duration { return &s.Lockout.MaxDelay }),
	span("lockout.window", func(s *iam.Settings) *time.Duration { return &s.Lockout.Window }),
	span("session.idle", func(s *iam.Settings) *time.Duration { return &s.Session.Idle }),
	span("session.absolute", func(s *iam.Settings) *time.Duration { return &s.Session.Absolute }),
	yesNo("factor.required", func(s *iam.Settings) *bool { return &s.Factor.Required }),
	yesNo("factor.totp", func(s *iam.Settings) *bool { return &s.Factor.TOTP }),
	yesNo("factor.email", func(s *iam.Settings) *bool { return &s.Factor.Email }),
	yesNo("factor.passkey", func(s *iam.Settings) *bool { return &s.Factor.Passkey }),
	number("credentials.max_token_days", func(s *iam.Settings) *int { return &s.Credentials.MaxTokenDays }),
	number("credentials.max_certificate_days", func(s *iam.Settings) *int { return &s.Credentials.MaxCertificateDays }),
	number("credentials.max_kube_config_days", func(s *iam.Settings) *int { return &s.Credentials.MaxKubeConfigDays }),
	{"networks", func(s *iam.Settings) any { return networksText(s.Networks) }, setNetworks},
	span("keep_login_events", func(s *iam.Settings) *time.Duration { return &s.KeepLoginEvents }),
	span("keep_audit_events", func(s *iam.Settings) *time.Duration { return &s.KeepAuditEvents }),
	text("language", func(s *iam.Settings) *string { return &s.Language }),
	text("branding.display_name", func(s *iam.Settings) *string { return &s.Branding.DisplayName }),
	text("branding.support_email", func(s *iam.Settings) *string { return &s.Branding.SupportEmail }),
	{"branding.accent", func(s *iam.Settings) any { return s.Branding.Accent }, setAccent},
	text("terms.version", func(s *iam.Settings) *string { return &s.Terms.Version }),
	text("terms.text", func(s *iam.Settings) *string { return &s.Terms.Text }),
	text("scanner_url", func(s *iam.Settings) *string { return &s.ScannerURL }),
}

func settingOf(key string) (setting, bool) {
	for _, s := range settings {
		if s.key == key {
			return s, true
		}
	}
	return setting{}, false
}

func settingKeys() []string {
	keys := make([]string, len(settings))
	for i, s := range settings {
		keys[i] = s.key
	}
	return keys
}

func text(key string, member func(*iam.Settings) *string) setting {
	return setting{key, func(s *iam.Settings) any { return *member(s) }, func(s *iam.Settings, value string) error {
		*member(s) = value
		return nil
	}}
}

func number(key string, member func(*iam.Settings) *int) setting {
	return setting{key, func(s *iam.Settings) any { return *member(s) }, func(s *iam.Settings, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil {
			return errors.New("the value must be a number")
		}
		*member(s) = n
		return nil
	}}
}

func yesNo(key string, member func(*iam.Settings) *bool) setting {
	return setting{key, func(s *iam.Settings) any { return *member(s) }, func(s *iam.Settings, value string) error {
		if value != "true" && value != "false" {
			return errors.New("the value must be true or false")
		}
		*member(s) = value == "true"
		return nil
	}}
}

const day = 24 * time.Hour

// span is a length of time, in days where it is whole ones; 0 is for ever
// where the setting has that.
func span(key string, member func(*iam.Settings) *time.Duration) setting {
	show := func(s *iam.Settings) any {
		d := *member(s)
		if d != 0 && d%day == 0 {
			return strconv.Itoa(int(d/day)) + "d"
		}
		return d.String()
	}
	return setting{key, show, func(s *iam.Settings, value string) error {
		d, err := time.ParseDuration(value)
		if days, ok := strings.CutSuffix(value, "d"); ok {
			var n int64
			n, err = strconv.ParseInt(days, 10, 32)
			d = time.Duration(n) * day
			if d/day != time.Duration(n) {
				err = strconv.ErrRange
			}
		}
		if err != nil {
			return errors.New("the value must be a length of time such as 90s, 15m, 8h or 365d")
		}
		*member(s) = d
		return nil
	}}
}

func setNetworks(s *iam.Settings, value string) error {
	s.Networks = nil
	if value == "" {
		return nil
	}
	networks := make([]netip.Prefix, 0, strings.Count(value, ",")+1)
	for part := range strings.SplitSeq(value, ",") {
		p, err := iam.ParseNetwork(strings.TrimSpace(part))
		if err != nil {
			return err
		}
		networks = append(networks, p)
	}
	s.Networks = networks
	return nil
}

// setAccent takes a colour also in the short form of CSS, #rgb.
func setAccent(s *iam.Settings, value string) error {
	value = strings.ToLower(value)
	if len(value) == 4 && value[0] == '#' {
		value = "#" + strings.Repeat(value[1:2], 2) + strings.Repeat(value[2:3], 2) + strings.Repeat(value[3:4], 2)
	}
	s.Branding.Accent = value
	return nil
}
