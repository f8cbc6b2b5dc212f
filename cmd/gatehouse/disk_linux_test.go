package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// TestFullDisk takes the room away from a server on SQLite, and gives it back.
// Reads go on in between.
func TestFullDisk(t *testing.T) {
	t.Run("no room for any file", func(t *testing.T) {
		s := testproc.Serve(t, admin, "--data", t.TempDir())
		var before unix.Rlimit
		fullDisk(t, s, func() {
			limit(t, s.Pid, nil, &before)
			limit(t, s.Pid, &unix.Rlimit{Cur: 0, Max: before.Max}, nil)
		}, func() { limit(t, s.Pid, &before, nil) })
	})
	t.Run("no room on the device", func(t *testing.T) {
		data := t.TempDir()
		// Only root may mount, and not in every container; the limit above
		// works everywhere.
		if err := unix.Mount("none", data, "tmpfs", 0, "size=8m"); err != nil {
			t.Logf("not tried with a small device: mount: %v", err)
			return
		}
		t.Cleanup(func() {
			if err := unix.Unmount(data, unix.MNT_DETACH); err != nil {
				t.Error(err)
			}
		})
		s := testproc.Serve(t, admin, "--data", filepath.Join(data, "gatehouse"))
		filler := filepath.Join(data, "filler")
		fullDisk(t, s, func() { fill(t, filler) }, func() {
			if err := os.Remove(filler); err != nil {
				t.Fatal(err)
			}
		})
	})
}

func fullDisk(t *testing.T, s *testproc.Server, take, give func()) {
	t.Helper()
	c := newClient(s.URL, adminToken)
	c.must(t, http.StatusCreated, http.MethodPost, netappUsers, newUser("before", ""))

	take()
	// What is left in a page or a file that is there already may take a few.
	refused := 0
	for n := 0; refused < 5; n++ {
		status, answer, err := c.do(http.MethodPost, netappUsers, newUser(fmt.Sprintf("during-%d", n), ""))
		switch {
		case err != nil:
			t.Fatal(err)
		case status == http.StatusServiceUnavailable:
			refused++
			checkUnavailable(t, "netapp", answer)
		case status != http.StatusCreated || n > 10_000:
			t.Fatalf("after %d writes on a full disk: %d %s", n, status, answer)
		}
	}
	expectUnavailable(t, c, []call{
		{"fess", http.MethodDelete, fessUser + "/" + fessID("before"), ""},
		{"netapp", http.MethodPost, netappRegions, `{"name":"seoul","description":"x"}`},
		{"netapp", http.MethodPost, "/v2.1/auth/signin", adminSignIn},
		{"", http.MethodGet, "/readyz", ""},
	})
	c.must(t, http.StatusOK, http.MethodGet, fessUser+"/"+fessID("before"), "")
	c.must(t, http.StatusOK, http.MethodGet, fessUsers, "")
	c.must(t, http.StatusOK, http.MethodGet, netappRegions, "")

	give()
	expectRecovery(t, c, http.MethodPost, netappUsers, newUser("after", ""))
	expectRecovery(t, c, http.MethodGet, "/readyz", "")
	c.must(t, http.StatusOK, http.MethodGet, fessUser+"/"+fessID("before"), "")
	if _, status := c.signIn(t, "admin", adminPassword); status != http.StatusOK {
		t.Errorf("sign-in answers %d", status)
	}
	s.Stop(t)
}

// limit reads and sets how large the files of a process may become.
func limit(t *testing.T, pid int, to, old *unix.Rlimit) {
	t.Helper()
	if err := unix.Prlimit(pid, unix.RLIMIT_FSIZE, to, old); err != nil {
		t.Fatal(err)
	}
}

// fill writes a file until there is no room left.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 64<<10); len(block) > 0; {
		if _, err := f.Write(block); errors.Is(err, syscall.ENOSPC) {
			block = block[:len(block)/2] // what is left is smaller
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
