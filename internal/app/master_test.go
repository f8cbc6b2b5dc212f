package app_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/testpg"
)

func TestMasterKeyIsMadeOnce(t *testing.T) {
	o := app.Options{Data: filepath.Join(t.TempDir(), "new")}
	first := open(t, o)
	info, err := os.Stat(filepath.Join(o.Data, "master.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info.Mode(), err)
	}
	if again := open(t, o); again.Master.Fingerprint() != first.Master.Fingerprint() {
		t.Error("made anew")
	}
}

func TestMasterKeyRefused(t *testing.T) {
	const given = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	data := t.TempDir()
	path := filepath.Join(data, "master.key")
	open(t, app.Options{Data: data})
	key, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func() error
		given  string
		kind   iam.Kind
		words  string
	}{
		"of another installation": {nil, given, iam.Precondition, "set up with the master key"},
		"too short":               {nil, given[:62], iam.Invalid, "64 hexadecimal digits"},
		"no digits":               {nil, strings.Repeat("x", 64), iam.Invalid, "hexadecimal digits"},
		"readable by others":      {func() error { return os.Chmod(path, 0o640) }, "", iam.Invalid, "chmod 600"},
		"gone":                    {func() error { return os.Remove(path) }, "", iam.Precondition, "copy the file"},
		"damaged":                 {func() error { return os.WriteFile(path, key[:20], 0o600) }, "", iam.Invalid, "holds no master key"},
		"another one in the file": {func() error { return os.WriteFile(path, []byte(given), 0o600) }, "", iam.Precondition, "this node has"},
	} {
		if tt.change != nil {
			if err := tt.change(); err != nil {
				t.Fatal(err)
			}
		}
		_, err := tryOpen(t, app.Options{Data: data, MasterKey: tt.given})
		if !iam.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.words) {
			t.Errorf("%s: %v, want %v with %q", name, err, tt.kind, tt.words)
		}
		if err != nil && tt.given != "" && strings.Contains(err.Error(), tt.given) {
			t.Errorf("%s: %q repeats the key", name, err)
		}
		if _, err := os.Stat(path); name == "gone" && err == nil {
			t.Error("another key was made in its place")
		}
		_ = os.Remove(path)
		if err := os.WriteFile(path, key, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// The variable does without the file.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	open(t, app.Options{Data: data, MasterKey: strings.TrimSpace(string(key))})
	if _, err := os.Stat(path); err == nil {
		t.Error("the key of the variable was written down")
	}
}

// TestMasterKeyOfNodesThatStartAtOnce: with one data folder all have its key;
// with folders of their own one sets the database up, and the others say which
// key is missing and leave none behind.
func TestMasterKeyOfNodesThatStartAtOnce(t *testing.T) {
	for name, shared := range map[string]bool{"one folder": true, "folders of their own": false} {
		t.Run(name, func(t *testing.T) {
			o := app.Options{Database: testpg.URL(t), Migrate: true}
			folders := make([]string, 4)
			errs := make([]error, len(folders))
			var all sync.WaitGroup
			for i := range folders {
				folders[i] = filepath.Join(t.TempDir(), "data")
				if shared {
					folders[i] = folders[0]
				}
				o := o
				o.Data = folders[i]
				all.Go(func() { _, errs[i] = tryOpen(t, o) })
			}
			all.Wait()
			opened := 0
			for i, err := range errs {
				_, stat := os.Stat(filepath.Join(folders[i], "master.key"))
				switch {
				case err == nil && stat == nil:
					opened++
				case shared || stat == nil || !iam.Is(err, iam.Precondition) || !strings.Contains(err.Error(), "copy the file"):
					t.Errorf("node %d: %v; its file: %v", i, err, stat)
				}
			}
			if want := map[bool]int{true: len(folders), false: 1}[shared]; opened != want {
				t.Errorf("%d nodes opened, want %d", opened, want)
			}
		})
	}
}
