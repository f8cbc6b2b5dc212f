package console_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
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
		chromedp.WSURLReadTimeout(patience), chromedp.Flag("hide-scrollbars", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopBrowser = chromedp.NewContext(ctx)
	return ctx, chromedp.Run(ctx)
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

func newSite(t testing.TB) *site {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	s := &site{base: "http://localhost:" + port}
	public, _ := url.Parse(s.base)
	s.Server = apptest.Start(t, app.Options{PublicURL: public})
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
	ctx context.Context
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
	ctx, cancelTime := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(func() { cancelTime(); cancel() })
	tb := &tab{TB: t, site: s, ctx: ctx}
	chromedp.ListenTarget(ctx, func(e any) {
		switch e := e.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("script: %s", e.ExceptionDetails.Error())
		case *runtime.EventConsoleAPICalled:
			t.Errorf("console.%s was called", e.Type)
		}
	})
	tb.run(chromedp.EmulateViewport(1000, 800))
	return tb
}

func (b *tab) run(actions ...chromedp.Action) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.Fatalf("%v\nat %s: %s", err, b.at(), b.text())
	}
}

// get opens an address of the site.
func (b *tab) get(path string) {
	b.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.base + path
	}
	b.run(chromedp.Navigate(path))
}

// at is the present address, without the site's.
func (b *tab) at() string {
	var at string
	_ = chromedp.Run(b.ctx, chromedp.Location(&at))
	return strings.TrimPrefix(at, b.base)
}

// text is what the page says.
func (b *tab) text() string {
	var text string
	_ = chromedp.Run(b.ctx, chromedp.Evaluate(`document.body?.innerText ?? ""`, &text))
	return text
}

// fill types into the input with a name, in place of what is there.
func (b *tab) fill(name, value string) {
	b.Helper()
	sel := `main input[name="` + name + `"]:not([type=hidden]):not([readonly])`
	b.run(chromedp.WaitVisible(sel, chromedp.ByQuery), chromedp.SetValue(sel, "", chromedp.ByQuery), chromedp.SendKeys(sel, value, chromedp.ByQuery))
}

// press clicks the first button or link with the words on it, which must be
// visible.
func (b *tab) press(words string) {
	b.Helper()
	xpath := `//*[self::button or self::a][contains(normalize-space(.), ` + quoted(words) + `)]`
	b.run(chromedp.WaitVisible(xpath, chromedp.BySearch), chromedp.Click(xpath, chromedp.BySearch))
}

func quoted(s string) string { return `"` + strings.ReplaceAll(s, `"`, "") + `"` }

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

// read answers the text of the first element that a selector of CSS finds.
func (b *tab) read(selector string) string {
	b.Helper()
	var text string
	b.run(chromedp.Text(selector, &text, chromedp.ByQuery))
	return strings.TrimSpace(text)
}

// signIn goes the way of a password to where it leads.
func (b *tab) signIn(username, password string) {
	b.Helper()
	b.get("/sign-in")
	b.fill("username", username)
	b.press("Continue")
	b.fill("password", password)
	b.press("Sign in")
}

// withPasskeys puts a device into the machine that makes passkeys, verifies its
// user and never asks anybody.
func (b *tab) withPasskeys() webauthn.AuthenticatorID {
	b.Helper()
	var id webauthn.AuthenticatorID
	b.run(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		id, err = webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true,
			HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}).Do(ctx)
		return err
	}))
	return id
}

// withoutScript switches JavaScript off, from the next page on.
func (b *tab) withoutScript() {
	b.Helper()
	b.run(emulation.SetScriptExecutionDisabled(true))
}

// inLanguage asks for a language from the next page on.
func (b *tab) inLanguage(tag string) {
	b.Helper()
	b.run(network.Enable(), network.SetExtraHTTPHeaders(network.Headers{"Accept-Language": tag}))
}

// shot writes pictures of the page as it is, in light and dark, on a telephone
// and on a screen, to the folder that GATEHOUSE_SCREENSHOTS names; for people
// to look at.
func (b *tab) shot(name string) {
	b.Helper()
	folder := os.Getenv("GATEHOUSE_SCREENSHOTS")
	if folder == "" {
		return
	}
	for _, theme := range []string{"light", "dark"} {
		for _, width := range []int64{390, 1280} {
			var png []byte
			b.run(
				emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}),
				emulation.SetDeviceMetricsOverride(width, 844, 1, width < 500),
				chromedp.FullScreenshot(&png, 100))
			file := filepath.Join(folder, name+"-"+theme+"-"+strconv.FormatInt(width, 10)+".png")
			if err := os.WriteFile(file, png, 0o600); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.run(emulation.ClearDeviceMetricsOverride(), chromedp.EmulateViewport(1000, 800), emulation.SetEmulatedMedia())
}
