// Package testproc runs the program itself in a test: the binary as it is
// shipped, built once, started as a process of its own, and stopped or killed
// when the test wants. It owns how a test starts a server process, learns its
// address and knows that it is ready.
//
// It must not know what the program does, beyond its flags and its health
// checks, and no program may import it: it is for tests.
package testproc

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// module is where the commands are.
const module = "github.com/gatehouse-id/gatehouse/"

// built are the binaries of this test process, by package, in one folder.
var built struct {
	sync.Mutex
	folder string
	paths  map[string]string
}

// Main runs the tests of a package, and removes afterwards what they built.
// The package's TestMain calls it.
func Main(m *testing.M) {
	code := m.Run()
	if built.folder != "" {
		_ = os.RemoveAll(built.folder)
	}
	os.Exit(code)
}

// Build builds a command of the module ("cmd/gatehouse") as a release is
// built, without C and without the race detector, and answers the path of the
// binary. The second call of a test process answers that of the first.
func Build(t testing.TB, command string) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if path, ok := built.paths[command]; ok {
		return path
	}
	if built.folder == "" {
		folder, err := os.MkdirTemp("", "gatehouse-built-") //nolint:usetesting // it outlives the test: all of a package share it
		if err != nil {
			t.Fatal(err)
		}
		built.folder, built.paths = folder, map[string]string{}
	}
	path := filepath.Join(built.folder, filepath.Base(command))
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, module+command)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(build.Args, " "), err, out)
	}
	built.paths[command] = path
	return path
}

// environment is that of the test without what would configure Gatehouse, and
// with what the test wants instead.
func environment(own []string) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GATEHOUSE_") {
			env = append(env, v)
		}
	}
	return append(env, own...)
}

// Run runs one command line to its end, and answers what it printed and its
// exit code.
func Run(t testing.TB, env []string, args ...string) (out, errOut string, code int) {
	t.Helper()
	cmd := exec.Command(Build(t, "cmd/gatehouse"), args...)
	cmd.Env = environment(env)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, failed := errors.AsType[*exec.ExitError](err); err != nil && !failed {
		t.Fatal(fmt.Errorf("%s: %w", strings.Join(args, " "), err))
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}
