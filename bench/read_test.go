package bench

import (
	"net/http"
	"testing"
)

// BenchmarkRead reads one user by id with an API token through the Fess API,
// and compares with the bare handler: at least 0.4 of its rate.
func BenchmarkRead(b *testing.B) {
	s, body := withAlice(b)
	yardstick := bare(b, body)
	get := always(request(http.MethodGet, alicePath, adminToken, ""))
	compare(b, side{dial(b, s.Addr, clients), s.Pid, get}, side{dial(b, yardstick.addr, clients), yardstick.pid, get})
}
