package console

import (
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/boombuler/barcode/qr"
)

var runs = regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`)

// TestDrawQR reads the path back, module by module.
func TestDrawQR(t *testing.T) {
	const text = "otpauth://totp/Gatehouse:%ED%99%8D%EA%B8%B8%EB%8F%99?secret=JBSWY3DPEHPK3PXP&issuer=Gatehouse"
	got, err := drawQR(text)
	if err != nil {
		t.Fatal(err)
	}
	dark := map[[2]int]bool{}
	for _, m := range runs.FindAllStringSubmatch(got.Path, -1) {
		x, y, n := number(m[1]), number(m[2]), number(m[3])
		if m[3] != m[4] {
			t.Fatalf("%s does not come back to where it began", m[0])
		}
		for i := range n {
			dark[[2]int{x + i, y}] = true
		}
	}
	if rest := runs.ReplaceAllString(got.Path, ""); rest != "" {
		t.Errorf("the path has %.40q in it", rest)
	}
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	if side := code.Bounds().Dx() + 8; got.Side != side {
		t.Fatalf("the side is %d, want %d", got.Side, side)
	}
	for x := range got.Side {
		for y := range got.Side {
			inside := x >= 4 && y >= 4 && x < got.Side-4 && y < got.Side-4
			want := inside && code.At(x-4, y-4) == color.Black
			if dark[[2]int{x, y}] != want {
				t.Fatalf("module %d, %d is %v", x, y, !want)
			}
		}
	}
	if _, err := drawQR(strings.Repeat("x", 10_000)); err == nil {
		t.Error("what is too long for a QR code is drawn")
	}
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

func TestSecretOf(t *testing.T) {
	for uri, want := range map[string]string{
		"otpauth://totp/G:kim?secret=JBSWY3DP&issuer=G": "JBSWY3DP",
		"https://evil.example/?secret=JBSWY3DP":         "",
		"otpauth://totp/G:kim":                          "",
		"":                                              "",
		"otpauth://totp/?secret=" + strings.Repeat("A", 2000): "",
	} {
		if got := secretOf(uri); got != want {
			t.Errorf("%.60q has the secret %q, want %q", uri, got, want)
		}
	}
	if got := inFours("JBSWY3DPEH"); got != "JBSW Y3DP EH" {
		t.Errorf("in fours it is %q", got)
	}
}
