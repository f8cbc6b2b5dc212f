package testproc

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds how long a server may take to start or to stop.
const patience = 30 * time.Second

// Server is a process that runs "gatehouse serve".
type Server struct {
	Addr string // host and port that it listens on
	URL  string // the same as an address of the web
	Pid  int

	cmd     *exec.Cmd
	out     text
	log     text
	serving chan string   // the address, once it is in the log
	ended   chan struct{} // closed when the process has
}

// Serve starts a server with further flags, and returns when it serves. It
// listens on a free port unless a flag says where. It is killed at the end of
// the test.
func Serve(t testing.TB, env []string, flags ...string) *Server {
	t.Helper()
	s := Launch(t, env, flags...)
	select {
	case s.Addr = <-s.serving:
		s.URL = "http://" + s.Addr
	case <-s.ended:
		t.Fatalf("the server ended with code %d before it served:\n%s", s.cmd.ProcessState.ExitCode(), s.Log())
	case <-time.After(patience):
		t.Fatalf("the server does not serve after %v:\n%s", patience, s.Log())
	}
	return s
}

// Launch starts a server as Serve does, and does not wait for it: Addr and URL
// stay empty.
func Launch(t testing.TB, env []string, flags ...string) *Server {
	t.Helper()
	args := append([]string{"serve"}, flags...)
	if !slices.Contains(flags, "--listen") {
		args = append(args, "--listen", "127.0.0.1:0")
	}
	s := &Server{cmd: exec.Command(Build(t, "cmd/gatehouse"), args...), serving: make(chan string, 1), ended: make(chan struct{})}
	s.cmd.Env = environment(env)
	s.cmd.Stdout = &s.out
	stderr, err := s.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	s.Pid = s.cmd.Process.Pid
	go s.follow(stderr)
	t.Cleanup(s.Kill)
	return s
}

// follow reads the log until the process ends, and waits for that.
func (s *Server) follow(stderr io.Reader) {
	lines := bufio.NewReader(stderr)
	for {
		line, err := lines.ReadString('\n')
		_, _ = s.log.Write([]byte(line))
		if _, rest, ok := strings.Cut(line, " msg=serving address="); ok {
			addr, _, _ := strings.Cut(rest, " ")
			s.serving <- addr
		}
		if err != nil {
			break
		}
	}
	_ = s.cmd.Wait() // its exit code tells more than the error
	close(s.ended)
}

// Kill kills the process as kill -9 does, and waits until it is gone.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may have ended already
	<-s.ended
}

// Signal sends a signal to the process.
func (s *Server) Signal(t testing.TB, signal os.Signal) {
	t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// Wait waits until the process ends, and answers its exit code.
func (s *Server) Wait(t testing.TB) int {
	t.Helper()
	select {
	case <-s.ended:
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		t.Fatalf("the server has not ended after %v:\n%s", patience, s.Log())
		return 0
	}
}

// Stop ends the server with SIGTERM and fails the test unless it ends well.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	s.Signal(t, syscall.SIGTERM)
	if code := s.Wait(t); code != 0 {
		t.Fatalf("the server ended with code %d:\n%s", code, s.Log())
	}
}

// Out is what the server has printed so far; all of it when it has ended.
func (s *Server) Out() string { return s.out.String() }

// AwaitOut waits until the server has printed a text, and answers all that it
// has printed.
func (s *Server) AwaitOut(t testing.TB, want string) string {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		if out := s.Out(); strings.Contains(out, want) {
			return out
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %v the server has printed, without %q:\n%s", patience, want, s.Out())
		}
	}
}

// Log is what the server has logged so far.
func (s *Server) Log() string { return s.log.String() }

// AwaitReady asks the address for its readiness until the answer is yes.
func AwaitReady(t testing.TB, addr string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: (&net.Dialer{}).DialContext}}
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(r)
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			err = errors.Join(err, resp.Body.Close())
			if err == nil && resp.StatusCode == http.StatusOK {
				return
			}
		}
		if ctx.Err() != nil {
			t.Fatalf("%s is not ready after %v: %v", addr, patience, err)
		}
		time.Sleep(time.Millisecond)
	}
}

// text is written by one goroutine while others read it.
type text struct {
	mu sync.Mutex
	b  strings.Builder
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}
