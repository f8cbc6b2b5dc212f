package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
	"github.com/gatehouse-id/gatehouse/internal/transfer"
)

// TestImportExport: a file goes in and comes out beside a server, which has what
// is in it at once.
func TestImportExport(t *testing.T) {
	t.Parallel() // with those that mostly wait
	folder := t.TempDir()
	o := operator{t, []string{"--data", folder}}
	testproc.Serve(t, admin, o.at...)
	in, out := filepath.Join(folder, "in.csv"), filepath.Join(folder, "out.csv")
	if err := os.WriteFile(in, []byte("userName,groups\nkim,Staff\nlee,Staff;Night\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tried, err := command(t, "", append([]string{"import", in, "--dry-run"}, o.at...)...)
	if err != nil || !strings.Contains(tried, "line 2: user \"kim\" created\nline 3: user \"lee\" created\n") {
		t.Errorf("dry run: %s, %v", tried, err)
	}
	tally := func(want string, line string, args ...string) {
		t.Helper()
		row := o.row(line, args...)
		if got := fmt.Sprint(row["created"], row["updated"], row["unchanged"], row["failed"]); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
	tally("2 0 0 0", "import", in)
	tally("0 0 2 0", "import", in, "--resume=false")
	if users := o.rows("", "user list"); len(users) != 3 || users[2]["groups"] != "Night,Staff" {
		t.Errorf("users: %v", users)
	}
	if row := o.row("export", out); row["users"] != 3.0 || row["groups"] != 2.0 || row["bindings"] != 0.0 {
		t.Errorf("export: %v", row)
	}
	info, err := os.Stat(out)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: everybody may read it", info.Mode(), err)
	}
	if _, err := command(t, "", append([]string{"export", out}, o.at...)...); err == nil {
		t.Error("an export writes over a file")
	}
	text, err := command(t, "", append([]string{"export", "-", "--kind", "group"}, o.at...)...)
	if err != nil || strings.Count(text, "\n") != 2 || !strings.Contains(text, `"displayName":"Night"`) {
		t.Errorf("export -: %s, %v", text, err)
	}
	rows := o.rows(`{"userName":"choi"}`, "import -")
	if len(rows) != 1 || rows[0]["created"] != 1.0 {
		t.Errorf("import -: %v", rows)
	}

	var stdout, stderr bytes.Buffer
	err = run(t.Context(), append([]string{"import", "-"}, o.at...), console{strings.NewReader("{\n{\"userName\":\"park\"}"), &stdout, &stderr})
	if err == nil || err.Error() != "entries that could not be taken: 1" || !strings.HasPrefix(stderr.String(), "line 1: a line must be") ||
		!strings.Contains(stdout.String(), "1        0        0          1") {
		t.Errorf("with a broken line: %v, %q, %q", err, stdout.String(), stderr.String())
	}
}

// TestKillImport kills an import as kill -9 does, again and again. It goes on each
// time where it was, so that in the end everybody was made, and once.
func TestKillImport(t *testing.T) {
	t.Parallel() // with those that mostly wait
	const users = 40_000
	folder := t.TempDir()
	o := operator{t, []string{"--data", folder}}
	testproc.Serve(t, admin, o.at...).Kill()
	file := filepath.Join(folder, "users.jsonl")
	var text bytes.Buffer
	for i := range users {
		fmt.Fprintf(&text, `{"userName":"user%05d","externalId":"%d"}`+"\n", i, i)
	}
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		cmd := exec.Command(testproc.Build(t, "cmd/gatehouse"), append([]string{"import", file}, o.at...)...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i+1) * 150 * time.Millisecond)
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	before := o.rows("", "user list")
	row := o.row("import", file)
	if done := len(before) - 1; row["created"] != float64(users) && (done < users || row["unchanged"] != float64(users)) || row["failed"] != 0.0 {
		t.Errorf("with %d users before: %v", done, row)
	}
	if n := len(o.rows("", "user list")) - 1; n != users {
		t.Errorf("%d users, want %d", n, users)
	}
	checkIntegrity(t, filepath.Join(folder, "gatehouse.db"))
}

func TestProgress(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, 200, func() int64 { return 100 })
	p.at(transfer.Mark{Position: 5})
	p.at(transfer.Mark{Position: 6}) // too early to tell
	p.began, p.told = p.began.Add(-20*time.Second), p.told.Add(-logged)
	p.at(transfer.Mark{Position: 2005})
	p.clear()
	want := "5 entries were done before\n[###############...............]  50%  2005 entries, 100/s\n"
	if out.String() != want {
		t.Errorf("in a log: %q, want %q", out.String(), want)
	}
	out.Reset()
	p = newProgress(&out, 0, func() int64 { return 100 })
	p.terminal = true
	p.at(transfer.Mark{})
	p.began, p.told = p.began.Add(-10*time.Second), p.told.Add(-lookedAt)
	p.at(transfer.Mark{Position: 50})
	p.clear()
	p.clear()
	if want := "50 entries, 5/s\r\x1b[K"; out.String() != want {
		t.Errorf("on a terminal: %q, want %q", out.String(), want)
	}
}
