package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/testpg"
	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// TestBackup takes a backup while a server writes, and restores it on both
// engines. What was acknowledged before the backup began is in it, and the
// credentials of then work.
func TestBackup(t *testing.T) {
	t.Parallel() // with those that mostly wait
	t.Run("sqlite", func(t *testing.T) { backUpAndRestore(t, "--data", t.TempDir()) })
	t.Run("postgres", func(t *testing.T) {
		backUpAndRestore(t, "--data", t.TempDir(), "--database", testpg.URL(t))
	})
}

func backUpAndRestore(t *testing.T, at ...string) {
	source := testproc.Serve(t, admin, append(at, "--migrate")...)
	c := newClient(source.URL, adminToken)
	c.must(t, http.StatusOK, http.MethodPost, fessUser, `{"name":"alice","password":"alice has a phrase",
		"attributes":{"mail":"alice@example.com","carLicense":"서울 12가 3456"},"roles":["admin"],"groups":["staff"]}`)
	if _, status := c.signIn(t, "alice", "alice has a phrase"); status != http.StatusOK {
		t.Fatalf("sign-in answers %d", status)
	}

	file := filepath.Join(t.TempDir(), "backup")
	acknowledged := loadDuring(t, c, func() {
		if out, err := command(t, "", append([]string{"backup", file}, at...)...); err != nil || !strings.Contains(out, file) {
			t.Errorf("backup: %q, %v", out, err)
		}
	})
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of the backup: %v, %v; want it to be its owner's alone", info.Mode(), err)
	}
	if _, err := command(t, "", append([]string{"backup", file}, at...)...); err == nil {
		t.Error("a second backup overwrites the first")
	}
	if out, err := command(t, "", append([]string{"restore", file}, at...)...); err == nil {
		t.Errorf("restore overwrites what is there: %s", out)
	}
	source.Stop(t)

	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run("into "+engine, func(t *testing.T) {
			into := []string{"--data", t.TempDir()}
			if engine == "postgres" {
				into = append(into, "--database", testpg.URL(t))
			}
			if out, err := command(t, "", append([]string{"restore", file}, into...)...); err != nil {
				t.Fatalf("restore: %s, %v", out, err)
			}
			if _, err := command(t, "", append([]string{"restore", file}, into...)...); err == nil {
				t.Error("a second restore overwrites the first")
			}
			s := testproc.Serve(t, nil, into...)
			checkRestored(t, newClient(s.URL, adminToken), acknowledged)
			s.Stop(t)
			if s.Out() != "" {
				t.Errorf("a restored server takes itself for a new one:\n%s", s.Out())
			}
		})
	}
}

// loadDuring makes users while it does something, and answers how many were
// acknowledged before that began, of each writer.
func loadDuring(t *testing.T, c *client, do func()) (before [4]int64) {
	t.Helper()
	var made [4]atomic.Int64
	var work sync.WaitGroup
	var warm sync.WaitGroup
	stop := make(chan struct{})
	for w := range made {
		warm.Add(1)
		begun := sync.OnceFunc(warm.Done)
		work.Go(func() {
			defer begun()
			for n := 0; ; n++ {
				status, answer, err := c.do(http.MethodPost, netappUsers, newUser(fmt.Sprintf("w%d-%d", w, n), ""))
				if err != nil || status != http.StatusCreated {
					t.Errorf("while a backup is taken: %d %s, %v", status, answer, err)
					return
				}
				made[w].Add(1)
				if n == 20 {
					begun()
				}
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	warm.Wait()
	for w := range made {
		before[w] = made[w].Load()
	}
	do()
	close(stop)
	work.Wait()
	return before
}

// checkRestored checks that what was there is there.
func checkRestored(t *testing.T, c *client, acknowledged [4]int64) {
	t.Helper()
	for w, n := range acknowledged {
		for i := range n {
			c.must(t, http.StatusOK, http.MethodGet, fessUser+"/"+fessID(fmt.Sprintf("w%d-%d", w, i)), "")
		}
	}
	alice := c.must(t, http.StatusOK, http.MethodGet, fessUser+"/"+fessID("alice"), "")
	for _, want := range []string{"서울 12가 3456", "alice@example.com", `"admin"`, `"staff"`} {
		if !strings.Contains(string(alice), want) {
			t.Errorf("alice has lost %s: %s", want, alice)
		}
	}
	session, status := c.signIn(t, "alice", "alice has a phrase")
	if status != http.StatusOK {
		t.Fatalf("alice signs in: %d", status)
	}
	newClient(c.url, session).must(t, http.StatusOK, http.MethodGet, netappRegions, "")
	c.must(t, http.StatusCreated, http.MethodPost, netappUsers, newUser("new", ""))
}
