package notice

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Recipient is a user as far as notices go.
type Recipient struct {
	User     iam.UserID
	Username string
	Email    string // empty: nothing can be sent
	Language string
	// Said are the notices, by code, of which the user has said whether they
	// want them.
	Said map[string]bool
}

// wants reports whether a user wants a kind of notice: all are on until they
// are switched off.
func (r Recipient) wants(e entry) bool {
	on, said := r.Said[e.code]
	return on || !said
}

// Preference is one line of the catalogue, as it is for somebody.
type Preference struct {
	Code        string
	Family      Family
	Label       string
	Description string
	Enabled     bool
	Default     bool // what Enabled is where the user has said nothing
}

// preference answers an entry as it is for a recipient.
func (e entry) preference(r Recipient, language string) Preference {
	w := e.in(language)
	return Preference{Code: e.code, Family: e.family, Label: w.label, Description: w.description, Enabled: r.wants(e), Default: true}
}

// Preferences answers the catalogue of a family, of both where it is empty, as
// the actor has it, in a language; without one in the actor's own. Denied: the
// actor is no user of the tenant in which they act.
func (s *Service) Preferences(ctx context.Context, by iam.Actor, f Family, lang string) ([]Preference, error) {
	r, err := s.self(ctx, by)
	if err != nil {
		return nil, err
	}
	settings, err := s.tenants.Settings(ctx, by.Tenant)
	if err != nil {
		return nil, err
	}
	lang = language(lang, r.Language, settings.Language)
	var ps []Preference
	for _, e := range catalogue {
		if f == "" || e.family == f {
			ps = append(ps, e.preference(r, lang))
		}
	}
	return ps, nil
}

// SetPreferences keeps what the actor says; codes that are not named stay. Where
// one is switched off that guards the account, a last mail says so. Denied as
// for Preferences. Invalid: a code is not of the family, of either where that is
// empty.
func (s *Service) SetPreferences(ctx context.Context, by iam.Actor, f Family, want map[string]bool) error {
	var c iam.Checker
	for _, code := range slices.Sorted(maps.Keys(want)) {
		if e, ok := entryOf(code); !ok || f != "" && e.family != f {
			c.Add("code", iam.ReasonFormat, "code must be one of %s, and not %q", strings.Join(codes(f), ", "), iam.Cut(code, 64))
		}
	}
	if err := c.Err(); err != nil {
		return err
	}
	r, err := s.self(ctx, by)
	if err != nil {
		return err
	}
	return s.set(ctx, by, r, want)
}

// codes are those of a family, of both where it is empty.
func codes(f Family) (all []string) {
	for _, e := range catalogue {
		if f == "" || e.family == f {
			all = append(all, e.code)
		}
	}
	return all
}

// Unset ends a kind of notice for the actor. Errors as for SetPreferences.
func (s *Service) Unset(ctx context.Context, by iam.Actor, f Family, code string) error {
	return s.SetPreferences(ctx, by, f, map[string]bool{code: false})
}

// self answers the actor. Denied: they are no user of the tenant in which they act.
func (s *Service) self(ctx context.Context, by iam.Actor) (Recipient, error) {
	if by.Home != by.Tenant || by.User == "" {
		return Recipient{}, iam.E(iam.Denied, "%s is not a user of this tenant", by.Username)
	}
	return s.store.Recipient(ctx, by.Tenant, by.User)
}

// set writes what of a recipient's wishes is new, with the last mails of what
// was switched off, all or nothing.
func (s *Service) set(ctx context.Context, by iam.Actor, r Recipient, want map[string]bool) error {
	changed := map[string]bool{}
	words := map[bool][]string{}
	var last []Outgoing
	for _, e := range catalogue {
		on, said := want[e.code]
		if !said || on == r.wants(e) {
			continue
		}
		changed[e.code] = on
		words[on] = append(words[on], e.code)
		if on || !e.security || !iam.ValidEmail(r.Email) {
			continue
		}
		o, err := s.prepare(ctx, by.Tenant, iam.Message{Kind: iam.MessageNoticeOff, To: r.Email, Username: r.Username, Language: r.Language,
			Facts: map[string]string{"notice": e.code, "address": by.Address, "client": by.Client, "at": s.env.Time().Format(time.RFC3339)}})
		if err != nil {
			return err
		}
		last = append(last, o)
	}
	if len(changed) == 0 {
		return nil
	}
	told := s.env.Event(by, "user", "change-notices", string(r.User), r.Username)
	told.Details = iam.Merge(told.Details, details(words))
	if err := s.store.SetPreferences(ctx, by.Tenant, r.User, changed, told.At, last, told); err != nil {
		return err
	}
	if len(last) > 0 {
		s.queue.Wake()
	}
	return nil
}

// details tells in an event which notices were switched on and off.
func details(words map[bool][]string) map[string]string {
	d := map[string]string{}
	for name, codes := range map[string][]string{"on": words[true], "off": words[false]} {
		if len(codes) > 0 {
			d[name] = strings.Join(codes, ",")
		}
	}
	return d
}
