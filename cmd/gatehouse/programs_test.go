package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// serverCertificate writes a certificate for 127.0.0.1 and its private key, and
// answers the flags that name them.
func serverCertificate(t *testing.T) []string {
	t.Helper()
	pair, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &pair.PublicKey, pair)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(pair)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var flags []string
	for _, f := range []struct{ flag, name, kind string }{{"--tls-cert", "cert.pem", "CERTIFICATE"}, {"--tls-key", "key.pem", "PRIVATE KEY"}} {
		content := der
		if f.name == "key.pem" {
			content = private
		}
		file := filepath.Join(dir, f.name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: f.kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		flags = append(flags, f.flag, file)
	}
	return flags
}

// overTLS is a client of an address, with client certificates if any.
func overTLS(address, token string, certificates ...tls.Certificate) *client {
	c := newClient("https://"+address, token)
	c.http.Transport = &http.Transport{ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: certificates}}
	return c
}

var listensForCertificates = regexp.MustCompile(`serving clients with certificates" address=(\S+)`)

// TestProgramsSignIn: what an operator gives to programs opens the door, and is
// taken away again, beside a server.
func TestProgramsSignIn(t *testing.T) {
	t.Parallel() // it mostly waits
	data := t.TempDir()
	flags := append(serverCertificate(t), "--data", data, "--mtls-listen", "127.0.0.1:0")
	s := testproc.Serve(t, admin, flags...)
	o := operator{t, []string{"--data", data}}
	text := func(row map[string]any, member string) string {
		t.Helper()
		value, _ := row[member].(string)
		return value
	}

	// Access keys. What is signed with them is for a dialect to say.
	key := o.row("key create --user admin --network 192.0.2.0/24,2001:db8::1")
	id := text(key, "id")
	if !regexp.MustCompile(`^ncp_iam_\w{40}$`).MatchString(id) || len(text(key, "secret")) != 40 || key["networks"] != "192.0.2.0/24,2001:db8::1/128" {
		t.Errorf("key create prints %v", key)
	}
	second := o.row("key create --user admin")
	o.fails("key create --user admin", "2 access keys")
	o.fails("key create --user nobody", "nobody")
	o.fails("key create --user admin --network 10.0.0.1/8", "10.0.0.0/8")
	o.row("key disable", id)
	heading, rows := o.table("key list --user admin")
	if strings.Join(heading, " ") != "ID USER STATE NETWORKS CREATED LAST_USED" || len(rows) != 2 ||
		rows[0][0] != text(second, "id") || rows[0][2] != "active" || rows[1][0] != id || rows[1][2] != "disabled" {
		t.Errorf("key list: %v %v", heading, rows)
	}
	if row := o.row("key enable", id); row["state"] != "active" {
		t.Errorf("key enable prints %v", row)
	}
	o.row("key delete", id)
	o.fails("key delete "+id, id)

	// Tokens that are narrowed.
	o.fails("token create --user admin --scope users.raed", "users.raed")
	regions := o.row("token create --user admin --scope regions.read --network 127.0.0.0/8")
	elsewhere := o.row("token create --user admin --network 10.0.0.0/8")
	if regions["scope"] != "regions.read" || regions["networks"] != "127.0.0.0/8" {
		t.Errorf("token create prints %v", regions)
	}
	narrowed := overTLS(s.Addr, text(regions, "token"))
	narrowed.must(t, http.StatusOK, http.MethodGet, netappRegions, "")
	narrowed.must(t, http.StatusForbidden, http.MethodGet, netappUsers, "")
	overTLS(s.Addr, text(elsewhere, "token")).must(t, http.StatusUnauthorized, http.MethodGet, netappRegions, "")

	// A provisioning client, which is told where it is to go.
	o.fails("scim token --user nobody --public-url https://id.example.com", "nobody")
	o.fails("scim token --days 731 --public-url https://id.example.com", "730")
	o.fails("scim token --days 0 --public-url https://id.example.com", "730")
	made := o.row("scim token --days 30 --public-url https://" + s.Addr)
	if base := text(made, "base_url"); base != "https://"+s.Addr+"/t/default/scim/v2" || made["user"] != "admin" {
		t.Errorf("scim token prints %v", made)
	}
	clerk := overTLS(s.Addr, text(made, "token"))
	clerk.must(t, http.StatusOK, http.MethodGet, "/t/default/scim/v2/Users", "")
	clerk.must(t, http.StatusForbidden, http.MethodGet, netappRegions, "")

	// Client certificates.
	file := filepath.Join(t.TempDir(), "admin.p12")
	cert := o.row("cert create --user admin --name laptop", "--out", file)
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	private, x, chain, err := pkcs12.DecodeChain(content, text(cert, "passphrase"))
	if err != nil {
		t.Fatalf("the file does not open with the printed passphrase: %v", err)
	}
	o.fails("cert create --user admin --out "+file, "exists")
	o.fails("cert create --user nobody --out "+file+".2", "nobody")
	o.fails("cert create --user admin --life 1m --out "+file+".2", "life")
	if _, err := os.Stat(file + ".2"); err == nil {
		t.Error("a certificate that was not issued has left a file")
	}
	authority, err := command(t, "", "cert", "authority", "--data", data)
	if block, _ := pem.Decode([]byte(authority)); err != nil || block == nil || len(chain) != 1 || !bytes.Equal(block.Bytes, chain[0].Raw) {
		t.Errorf("the authority is %q, %v", authority, err)
	}
	found := listensForCertificates.FindStringSubmatch(s.Log())
	if found == nil {
		t.Fatalf("the log does not tell where certificates are taken:\n%s", s.Log())
	}
	own := tls.Certificate{Certificate: [][]byte{x.Raw}, PrivateKey: private}
	byCertificate := overTLS(found[1], "", own)
	byCertificate.must(t, http.StatusOK, http.MethodGet, netappRegions, "")
	overTLS(s.Addr, "", own).must(t, http.StatusUnauthorized, http.MethodGet, netappRegions, "") // nobody asks for it there
	if status, _, err := overTLS(found[1], adminToken).do(http.MethodGet, netappRegions, ""); err == nil {
		t.Errorf("without a certificate: %d", status)
	}
	heading, rows = o.table("cert list")
	if strings.Join(heading, " ") != "SERIAL USER NAME STATE CREATED EXPIRES LAST_USED" || len(rows) != 1 || rows[0][0] != text(cert, "serial") || rows[0][3] != "valid" {
		t.Errorf("cert list: %v %v", heading, rows)
	}
	o.row("cert revoke", text(cert, "serial"))
	time.Sleep(everywhere)
	byCertificate.must(t, http.StatusUnauthorized, http.MethodGet, netappRegions, "")
	o.fails("cert revoke "+text(cert, "serial"), text(cert, "serial"))
	s.Stop(t)
}

