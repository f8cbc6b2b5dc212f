package main

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/gatehouse-id/gatehouse/internal/testpg"
	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

const (
	kills   = 100
	writers = 8
	// longestLife is how long a server writes at most before it is killed.
	longestLife = 150 * time.Millisecond
)

// TestKill kills a server as kill -9 does, a hundred times, while it writes.
// What it has acknowledged must be there afterwards, and what it has not must
// be there as a whole or not at all.
func TestKill(t *testing.T) {
	t.Parallel() // with those that mostly wait
	t.Run("sqlite", func(t *testing.T) {
		data := t.TempDir()
		killAndCompare(t, "--data", data)
		checkIntegrity(t, filepath.Join(data, "gatehouse.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		killAndCompare(t, "--data", t.TempDir(), "--database", testpg.URL(t), "--migrate")
	})
}

func killAndCompare(t *testing.T, flags ...string) {
	l := &ledger{may: map[string][]fate{}}
	random := rand.New(rand.NewPCG(1, 2))
	written := 0
	for i := range kills {
		s := testproc.Serve(t, admin, flags...)
		c := newClient(s.URL, adminToken)
		l.compare(t, c, l.takeTouched())

		var work sync.WaitGroup
		for w := range writers {
			work.Go(func() {
				if err := write(c, l, fmt.Sprintf("k%02d-w%d", i, w)); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(time.Duration(random.Int64N(int64(longestLife))))
		s.Kill()
		work.Wait()
		if t.Failed() {
			t.Fatalf("the server that was killed as number %d has logged:\n%s", i, s.Log())
		}
		written += len(l.touched)
		c.http.CloseIdleConnections()

		// Some die before they serve, over what the last one left.
		if i%10 == 9 {
			starting := testproc.Launch(t, admin, flags...)
			time.Sleep(time.Duration(random.Int64N(int64(longestLife / 3))))
			starting.Kill()
		}
	}
	if written < kills*writers {
		t.Errorf("only %d users were written between %d kills: the server was hardly under load", written, kills)
	}
	s := testproc.Serve(t, admin, flags...)
	l.compareAll(t, newClient(s.URL, adminToken))
	s.Stop(t)
}

// fate is what may have become of a user.
type fate struct {
	exists bool
	given  string // the attribute givenName
}

// ledger is what the writers know of each user, by name: one fate, or two
// where the answer to the last write never came.
type ledger struct {
	mu      sync.Mutex
	may     map[string][]fate
	touched []string // since takeTouched
}

// begin notes that a write was sent, and settle that it was acknowledged.
func (l *ledger) begin(name string, after fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, known := l.may[name]
	if !known {
		before = []fate{{}}
		l.touched = append(l.touched, name)
	}
	l.may[name] = append(slices.Clone(before), after)
}

func (l *ledger) settle(name string, after fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.may[name] = []fate{after}
}

func (l *ledger) takeTouched() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	names := l.touched
	l.touched = nil
	return names
}

// write makes users, changes every second and deletes every fourth, until the
// server is gone. Any answer but success is an error.
func write(c *client, l *ledger, prefix string) error {
	for n := 0; ; n++ {
		name := fmt.Sprintf("%s-%04d", prefix, n)
		steps := []step{
			{http.MethodPost, netappUsers, newUser(name, "one"), fate{true, "one"}},
			{http.MethodPut, fessUser, fmt.Sprintf(`{"id":%q,"version_no":1,"name":%q,"givenName":"two"}`, fessID(name), name), fate{true, "two"}},
			{http.MethodDelete, fessUser + "/" + fessID(name), "", fate{}},
		}
		switch {
		case n%2 != 0:
			steps = steps[:1]
		case n%4 != 0:
			steps = steps[:2]
		}
		for _, s := range steps {
			l.begin(name, s.after)
			status, answer, err := c.do(s.method, s.path, s.body)
			if err != nil {
				return nil //nolint:nilerr // the server was killed: nobody knows what became of it
			}
			if status/100 != 2 {
				return fmt.Errorf("%s %s %s: %d %s", s.method, s.path, s.body, status, answer)
			}
			l.settle(name, s.after)
		}
	}
}

// step is one write, and what becomes of the user by it.
type step struct {
	method, path, body string
	after              fate
}

// compare asks the server for each of the users.
func (l *ledger) compare(t *testing.T, c *client, names []string) {
	t.Helper()
	queue := make(chan string)
	var work sync.WaitGroup
	for range writers {
		work.Go(func() {
			for name := range queue {
				status, answer, err := c.do(http.MethodGet, fessUser+"/"+fessID(name), "")
				if err != nil {
					t.Error(err)
					continue
				}
				a, err := fess(answer)
				switch {
				case err == nil && status == http.StatusOK && a.Response.Status == 0:
					l.check(t, name, a.Response.Setting.fate(t))
				case err == nil && status == http.StatusBadRequest && a.Response.Status == 1: // there is no such user
					l.check(t, name, fate{})
				default:
					t.Errorf("%s: %d %s", name, status, answer)
				}
			}
		})
	}
	for _, name := range names {
		queue <- name
	}
	close(queue)
	work.Wait()
	if t.Failed() {
		t.FailNow()
	}
}

// compareAll holds the list of all users against everything that is known.
func (l *ledger) compareAll(t *testing.T, c *client) {
	t.Helper()
	listed := map[string]bool{}
	for page := 1; ; page++ {
		a, err := fess(c.must(t, http.StatusOK, http.MethodGet, fessUsers, fmt.Sprintf(`{"size":1000,"page":%d}`, page)))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range a.Response.Settings {
			if listed[s.Name] = true; s.Name != "admin" {
				l.check(t, s.Name, s.fate(t))
			}
		}
		if len(a.Response.Settings) < 1000 {
			break
		}
	}
	for name := range l.may {
		if !listed[name] {
			l.check(t, name, fate{})
		}
	}
	t.Logf("%d users over %d kills, %d of them there at the end", len(l.may), kills, len(listed)-1)
}

// fate is what became of a user that is there. Its name and its e-mail address
// never change.
func (s fessSetting) fate(t *testing.T) fate {
	if want := s.Name + "@example.com"; s.Attributes["mail"] != want {
		t.Errorf("user %s has the address %q, want %q", s.Name, s.Attributes["mail"], want)
	}
	return fate{exists: true, given: s.Attributes["givenName"]}
}

func (l *ledger) check(t *testing.T, name string, is fate) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Contains(l.may[name], is) {
		t.Errorf("user %s is %+v, and can only be one of %+v", name, is, l.may[name])
	}
}

// checkIntegrity asks SQLite whether the file is whole, and its rows agree.
func checkIntegrity(t *testing.T, path string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("integrity_check: %s, %v", verdict, err)
	}
	rows, err := db.Query("PRAGMA foreign_key_check")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if rows.Next() {
		t.Error("foreign_key_check finds rows that refer to nothing")
	}
	if err := rows.Err(); err != nil {
		t.Error(err)
	}
}

// TestKillDuringJobs kills servers that have just accepted work for the
// background. The last one, which is let live, finishes what all of them left:
// at once, or when the lease of the dead one has ended.
func TestKillDuringJobs(t *testing.T) {
	t.Parallel() // it mostly waits
	flags := []string{"--data", t.TempDir()}
	var accepted []string
	for i := range 15 {
		s := testproc.Serve(t, admin, flags...)
		c := newClient(s.URL, adminToken)
		died := time.AfterFunc(time.Duration(i*2)*time.Millisecond, s.Kill)
		for n := 0; ; n++ {
			name := fmt.Sprintf("region-%d-%d", i, n)
			status, answer, err := c.do(http.MethodPost, netappRegions, fmt.Sprintf(`{"name":%q,"description":"for a test"}`, name),
				"Prefer: respond-async")
			if err != nil {
				break // it is dead
			}
			if status != http.StatusAccepted {
				t.Fatalf("making a region: %d %s", status, answer)
			}
			accepted = append(accepted, name)
		}
		died.Stop()
		s.Kill()
	}

	s := testproc.Serve(t, admin, flags...)
	c := newClient(s.URL, adminToken)
	const leaseEnds = 30 * time.Second
	missing := accepted
	for deadline := time.Now().Add(2 * leaseEnds); len(missing) > 0; time.Sleep(100 * time.Millisecond) {
		answer := c.must(t, http.StatusOK, http.MethodGet, netappRegions+"?limit=10000", "")
		missing = slices.DeleteFunc(missing, func(name string) bool { return strings.Contains(string(answer), `"`+name+`"`) })
		if time.Now().After(deadline) {
			t.Fatalf("of %d accepted regions these were never made: %v\n%s", len(accepted), missing, s.Log())
		}
	}
	t.Logf("%d regions were accepted, and made", len(accepted))
}
