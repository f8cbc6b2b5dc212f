package bench

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// BenchmarkSignedRead reads one sub account with requests signed by an access
// key through the Naver Cloud API, and compares with the bare handler: at least
// 0.35 of its rate. A request is signed anew every second.
func BenchmarkSignedRead(b *testing.B) {
	data := b.TempDir()
	s := testproc.Serve(b, admin, "--data", data)
	key := newKey(b, data)
	var list struct {
		Items []struct {
			ID string `json:"subAccountId"`
		} `json:"items"`
	}
	answer(b, s, key.sign(http.MethodGet, "/api/v1/sub-accounts"), &list)
	path := "/api/v1/sub-accounts/" + list.Items[0].ID
	body := answer(b, s, key.sign(http.MethodGet, path), nil)
	yardstick := bare(b, body)

	requests, made := make([][]byte, clients), make([]time.Time, clients)
	next := func(conn int) []byte {
		if now := time.Now(); now.Sub(made[conn]) > time.Second {
			requests[conn], made[conn] = key.sign(http.MethodGet, path), now
		}
		return requests[conn]
	}
	compare(b, side{dial(b, s.Addr, clients), s.Pid, next}, side{dial(b, yardstick.addr, clients), yardstick.pid, next})
}

// accessKey signs requests as clients of the Naver Cloud API do.
type accessKey struct{ ID, Secret string }

func newKey(t testing.TB, data string) (k accessKey) {
	t.Helper()
	out, errOut, code := testproc.Run(t, nil, "key", "create", "--data", data, "--user", "admin", "--json")
	if err := json.Unmarshal([]byte(out), &k); code != 0 || err != nil || k.Secret == "" {
		t.Fatalf("key create: %d %q %q, %v", code, out, errOut, err)
	}
	return k
}

func (k accessKey) sign(method, target string) []byte {
	at := strconv.FormatInt(time.Now().UnixMilli(), 10)
	mac := hmac.New(sha256.New, []byte(k.Secret))
	_, _ = fmt.Fprintf(mac, "%s %s\n%s\n%s", method, target, at, k.ID)
	return fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nx-ncp-apigw-timestamp: %s\r\nx-ncp-iam-access-key: %s\r\n"+
		"x-ncp-apigw-signature-v2: %s\r\nContent-Type: application/json\r\n\r\n",
		method, target, at, k.ID, base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// answer sends one request, which has to succeed, and reads its body into v
// unless that is nil.
func answer(t testing.TB, s *testproc.Server, request []byte, v any) []byte {
	t.Helper()
	status, body, err := dial(t, s.Addr, 1)[0].do(request)
	if err != nil || status != http.StatusOK {
		t.Fatalf("the server answers %d %s, %v", status, body, err)
	}
	if v != nil {
		if err := json.Unmarshal(body, v); err != nil {
			t.Fatalf("%s: %v", body, err)
		}
	}
	return body
}