// TestOneListenerForAll: without an address of their own, clients with a
// certificate come to the one that everybody comes to.
func TestOneListenerForAll(t *testing.T) {
	data := t.TempDir()
	s := testproc.Serve(t, admin, append(serverCertificate(t), "--data", data)...)
	if out := s.Out(); strings.Contains(out, "http://") {
		t.Errorf("the first start prints an address without TLS:\n%s", out)
	}
	file := filepath.Join(t.TempDir(), "admin.p12")
	t.Setenv("GATEHOUSE_CERT_PASSPHRASE", "a phrase of our own")
	if row := (operator{t, []string{"--data", data}}).row("cert create --user admin", "--out", file); row["passphrase"] != "" {
		t.Errorf("the operator's own passphrase is printed: %v", row)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	private, x, _, err := pkcs12.DecodeChain(content, "a phrase of our own")
	if err != nil {
		t.Fatal(err)
	}
	overTLS(s.Addr, "", tls.Certificate{Certificate: [][]byte{x.Raw}, PrivateKey: private}).must(t, http.StatusOK, http.MethodGet, netappRegions, "")
	overTLS(s.Addr, adminToken).must(t, http.StatusOK, http.MethodGet, netappRegions, "")
	overTLS(s.Addr, "").must(t, http.StatusUnauthorized, http.MethodGet, netappRegions, "")
	s.Stop(t)
}
