package main

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/authn"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type certCmd struct {
	Create    certCreateCmd    `cmd:"" help:"Issue a client certificate, and write it with its private key to a PKCS #12 file."`
	List      certListCmd      `cmd:"" help:"List client certificates."`
	Revoke    certRevokeCmd    `cmd:"" help:"End a client certificate."`
	Authority certAuthorityCmd `cmd:"" help:"Print the certificate of the tenant's authority (PEM), which is made when there is none."`
}

type certCreateCmd struct {
	tenantFlags
	User       string        `help:"User who is known by the certificate." required:"" env:"GATEHOUSE_CERT_USER"`
	Name       string        `help:"What the certificate is for." default:"command line" env:"GATEHOUSE_CERT_NAME"`
	Out        string        `help:"File to write, which must not be there yet." placeholder:"FILE.p12" required:"" env:"GATEHOUSE_CERT_OUT"`
	Life       time.Duration `help:"How long it lasts, at most two years." default:"8760h" env:"GATEHOUSE_CERT_LIFE"`
	Passphrase string        `help:"Passphrase of the file; set the variable rather than the flag. Default: made at random and printed once." placeholder:"PASSPHRASE" default:"" env:"GATEHOUSE_CERT_PASSPHRASE"`
}

// Run issues a client certificate. The file is made first: a certificate that
// cannot be kept is not issued.
func (cmd *certCreateCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) (err error) {
		u, err := userNamed(ctx, a, by, cmd.User)
		if err != nil {
			return err
		}
		in := authn.NewCertificate{User: u, Name: cmd.Name, Passphrase: cmd.Passphrase, Life: cmd.Life}
		made := "" // the passphrase, where nobody knows it yet
		if in.Passphrase == "" {
			made = rand.Text()
			in.Passphrase = made
		}
		file, err := os.OpenFile(cmd.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		content, cert, err := a.Authn.IssueCertificate(ctx, by, in)
		if err == nil {
			_, err = file.Write(content)
		}
		if err = errors.Join(err, file.Close()); err != nil {
			return errors.Join(err, os.Remove(cmd.Out))
		}
		p := newPrinter(c.out, cmd.JSON, "serial", "user", "expires", "file", "passphrase")
		return errors.Join(p.row(cert.Serial, cert.Username, timeText(cert.Expires), cmd.Out, made), p.flush())
	})
}

type certListCmd struct {
	tenantFlags
	User string `help:"Only certificates of this user." default:"" env:"GATEHOUSE_CERT_USER"`
}

// Run lists client certificates, also those that have ended.
func (cmd *certListCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		of, err := userNamed(ctx, a, by, cmd.User)
		if err != nil {
			return err
		}
		now := time.Now()
		p := newPrinter(c.out, cmd.JSON, "serial", "user", "name", "state", "created", "expires", "last_used")
		err = iam.Each(whole, func(page iam.Page) (iam.List[iam.Certificate], error) { return a.Authn.Certificates(ctx, by, of, page) },
			func(cert iam.Certificate) error {
				return p.row(cert.Serial, cert.Username, cert.Name, certState(cert, now), timeText(cert.Created), timeText(cert.Expires),
					timeText(cert.LastUsed))
			})
		return errors.Join(err, p.flush())
	})
}

func certState(c iam.Certificate, now time.Time) string {
	switch {
	case !c.Revoked.IsZero():
		return "revoked"
	case !now.Before(c.Expires):
		return "expired"
	default:
		return "valid"
	}
}

type certRevokeCmd struct {
	tenantFlags
	Serial string `arg:"" help:"Serial number of the certificate."`
}

// Run ends a client certificate.
func (cmd *certRevokeCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		if err := a.Authn.RevokeCertificate(ctx, by, "", cmd.Serial); err != nil {
			return err
		}
		p := newPrinter(c.out, cmd.JSON, "serial", "state")
		return errors.Join(p.row(cmd.Serial, "revoked"), p.flush())
	})
}

type certAuthorityCmd struct{ tenantFlags }

// Run prints the tenant's authority.
func (cmd *certAuthorityCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		text, err := a.Authn.Authority(ctx, by)
		if err != nil {
			return err
		}
		if !cmd.JSON {
			_, err = c.out.Write(text)
			return err
		}
		p := newPrinter(c.out, true, "certificate")
		return errors.Join(p.row(string(text)), p.flush())
	})
}
