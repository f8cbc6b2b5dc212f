package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// TestKillFirstStart kills the very first start at many moments. The one that
// is let live finishes the work, with the administrator that is wanted.
func TestKillFirstStart(t *testing.T) {
	t.Parallel() // it mostly waits, for a node that died over the first start
	data := t.TempDir()
	for i := range 12 {
		s := testproc.Launch(t, admin, "--data", data)
		time.Sleep(time.Duration(i*5) * time.Millisecond)
		s.Kill()
	}
	s := testproc.Serve(t, admin, "--data", data)
	c := newClient(s.URL, adminToken)
	c.must(t, http.StatusOK, http.MethodGet, "/api/admin/user/setting/"+fessID("admin"), "")
	if _, status := c.signIn(t, "admin", adminPassword); status != http.StatusOK {
		t.Errorf("sign-in answers %d", status)
	}
}

// TestStop: a request that is being answered when SIGTERM comes is answered,
// nobody new is let in, and the process ends with 0.
func TestStop(t *testing.T) {
	s := testproc.Serve(t, admin, "--data", t.TempDir())
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	body := newUser("late", "")
	_, err = fmt.Fprintf(conn, "POST "+netappUsers+" HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", s.Addr, adminToken, len(body))
	if err != nil {
		t.Fatal(err)
	}
	answer := bufio.NewReader(conn)
	// It comes when the operation begins to read its body.
	if line, err := answer.ReadString('\n'); err != nil || !strings.Contains(line, " 100 ") {
		t.Fatalf("the server answers %q, %v; want 100 Continue", line, err)
	}
	if _, err := answer.ReadString('\n'); err != nil { // the empty line behind it
		t.Fatal(err)
	}

	s.Signal(t, syscall.SIGTERM)
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		other, err := net.Dial("tcp", s.Addr)
		if err != nil {
			break // nobody listens any more
		}
		other.Close()
		if time.Now().After(deadline) {
			t.Fatal("after SIGTERM the server still takes connections")
		}
	}
	if _, err := io.WriteString(conn, body); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(answer, nil)
	if err != nil {
		t.Fatalf("the request in flight was dropped: %v\n%s", err, s.Log())
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusCreated || !strings.Contains(string(text), "late@example.com") {
		t.Errorf("the request in flight is answered %d %s, %v", resp.StatusCode, text, err)
	}
	if code := s.Wait(t); code != 0 {
		t.Errorf("the server ends with code %d:\n%s", code, s.Log())
	}
	if !strings.Contains(s.Log(), "msg=stopped") {
		t.Errorf("the log does not end with the stop:\n%s", s.Log())
	}
}
