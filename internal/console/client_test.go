package console

import "testing"

func TestReadClient(t *testing.T) {
	for _, tt := range []struct {
		agent string
		want  client
	}{
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", client{"Chrome 141", "Windows"}},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", client{"Edge 141", "Windows"}},
		{"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0 Whale/4.31.304.16 Safari/537.36", client{"Whale 4", "Windows"}},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15", client{"Safari 18", "macOS"}},
		{"Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:144.0) Gecko/20100101 Firefox/144.0", client{"Firefox 144", "macOS"}},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", client{"Safari 18", "iPhone"}},
		{"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.0.0 Mobile/15E148 Safari/604.1", client{"Chrome 141", "iPhone"}},
		{"Mozilla/5.0 (Linux; Android 14; SM-S928N) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36", client{"Samsung Internet 27", "Android"}},
		{"Mozilla/5.0 (Linux; Android 14; SM-S928N) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.0.0 Mobile Safari/537.36 KAKAOTALK 2410", client{"KakaoTalk", "Android"}},
		{"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36", client{"Chrome 141", "ChromeOS"}},
		{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36", client{"Chrome 156", "Linux"}},
		{"curl/8.5.0", client{"curl", ""}},
		{"python-requests/2.32.3", client{"python-requests", ""}},
		{"Go-http-client/2.0", client{"Go-http-client", ""}},
		{"MyTool 1.0 (Linux)", client{"MyTool", "Linux"}},
		{"Mozilla/5.0", client{}},
		{"", client{}},
	} {
		if got := readClient(tt.agent); got != tt.want {
			t.Errorf("%q is %+v, want %+v", tt.agent, got, tt.want)
		}
	}
	if got := english.describe(""); got != "Unknown program" {
		t.Errorf("no User-Agent is %q", got)
	}
	if got := korean.describe("Mozilla/5.0 (iPhone) Version/18.0"); got != "Safari 18 (iPhone)" {
		t.Errorf("in Korean %q", got)
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Ada Lovelace": "AL", "admin": "A", "홍길동": "홍", "김 철수": "김", "zoë van der Berg": "ZB",
		"ada.lovelace@example.com": "AC", "": "?", "<script>": "S", "1st": "1"} {
		if got := initials(name); got != want {
			t.Errorf("%q has the initials %q, want %q", name, got, want)
		}
	}
}
