package iam

import "strings"

// browsers and systems are what a User-Agent is looked through for, in this
// order: most browsers also call themselves by the names of others.
var (
	browsers = []struct{ sign, name string }{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Whale/", "Whale"},
		{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	}
	systems = []struct{ sign, name string }{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"},
		{"Macintosh", "macOS"}, {"Linux", "Linux"},
	}
)

// ClientName answers browser and system of a User-Agent in words of ours;
// nothing that is in it is repeated. It is empty for what is not known.
func ClientName(userAgent string) string {
	var names []string
	for _, list := range [...][]struct{ sign, name string }{browsers, systems} {
		for _, c := range list {
			if strings.Contains(userAgent, c.sign) {
				names = append(names, c.name)
				break
			}
		}
	}
	return strings.Join(names, ", ")
}
