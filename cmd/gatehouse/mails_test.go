package main

import (
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/notice"
	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// outbox makes a data folder with mails to kim and lee in its outbox.
func outbox(t *testing.T) (data string) {
	t.Helper()
	data = t.TempDir()
	public, err := url.Parse("https://id.example.com")
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), app.Options{Data: data, PublicURL: public, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.FirstStart(t.Context(), app.Admin{Email: "admin@example.com"}); err != nil {
		t.Fatal(err)
	}
	tenant, err := a.Tenancy.ByCode(t.Context(), iam.DefaultTenant)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{"kim@example.com", "lee@example.com"} {
		err := a.Notice.Send(t.Context(), tenant.ID, iam.Message{Kind: iam.MessageVerifyEmail, To: to, Username: "kim", Token: "t.c.5ec2e7",
			Code: "482913", Language: "ko", Expires: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

// TestMailCommands: the operator finds a mail and reads the code in it; a list
// tells no secret.
func TestMailCommands(t *testing.T) {
	o := operator{t, []string{"--data", outbox(t)}}
	rows := o.rows("", "mail list", "--to", "kim@example.com")
	if len(rows) != 1 || rows[0]["to"] != "kim@example.com" || rows[0]["kind"] != "verify-email" || rows[0]["state"] != string(notice.StateQueued) {
		t.Fatalf("the list has %v", rows)
	}
	heading, all := o.table("mail list")
	if len(all) != 2 || heading[0] != "ID" || all[0][2] != "lee@example.com" {
		t.Errorf("the list is %v", all)
	}
	if listed, err := command(t, "", append([]string{"mail", "list"}, o.at...)...); err != nil || strings.Contains(listed, "482913") || strings.Contains(listed, "5ec2e7") {
		t.Errorf("the list has a secret: %v\n%s", err, listed)
	}
	if none := o.rows("", "mail list --state sent"); len(none) > 0 {
		t.Errorf("sent: %v", none)
	}
	id := rows[0]["id"].(string)
	shown, err := command(t, "", append([]string{"mail", "show", id}, o.at...)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"To: kim@example.com\n", "Subject: [Default] 이메일 주소 확인\n", "482913", "https://id.example.com/t/default/verify?token=t.c.5ec2e7"} {
		if !strings.Contains(shown, want) {
			t.Errorf("show prints no %q:\n%s", want, shown)
		}
	}
	if row := o.row("mail show " + id); !strings.Contains(row["text"].(string), "482913") {
		t.Errorf("show --json prints %v", row)
	}
	o.fails("mail show 01890000-0000-7000-8000-000000000001", "not found")
	o.fails("mail list --tenant other", "not found")
	o.fails("mail list --state lost", "state")
}

// TestKeptMailIsAnnounced: a server without a mail server says so at each
// start, and keeps what waited for one.
func TestKeptMailIsAnnounced(t *testing.T) {
	s := testproc.Serve(t, nil, "--data", t.TempDir())
	s.AwaitOut(t, "gatehouse mail list")
	s.Stop(t)

	data := outbox(t)
	s = testproc.Serve(t, nil, "--data", data)
	o := operator{t, []string{"--data", data}}
	for deadline := time.Now().Add(10 * time.Second); len(o.rows("", "mail list --state kept")) != 2; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the mails are %v", o.rows("", "mail list"))
		}
	}
	s.Stop(t)
	if !strings.Contains(s.Log(), "gatehouse mail list") {
		t.Errorf("the log does not tell of the outbox:\n%s", s.Log())
	}

	s = testproc.Serve(t, []string{"GATEHOUSE_SMTP_HOST=mail.invalid", "GATEHOUSE_SMTP_FROM=no-reply@example.com",
		"GATEHOUSE_SMTP_USER=relay", "GATEHOUSE_SMTP_PASSWORD=very secret indeed"}, "--data", data)
	s.Stop(t)
	if log := s.Log(); strings.Contains(log, "gatehouse mail list") || !strings.Contains(log, "mail.invalid") || strings.Contains(log, "very secret") {
		t.Errorf("with a mail server the log is\n%s", log)
	}
	if kept := o.rows("", "mail list --state kept"); len(kept) != 2 {
		t.Errorf("what was kept is sent later: %v", kept)
	}
}

func TestServeChecksTheMailServer(t *testing.T) {
	for line, want := range map[string]string{
		"--smtp-host mail.example.com":                                                      "smtp-from",
		"--smtp-from no-reply@example.com":                                                  "smtp-host",
		"--smtp-host mail.example.com:587 --smtp-from a@example.com":                        "smtp-host",
		"--smtp-host mail.example.com --smtp-from a@example.com --smtp-tls ssl":             "smtp-tls",
		"--smtp-host mail.example.com --smtp-from a@example.com --smtp-port 70000":          "smtp-port",
		"--smtp-host mail.example.com --smtp-from a@example.com --smtp-password verysecret": "smtp-user",
	} {
		_, err := command(t, "", append([]string{"serve", "--listen", "127.0.0.1:0", "--data", t.TempDir()}, strings.Fields(line)...)...)
		if err == nil || !strings.Contains(message(err), want) || strings.Contains(message(err), "verysecret") {
			t.Errorf("%s: %v, want an error that tells of %q", line, err, want)
		}
	}
}
