package console

import "strings"

// mark is a piece of a User-Agent and what it says.
type mark struct{ piece, name string }

// browsers and systems are told by the first mark that is there: most browsers
// name themselves besides those that they want to be taken for.
var (
	browsers = []mark{
		{"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
		{"Whale/", "Whale"}, {"KAKAOTALK", "KakaoTalk"}, {"NAVER(", "Naver"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"},
		{"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"}, {"Version/", "Safari"},
	}
	systems = []mark{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"},
		{"Mac OS X", "macOS"}, {"Linux", "Linux"},
	}
)

// client is what a User-Agent says, as far as people want to know it.
type client struct {
	Program string // "Chrome 130", "curl"; empty when it does not say
	System  string // "macOS"; empty when it does not say
}

// readClient reads a User-Agent (RFC 9110 section 10.1.5). Anybody can write
// anything there: it is to recognise one's own browser by, and proves nothing.
func readClient(agent string) client {
	var c client
	for _, m := range systems {
		if strings.Contains(agent, m.piece) {
			c.System = m.name
			break
		}
	}
	if !strings.HasPrefix(agent, "Mozilla/") { // a program that says plainly what it is
		c.Program, _, _ = strings.Cut(agent, "/")
		c.Program, _, _ = strings.Cut(c.Program, " ")
		return c
	}
	for _, m := range browsers {
		if _, after, ok := strings.Cut(agent, m.piece); ok {
			c.Program = m.name
			if version := digits(after); version != "" {
				c.Program += " " + version
			}
			break
		}
	}
	return c
}

// digits answers those at the beginning of s, at most four.
func digits(s string) string {
	n := 0
	for n < len(s) && n < 4 && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return s[:n]
}

// describe tells a client in one line.
func (l *language) describe(agent string) string {
	switch c := readClient(agent); {
	case c.Program != "" && c.System != "":
		return l.say("client.both", c.Program, c.System)
	case c.Program+c.System != "":
		return c.Program + c.System
	default:
		return l.say("client.unknown")
	}
}
