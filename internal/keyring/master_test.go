package keyring

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

func TestMasterFile(t *testing.T) {
	env := iam.Env{Rand: rand.Reader}
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := LoadMaster(path); !iam.Is(err, iam.NotFound) || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("LoadMaster of no file = %v, want NotFound", err)
	}
	made := must(CreateMaster(path, env))
	info := must(os.Stat(path))
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %#o, want 0600", info.Mode().Perm())
	}
	if got := must(LoadMaster(path)); got != made {
		t.Error("LoadMaster reads another key than CreateMaster made")
	}
	if _, err := CreateMaster(path, env); !iam.Is(err, iam.Exists) {
		t.Errorf("CreateMaster again = %v, want Exists", err)
	}
	if got := must(LoadMaster(path)); got != made {
		t.Error("CreateMaster replaced a key")
	}
	if files := must(os.ReadDir(filepath.Dir(path))); len(files) != 1 {
		t.Errorf("files left behind: %v", files)
	}
	if _, err := CreateMaster(filepath.Join(t.TempDir(), "no", "such", "folder"), env); !iam.Is(err, iam.Unavailable) {
		t.Errorf("CreateMaster without a folder = %v, want Unavailable", err)
	}
}

func TestMasterFileIsMadeOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	var wins atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := CreateMaster(path, iam.Env{Rand: rand.Reader}); err == nil {
				wins.Add(1)
			}
			if _, err := LoadMaster(path); err != nil { // never half a file
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if wins.Load() != 1 {
		t.Errorf("%d nodes made the file, want 1", wins.Load())
	}
}

func TestLoadMasterRefuses(t *testing.T) {
	digits := strings.Repeat("ab", 32)
	for _, tt := range []struct {
		name, text string
		mode       os.FileMode
		want       string // in the message; empty when it loads
	}{
		{"plain", digits, 0o600, ""},
		{"newline", digits + "\n", 0o400, ""},
		{"upper case", strings.ToUpper(digits), 0o600, ""},
		{"group reads", digits, 0o640, "chmod 600"},
		{"others read", digits, 0o604, "chmod 600"},
		{"empty", "", 0o600, "64 hexadecimal digits, not 0"},
		{"short", digits[1:], 0o600, "not 63"},
		{"long", digits + digits, 0o600, "not 128"},
		{"not hexadecimal", "x" + digits[1:], 0o600, "hexadecimal"},
	} {
		path := filepath.Join(t.TempDir(), "master.key")
		must(0, os.WriteFile(path, []byte(tt.text), tt.mode))
		must(0, os.Chmod(path, tt.mode)) // whatever the umask
		_, err := LoadMaster(path)
		if tt.want == "" {
			if err != nil {
				t.Errorf("%s: %v", tt.name, err)
			}
			continue
		}
		if !iam.Is(err, iam.Invalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want Invalid with %q", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "abab") {
			t.Errorf("%s: the message shows the key: %v", tt.name, err)
		}
	}
	if _, err := LoadMaster(t.TempDir()); !iam.Is(err, iam.Invalid) {
		t.Errorf("a folder: %v, want Invalid", err)
	}
}

func TestMasterDoesNotShow(t *testing.T) {
	m := must(ParseMaster(strings.Repeat("ab", 32)))
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "master", m, "pointer", &m, "in", struct{ M Master }{m})
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "master", m, "in", struct{ M Master }{m})
	out := log.String() + string(must(json.Marshal(m))) + m.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
		out += fmt.Sprintf(verb, m) + fmt.Sprintf(verb, &m) + fmt.Sprintf(verb, struct{ M Master }{m})
	}
	for _, secret := range []string{"abab", "ABAB", "171 171", "0xab"} {
		if strings.Contains(out, secret) {
			t.Errorf("the key shows as %q in %s", secret, out)
		}
	}
	if f := m.Fingerprint(); len(f) != 16 || f == must(ParseMaster(strings.Repeat("ac", 32))).Fingerprint() {
		t.Errorf("Fingerprint = %q, want 16 digits that differ between keys", f)
	}
}
