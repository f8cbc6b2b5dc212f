package bench

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"testing"

	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

const imagePath = "/api/web/namespaces/system/tenant/settings/tenant/image"

// withImage starts a server whose tenant has an image such as people upload, of
// 24 kB when it is encoded, and answers it with that.
func withImage(t testing.TB) (s *testproc.Server, body []byte) {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, 512, 512))
	for x := range 512 {
		for y := range 512 {
			m.SetNRGBA(x, y, color.NRGBA{R: uint8(x / 2), G: uint8(x * y / 256), B: uint8(x & y), A: 255})
		}
	}
	var content bytes.Buffer
	if err := png.Encode(&content, m); err != nil {
		t.Fatal(err)
	}
	s = testproc.Serve(t, admin, "--data", t.TempDir())
	must(t, s, http.MethodPut, imagePath, fmt.Sprintf(`{"image":%q}`, base64.StdEncoding.EncodeToString(content.Bytes())))
	return s, must(t, s, http.MethodGet, imagePath, "")
}

// BenchmarkImage reads the image of the tenant with an API token through the F5
// dialect, out of memory, and compares with the bare handler: at least 0.7 of
// its rate.
func BenchmarkImage(b *testing.B) {
	s, body := withImage(b)
	yardstick := bare(b, body)
	get := always(request(http.MethodGet, imagePath, adminToken, ""))
	compare(b, side{dial(b, s.Addr, clients), s.Pid, get}, side{dial(b, yardstick.addr, clients), yardstick.pid, get})
}
