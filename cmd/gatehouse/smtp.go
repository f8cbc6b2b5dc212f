package main

import (
	"log/slog"

	"github.com/gatehouse-id/gatehouse/internal/notice"
)

// smtpFlags name the mail server. Without a host, mails are kept in the outbox.
type smtpFlags struct {
	SMTPHost     string `name:"smtp-host" help:"Host of the mail server that takes mails. Default: none, mails are kept and read with gatehouse mail." placeholder:"HOST" default:"" env:"GATEHOUSE_SMTP_HOST"`
	SMTPPort     int    `name:"smtp-port" help:"Port of the mail server. 0 is the usual one: 587, with --smtp-tls tls 465, with none 25." default:"0" env:"GATEHOUSE_SMTP_PORT"`
	SMTPTLS      string `name:"smtp-tls" help:"How the connection is protected: ${enum}. With starttls nothing is sent to a server that does not offer it." enum:"starttls,tls,none" default:"starttls" env:"GATEHOUSE_SMTP_TLS"`
	SMTPUser     string `name:"smtp-user" help:"Name to sign in to the mail server with. Default: none, without signing in." placeholder:"NAME" default:"" env:"GATEHOUSE_SMTP_USER"`
	SMTPPassword string `name:"smtp-password" help:"Password of --smtp-user. Set the variable instead of the flag, which others on the machine can see." placeholder:"PASSWORD" default:"" env:"GATEHOUSE_SMTP_PASSWORD"`
	SMTPFrom     string `name:"smtp-from" help:"Sender of all mails, such as \"Gatehouse <no-reply@example.com>\". Required with --smtp-host." placeholder:"ADDRESS" default:"" env:"GATEHOUSE_SMTP_FROM"`
}

func (f smtpFlags) server() notice.SMTP {
	return notice.SMTP{Host: f.SMTPHost, Port: f.SMTPPort, User: f.SMTPUser, Password: f.SMTPPassword,
		TLS: notice.TLS(f.SMTPTLS), From: f.SMTPFrom}
}

// announce says, at each start, what becomes of mails.
func (f smtpFlags) announce(log *slog.Logger) {
	if s := f.server(); s.Configured() {
		log.Info("mail is sent", "server", s.Host, "from", s.From)
		return
	}
	log.Warn("mail is not sent but kept in the outbox, for there is no --smtp-host; read it with: gatehouse mail list")
}
