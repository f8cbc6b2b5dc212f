package bench

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

func TestMain(m *testing.M) { testproc.Main(m) }

const (
	adminToken    = "gh_default_bench_0123456789abcdef0123456789abcdef"
	adminPassword = "a long enough phrase"
)

var admin = []string{"GATEHOUSE_ADMIN_TOKEN=" + adminToken, "GATEHOUSE_ADMIN_PASSWORD=" + adminPassword}

// clients is how many connections load a server, where a row of the table does
// not say otherwise.
const clients = 8

// round is how long each side of a comparison is loaded before the other is.
const round = 250 * time.Millisecond

// alice is the user that is read, as a client of the Fess API makes one.
const alice = `{"name":"alice","password":"alice has a phrase","attributes":{"surname":"Kim","givenName":"Alice","mail":"alice@example.com",` +
	`"telephoneNumber":"+82-2-1234-5678","employeeNumber":"10042","departmentNumber":"42","title":"Engineer"},` +
	`"roles":["user"],"groups":["engineering","seoul"]}`

const alicePath = "/api/admin/user/setting/YWxpY2U="

// withAlice starts a server that knows alice, and answers it with what it
// answers about her.
func withAlice(t testing.TB) (s *testproc.Server, body []byte) {
	t.Helper()
	s = testproc.Serve(t, admin, "--data", t.TempDir())
	must(t, s, http.MethodPost, "/api/admin/user/setting", alice)
	return s, must(t, s, http.MethodGet, alicePath, "")
}

// must sends one request as the administrator, which has to succeed.
func must(t testing.TB, s *testproc.Server, method, path, body string) []byte {
	t.Helper()
	status, answer, err := dial(t, s.Addr, 1)[0].do(request(method, path, adminToken, body))
	if err != nil || status != http.StatusOK {
		t.Fatalf("%s %s: %d %s, %v", method, path, status, answer, err)
	}
	return answer
}

// process is another program that runs during a test.
type process struct {
	addr string
	pid  int
}

// bare starts the server that writes the body to every request and does
// nothing else.
func bare(t testing.TB, body []byte) process {
	t.Helper()
	file := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(testproc.Build(t, "bench/bare"), "-body", file)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	addr, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // until the process ends
	return process{strings.TrimSpace(addr), cmd.Process.Pid}
}

// memory is what a process has in memory, in bytes. It, and other facts of
// Linux's /proc, are missing elsewhere.
type memory struct {
	now, peak int64
}

func memoryOf(t testing.TB, pid int) memory {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skipf("the memory of a process is read from /proc: %v", err)
	}
	var m memory
	for line := range strings.Lines(string(status)) {
		var kib int64
		if n, _ := fmt.Sscanf(line, "VmRSS: %d kB", &kib); n == 1 {
			m.now = kib << 10
		}
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kib); n == 1 {
			m.peak = kib << 10
		}
	}
	return m
}

// processorTime is how long a process has run on processors.
func processorTime(t testing.TB, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Skipf("the time of a process is read from /proc: %v", err)
	}
	// Behind the name, which may have blanks and brackets in it, and from
	// there the 12th and 13th fields: user and system time in 1/100 s.
	_, rest, _ := strings.Cut(string(stat)[strings.LastIndexByte(string(stat), ')'):], " ")
	fields := strings.Fields(rest)
	var user, system int64
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		t.Fatal(err)
	}
	return time.Duration(user+system) * 10 * time.Millisecond
}
