package console

import (
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

var verb = regexp.MustCompile(`%(?:\[\d+\])?[a-z]`)

// TestLanguagesSayTheSame: a key has words in every language, with the same
// values in them, in the same order.
func TestLanguagesSayTheSame(t *testing.T) {
	for _, l := range languages[1:] {
		if diff := cmp.Diff(slices.Sorted(maps.Keys(wordsEN)), slices.Sorted(maps.Keys(l.words))); diff != "" {
			t.Errorf("%s has other keys than English (-en +%s)\n%s", l.tag, l.tag, diff)
		}
		for key, words := range l.words {
			if strings.TrimSpace(words) == "" {
				t.Errorf("%s: no words for %s", l.tag, key)
			}
			if diff := cmp.Diff(verb.FindAllString(wordsEN[key], -1), verb.FindAllString(words, -1)); diff != "" {
				t.Errorf("%s: %s has other values in it (-en +%s)\n%s", l.tag, key, l.tag, diff)
			}
		}
	}
}

// sources are the files in which keys are used.
func sources(t *testing.T) fstest.MapFS {
	t.Helper()
	all := fstest.MapFS{}
	for _, pattern := range []string{"*.go", "templates/*.html"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "words_") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all[name] = &fstest.MapFile{Data: text}
		}
	}
	return all
}

// TestWordsAreUsed: every key stands in a template or in the code, and every
// key that a template or a message names has words.
func TestWordsAreUsed(t *testing.T) {
	used := map[string]bool{}
	named := []*regexp.Regexp{
		regexp.MustCompile(`\.T "([^"]+)"`), regexp.MustCompile(`\.Input "[^"]+" "([^"]+)"`), regexp.MustCompile(`"hint=([^"]+)"`),
		regexp.MustCompile(`\.say\("([^"]+)"`), regexp.MustCompile(`\.view\("[^"]*", "([^"]+)"`),
	}
	err := fs.WalkDir(sources(t), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		for key := range wordsEN {
			if strings.Contains(string(text), `"`+key+`"`) || strings.Contains(string(text), `"hint=`+key+`"`) {
				used[key] = true
			}
		}
		for _, pattern := range named {
			for _, m := range pattern.FindAllStringSubmatch(string(text), -1) {
				if _, ok := wordsEN[m[1]]; !ok && m[1] != "" {
					t.Errorf("%s: there are no words for %q", name, m[1])
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for key := range wordsEN {
		if !used[key] {
			t.Errorf("nothing says %q", key)
		}
	}
	for _, key := range slices.Concat(slices.Collect(maps.Values(doneWords)), slices.Collect(maps.Values(methodWords))) {
		if _, ok := wordsEN[key]; !ok {
			t.Errorf("there are no words for %q", key)
		}
	}
}

// TestEveryErrorHasWords: whatever crosses the core can be told.
func TestEveryErrorHasWords(t *testing.T) {
	for _, k := range iam.Kinds() {
		if a := answerTo(iam.E(k, "x")); wordsEN[a.words] == "" || a.status < 400 {
			t.Errorf("%v is answered %d %q", k, a.status, a.words)
		}
	}
	for reason, a := range reasons {
		if wordsEN[a.words] == "" || a.status < 400 {
			t.Errorf("%s is answered %d %q", reason, a.status, a.words)
		}
	}
}

func TestChooseLanguage(t *testing.T) {
	for _, tt := range []struct{ user, browser, tenant, want string }{
		{"", "", "en", "en"},
		{"", "", "ko", "ko"},
		{"", "de-DE,de;q=0.9", "ko", "ko"},
		{"", "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "en", "ko"},
		{"", "en-US,en;q=0.9,ko;q=0.8", "ko", "en"},
		{"", "de,ko;q=0.5", "en", "ko"},
		{"ko", "en-US,en", "en", "ko"},
		{"ko-KR", "en-US,en", "en", "ko"},
		{"en", "ko", "ko", "en"},
		{"fr", "ko", "en", "ko"},
		{"not a tag!", "ko", "en", "ko"},
		{"", strings.Repeat("x-", 10_000), "en", "en"},
		{"", "\x00,;q=", "ko", "ko"},
	} {
		v := &visit{r: &http.Request{Header: http.Header{"Accept-Language": {tt.browser}}}, settings: iam.Settings{Language: tt.tenant}}
		if got := v.choose(tt.user); got.tag != tt.want {
			t.Errorf("user %q, browser %.40q, tenant %q: %s, want %s", tt.user, tt.browser, tt.tenant, got.tag, tt.want)
		}
	}
}

func TestTimesAreInTheUsersZone(t *testing.T) {
	at := time.Date(2026, 11, 21, 22, 5, 0, 0, time.UTC)
	v := &visit{words: korean, user: iam.User{TimeZone: "Asia/Seoul"}}
	w := &view{v: v}
	if got, want := w.When(at), "2026년 11월 22일 07:05"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := w.Stamp(at), "2026-11-22T07:05:00+09:00"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	v.words, v.user.TimeZone = english, ""
	if got, want := w.When(at), "21 Nov 2026, 22:05"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := w.When(time.Time{}); got != "never" {
		t.Errorf("no time is %q", got)
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{time.Second: "a second", 1500 * time.Millisecond: "2 seconds",
		99 * time.Second: "99 seconds", 100 * time.Second: "2 minutes", 15 * time.Minute: "15 minutes"} {
		if got := english.duration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// TestZones: every time zone that is offered is one that Go knows, and so the
// core takes.
func TestZones(t *testing.T) {
	n := 0
	for name := range strings.Lines(zoneNames) {
		name = strings.TrimSpace(name)
		if _, err := time.LoadLocation(name); err != nil || !strings.Contains(string(zoneOptions()), `<option value="`+name+`">`) {
			t.Errorf("%q is not offered, or %v", name, err)
		}
		if strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-/") != "" {
			t.Errorf("%q does not stand in a page as it is", name)
		}
		n++
	}
	if n < 400 {
		t.Errorf("%d time zones", n)
	}
}
