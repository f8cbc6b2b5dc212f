package console

import (
	"fmt"
	"time"

	textlanguage "golang.org/x/text/language"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// language is what differs between languages.
type language struct {
	tag    string // BCP 47
	own    string // its name in itself
	words  map[string]string
	layout string // of a date with the time, for time.Format
}

var (
	english = &language{tag: "en", own: "English", words: wordsEN, layout: "2 Jan 2006, 15:04"}
	korean  = &language{tag: "ko", own: "한국어", words: wordsKO, layout: "2006년 1월 2일 15:04"}

	languages = []*language{english, korean}
	matcher   = textlanguage.NewMatcher([]textlanguage.Tag{textlanguage.English, textlanguage.Korean})
)

// say answers the words of a key, with values in them.
func (l *language) say(key string, args ...any) string {
	s, ok := l.words[key]
	switch {
	case !ok:
		panic("console: no words for " + key) // a test asks for every key there is
	case len(args) == 0:
		return s
	default:
		return fmt.Sprintf(s, args...)
	}
}

func (l *language) date(t time.Time) string { return t.Format(l.layout) }

// duration tells how long to wait, in the greatest unit that it fills.
func (l *language) duration(d time.Duration) string {
	seconds := int((d + time.Second - 1) / time.Second)
	switch {
	case seconds <= 1:
		return l.say("time.second")
	case seconds < 100:
		return l.say("time.seconds", seconds)
	default:
		return l.say("time.minutes", (seconds+59)/60)
	}
}

// known answers a language by its tag, nil where we do not speak it.
func known(tag string) *language {
	for _, l := range languages {
		if l.tag == tag {
			return l
		}
	}
	return nil
}

// choose answers the language of a page: the one that the user has chosen, else
// the best of those that the browser asks for, else the tenant's.
func (v *visit) choose(chosen string) *language {
	if tag, err := textlanguage.Parse(chosen); err == nil {
		base, _ := tag.Base()
		if l := known(base.String()); l != nil {
			return l
		}
	}
	asked, _, err := textlanguage.ParseAcceptLanguage(iam.Cut(v.r.Header.Get("Accept-Language"), 256))
	if err == nil && len(asked) > 0 {
		if _, i, confidence := matcher.Match(asked...); confidence >= textlanguage.High {
			return languages[i]
		}
	}
	if l := known(v.settings.Language); l != nil {
		return l
	}
	return english
}

// local is a time in the user's time zone.
func (v *visit) local(t time.Time) time.Time {
	if v.user.TimeZone != "" {
		if zone, err := time.LoadLocation(v.user.TimeZone); err == nil {
			return t.In(zone)
		}
	}
	return t.UTC()
}
