package gatehouse_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// named finds the tests that docs/security.md names: `package.Test`.
var named = regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)[A-Za-z0-9]+)`")

// TestSecurityPage: every test that the page says would fail is there, so that
// none can go without the page being changed.
func TestSecurityPage(t *testing.T) {
	page, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || strings.HasPrefix(cells[1], "-") || strings.TrimSpace(cells[1]) == "#" {
			continue
		}
		tests := named.FindAllStringSubmatch(cells[4], -1)
		if len(tests) == 0 {
			t.Errorf("class%sof docs/security.md names no test", cells[1])
		}
		for _, m := range tests {
			if !declares(t, filepath.Join("internal", m[1]), m[2]) {
				t.Errorf("docs/security.md names %s.%s, which is not there", m[1], m[2])
			}
		}
	}
}

// declares reports whether a test is in the folder of a package.
func declares(t *testing.T, folder, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+test+"(") {
			return true
		}
	}
	return false
}
