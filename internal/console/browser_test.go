package console_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/app/apptest"
)

// patience is how long a page may take to look as it should, on a machine that
// is busy with other tests.
const patience = 30 * time.Second

// chromium starts one browser for all tests of the package. A machine without
// one skips them; ./test installs it, and counts a skipped test as failed.
var chromium = sync.OnceValues(func() (context.Context, error) {
	var program string
	for _, name := range []string{os.Getenv("GATEHOUSE_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && name != "" {
			program = found
			break
		}
	}
	if program == "" {
		return nil, errNoChromium
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.Flag("headless", "new"),
		chromedp.WSURLReadTimeout(patience), chromedp.Flag("host-resolver-rules", "MAP gatehouse.test 127.0.0.1"))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopBrowser = chromedp.NewContext(ctx)
	return ctx, chromedp.Do(ctx)
})

var (
	errNoChromium = errors.New("there is no Chromium in PATH")
	stopBrowser   = func() {}
)

func TestMain(m *testing.M) {
	code := m.Run()
	stopBrowser()
	os.Exit(code)
}

// site is a running Gatehouse that a browser can reach under its public URL, at
// localhost, where browsers give passkeys to plain http too.
type site struct {
	*apptest.Server
	base string
}

// loopback is where the providers of tests are.
var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

func newSite(t testing.TB) *site {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s := &site{base: "http://localhost:" + port}
	public, _ := url.Parse(s.base)
	s.Server = apptest.Start(t, app.Options{PublicURL: public, Signup: openSignup, Outbound: loopback})
	web := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: patience}
	go func() { _ = web.Serve(l) }()
	t.Cleanup(func() { _ = web.Close() })
	return s
}

// tab is a page in a browser of its own, with no cookies from elsewhere. Its
// methods end the test when something is not as it should be.
type tab struct {
	testing.TB
	*site
	ctx  context.Context
	mu   sync.Mutex
	said []string
}

// open opens a tab of a size that is neither a telephone nor a large screen.
func (s *site) open(t testing.TB) *tab {
	t.Helper()
	browser, err := chromium()
	if errors.Is(err, errNoChromium) {
		if os.Getenv("CI") != "" {
			t.Fatal("there is no Chromium: run the tests with ./test, which installs one")
		}
		t.Skip("there is no Chromium in PATH: ./test installs one and runs this test too")
	}
	if err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1000, 800)); err != nil {
		t.Fatal(err)
	}
	b := &tab{TB: t, site: s, ctx: ctx}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.complain(m)
		}
	}()
	t.Cleanup(func() {
		for _, c := range b.complaints() {
			t.Errorf("the browser complains: %s", c)
		}
	})
	return b
}

// complain notes what a page writes to the console: what its scripts throw, and
// what the browser refuses, as for its policy. An answer with an error status
// is none.
func (b *tab) complain(m chromedp.ConsoleMessage) {
	if m.Source == "network" || m.Source == "recommendation" || m.Type == "info" || m.Type == "debug" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = append(b.said, m.String())
}

func (b *tab) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.said
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	for _, a := range actions {
		ask(b, a)
	}
}

// ask runs an action and answers what comes of it.
func ask[T any](b *tab, a chromedp.Action[T]) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		b.Fatalf("%v\nat %s:\n%s", err, b.at(), b.text())
	}
	return v
}

// command runs a command of the DevTools protocol.
func command[P, R any](b *tab, c cdp.Command[P, R], params P) R {
	b.Helper()
	r, err := chromedp.Call(b.ctx, c, params)
	if err != nil {
		b.Fatalf("%s: %v", c.Method, err)
	}
	return r
}

// get opens an address of the site.
func (b *tab) get(path string) {
	b.Helper()
	if strings.HasPrefix(path, "/") {
		path = b.base + path
	}
	b.do(chromedp.Navigate(path))
}

