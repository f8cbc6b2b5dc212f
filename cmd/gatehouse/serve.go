package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"net/url"
	"sync"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/server"
	"github.com/gatehouse-id/gatehouse/internal/signup"
)

type serveCmd struct {
	storageFlags
	listenFlags
	smtpFlags
	PublicURL        string   `help:"Address under which clients reach the server. Tenants' names stand in front of its host. Default: the address it listens on." placeholder:"URL" default:"" env:"GATEHOUSE_PUBLIC_URL"`
	TrustedProxies   []string `help:"Networks (CIDR) of the proxies whose X-Forwarded-For is believed. Default: none." placeholder:"CIDR" sep:"," default:"" env:"GATEHOUSE_TRUSTED_PROXIES"`
	OutboundNetworks []string `help:"Private networks (CIDR) from which documents may be fetched that tenants point to, such as a JWKS. Public ones always may. Default: none." placeholder:"CIDR" sep:"," default:"" env:"GATEHOUSE_OUTBOUND_NETWORKS"`
	Migrate          bool     `help:"Bring an older PostgreSQL schema up to date before serving. SQLite always is." env:"GATEHOUSE_MIGRATE"`
	SignupBelow      string   `help:"Let new customers sign up: each gets a tenant below the one with this code, at whose pages they do. Default: nobody can." placeholder:"CODE" default:"" env:"GATEHOUSE_SIGNUP_BELOW"`
	SignupProfile    string   `help:"Name of the tenant_profile, in the tenant of --signup-below, that the tenants of new customers get. Default: none." placeholder:"NAME" default:"" env:"GATEHOUSE_SIGNUP_PROFILE"`
	LogFormat        string   `help:"Format of the log: ${enum}." enum:"text,json" default:"text" env:"GATEHOUSE_LOG_FORMAT"`
	LogLevel         string   `help:"Least level that is logged: ${enum}. Every request is logged at debug." enum:"debug,info,warn,error" default:"info" env:"GATEHOUSE_LOG_LEVEL"`

	AdminEmail    string `help:"E-mail address of the first administrator. Only the first start reads it." default:"admin@gatehouse.local" env:"GATEHOUSE_ADMIN_EMAIL"`
	AdminPassword string `help:"Password of the first administrator. Default: made at random and printed once." placeholder:"PASSWORD" default:"" env:"GATEHOUSE_ADMIN_PASSWORD"`
	AdminToken    string `help:"API token of the first administrator, gh_default_<id>_<secret> with a secret of at least 32 characters. Default: made at random and printed once." placeholder:"TOKEN" default:"" env:"GATEHOUSE_ADMIN_TOKEN"`
}

// Run serves until ctx ends.
func (cmd *serveCmd) Run(ctx context.Context, c console) (err error) {
	log := cmd.logger(c.err)
	o := cmd.options(log)
	o.Migrate, o.SMTP = cmd.Migrate, cmd.server()
	o.Signup = signup.Options{Below: cmd.SignupBelow, Profile: cmd.SignupProfile}
	if o.TrustedProxies, err = parsePrefixes("--trusted-proxies", cmd.TrustedProxies); err != nil {
		return err
	}
	if o.Outbound, err = parsePrefixes("--outbound-networks", cmd.OutboundNetworks); err != nil {
		return err
	}
	listeners, err := cmd.listen(ctx, log)
	if err != nil {
		return err
	}
	defer closeAll(listeners) // Serve has, unless we never come to it
	address := listeners[0].Addr().String()
	if cmd.PublicURL == "" {
		cmd.PublicURL = cmd.scheme() + "://" + address
	}
	if o.PublicURL, err = parsePublicURL(cmd.PublicURL); err != nil {
		return err
	}
	a, err := app.Open(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	admin, err := a.FirstStart(ctx, app.Admin{Email: cmd.AdminEmail, Password: cmd.AdminPassword, Token: cmd.AdminToken})
	if err != nil {
		return err
	}
	if admin != nil {
		if err := cmd.welcome(c.out, admin); err != nil {
			return fmt.Errorf("cannot print how to sign in; reset the password with gatehouse user reset-password admin: %w", err)
		}
	}
	if err := a.Signup.Check(ctx); err != nil {
		return err
	}

	collectLess()
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var work sync.WaitGroup
	work.Go(func() { a.Run(background) })
	work.Go(func() { giveBackWhenIdle(background, idleTime) })
	defer work.Wait()
	defer stop() // after the last request: it may wait for a job
	cmd.announce(log)
	for _, l := range listeners[1:] {
		log.Info("serving clients with certificates", "address", l.Addr().String())
	}
	log.Info("serving", "address", address, "url", cmd.PublicURL, "version", version)
	if err := server.Serve(ctx, a.Handler(), log, listeners...); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

// welcome prints, once, how to sign in. What the operator chose is not
// repeated.
func (cmd *serveCmd) welcome(out io.Writer, admin *app.Admin) error {
	password, quoted, token := admin.Password, admin.Password, admin.Token
	if cmd.AdminPassword != "" {
		password = "$GATEHOUSE_ADMIN_PASSWORD"
		quoted = `'"` + password + `"'` // out of the single quotes, where a shell fills it in
	}
	if cmd.AdminToken != "" {
		token = "$GATEHOUSE_ADMIN_TOKEN"
	}
	_, err := fmt.Fprintf(out, `
Gatehouse is new here. This is shown once and never again:

  URL        %[1]s
  tenant     default
  user       %[2]s
  password   %[3]s
  API token  %[4]s

Open the URL in a browser to sign in, or try:

  curl -s %[1]s/v2.1/auth/signin -d '{"username":"%[2]s","password":"%[5]s"}'

  curl -s %[1]s/api/admin/user/settings -H "Authorization: Bearer %[4]s"

  curl -s %[1]s/api/admin/user/setting -H "Authorization: Bearer %[4]s" \
       -d '{"name":"alice","password":"correct horse battery","mail":"alice@example.com","roles":["user"]}'

`, cmd.PublicURL, app.AdminName, password, token, quoted)
	if err == nil && !cmd.server().Configured() {
		_, err = fmt.Fprint(out, "No mail server is set, so mails are kept. Read them with: gatehouse mail list\n\n")
	}
	return err
}

func (cmd *serveCmd) logger(out io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(cmd.LogLevel)); err != nil {
		level = slog.LevelInfo // kong has checked the value
	}
	o := &slog.HandlerOptions{Level: level}
	if cmd.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(out, o))
	}
	return slog.New(slog.NewTextHandler(out, o))
}

func parsePrefixes(flag string, texts []string) ([]netip.Prefix, error) {
	var prefixes []netip.Prefix
	for _, s := range texts {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, errAddr := netip.ParseAddr(s)
			if errAddr != nil {
				return nil, fmt.Errorf("%s: %q is neither a network such as 10.0.0.0/8 nor an address", flag, s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		prefixes = append(prefixes, p.Masked())
	}
	return prefixes, nil
}

func parsePublicURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("--public-url: %q must be an address such as https://id.example.com", s)
	}
	return u, nil
}