// at is the present address, without the site's.
func (b *tab) at() string {
	at, _ := chromedp.Run(b.ctx, chromedp.Location())
	return strings.TrimPrefix(at, b.base)
}

// text is what the page says.
func (b *tab) text() string {
	text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body?.innerText ?? ""`))
	return text
}

// fill types into the input with a name, in place of what is there.
func (b *tab) fill(name, value string) {
	b.Helper()
	sel := chromedp.CSS(`main input[name="` + name + `"]:not([type=hidden]):not([readonly])`)
	b.do(chromedp.WaitVisible(sel), chromedp.Clear(sel), chromedp.SendKeys(sel, value))
}

// press clicks the first button, link or label that can be seen with the words
// on it, and waits for the page that comes of it.
func (b *tab) press(words string) {
	b.Helper()
	find := `(() => {
	  const words = ` + strconv.Quote(words) + `, said = (e) => e.textContent.replace(/\s+/g, " ").trim();
	  const all = [...document.querySelectorAll("button, a, summary, label")].filter((e) => e.checkVisibility() && said(e).includes(words));
	  for (const e of [...all.filter((e) => said(e) === words), ...all]) {
	    e.scrollIntoView({ block: "center" });
	    const box = e.getBoundingClientRect();
	    document.pressed = true; // so that the next page can be told from this one
	    return [box.x + box.width / 2, box.y + box.height / 2, e.localName === "a" || e.type === "submit" ? 1 : 0];
	  }
	  return [];
	})()`
	var at []float64
	b.until("something to press that says "+words, func() bool {
		at, _ = chromedp.Run(b.ctx, chromedp.Evaluate[[]float64](find))
		return len(at) == 3
	})
	b.do(chromedp.MouseClickXY(at[0], at[1]))
	if at[2] == 0 {
		return // no page comes of it, or not at once
	}
	b.until("the next page", func() bool {
		next, _ := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`!document.pressed && document.readyState === "complete"`))
		return next
	})
}

// see waits until the page says the words.
func (b *tab) see(words string) {
	b.Helper()
	b.until(words, func() bool { return strings.Contains(b.text(), words) })
}

// reach waits until the browser is at a path, whatever the query.
func (b *tab) reach(path string) {
	b.Helper()
	b.until("to be at "+path, func() bool { at, _, _ := strings.Cut(b.at(), "?"); return at == path })
}

func (b *tab) until(what string, holds func() bool) {
	b.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			b.Fatalf("waited for %s; the browser is at %s and shows\n%s", what, b.at(), b.text())
		}
	}
}

// read answers the text of the first element that a selector finds.
func (b *tab) read(selector string) string {
	b.Helper()
	return strings.TrimSpace(ask(b, chromedp.Text(chromedp.CSS(selector))))
}

// signIn goes the way of a password, to where it leads.
func (b *tab) signIn(username, password string) {
	b.Helper()
	b.get("/sign-in")
	b.fill("username", username)
	b.press("Continue")
	b.fill("password", password)
	b.press("Sign in")
	b.until("an answer", func() bool {
		return !strings.HasPrefix(b.at(), "/sign-in/password") || strings.Contains(b.text(), "wrong") || strings.Contains(b.text(), "Too many")
	})
}

// withPasskeys puts a device into the machine that makes passkeys, verifies its
// user and never asks anybody.
func (b *tab) withPasskeys() webauthn.AuthenticatorID {
	b.Helper()
	command(b, webauthn.Enable, webauthn.EnableParams{})
	return command(b, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
		HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}}).AuthenticatorID
}

// withoutScript switches JavaScript off, from the next page on.
func (b *tab) withoutScript() {
	b.Helper()
	command(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// inLanguage asks for a language from the next page on.
func (b *tab) inLanguage(tag string) {
	b.Helper()
	command(b, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": tag}})
}

// inTheme lets the system be "light" or "dark".
func (b *tab) inTheme(theme string) {
	b.Helper()
	command(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
}
