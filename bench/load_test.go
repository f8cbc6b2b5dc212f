package bench

import (
	"bytes"
	"cmp"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// conn is one keep-alive connection of the load generator. The generator
// shares the processors with what it measures, and so does next to nothing: it
// writes requests that were made before, and reads of an answer the status and
// the length.
type conn struct {
	net.Conn
	buf  []byte
	last []byte // the last body
}

// dial opens connections to a server, which are closed at the end.
func dial(t testing.TB, addr string, n int) []*conn {
	t.Helper()
	conns := make([]*conn, n)
	for i := range conns {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		conns[i] = &conn{Conn: c, buf: make([]byte, 64<<10)}
	}
	return conns
}

var (
	headEnd       = []byte("\r\n\r\n")
	contentLength = []byte("\r\nContent-Length: ")
)

// do sends a request and reads the whole answer. The body is valid until the
// next call.
func (c *conn) do(request []byte) (status int, body []byte, err error) {
	if _, err := c.Write(request); err != nil {
		return 0, nil, err
	}
	have := 0
	for {
		n, err := c.Read(c.buf[have:])
		if err != nil {
			return 0, nil, err
		}
		have += n
		end := bytes.Index(c.buf[:have], headEnd)
		if end < 0 {
			continue
		}
		head := c.buf[:end+2]
		at := bytes.Index(head, contentLength)
		if at < 0 {
			return 0, nil, fmt.Errorf("an answer without a length: %s", head)
		}
		length := 0
		for _, digit := range head[at+len(contentLength):] {
			if digit == '\r' {
				break
			}
			length = 10*length + int(digit-'0')
		}
		if status, err = strconv.Atoi(string(head[len("HTTP/1.1 "):len("HTTP/1.1 200")])); err != nil {
			return 0, nil, err
		}
		start := end + len(headEnd)
		if start+length > len(c.buf) {
			return 0, nil, fmt.Errorf("an answer of %d bytes", length)
		}
		for have < start+length {
			n, err := c.Read(c.buf[have:])
			if err != nil {
				return 0, nil, err
			}
			have += n
		}
		c.last = c.buf[start : start+length]
		return status, c.last, nil
	}
}

// request is one request as bytes.
func request(method, path, token, body string) []byte {
	authorization := ""
	if token != "" {
		authorization = "Authorization: Bearer " + token + "\r\n"
	}
	return fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\n%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		method, path, authorization, len(body), body)
}

// result is what a round of load came to.
type result struct {
	answers   int             // all of them
	rate      float64         // a second
	latencies []time.Duration // of those that count
}

// load sends requests on all connections for a while, on each the next when
// the last is answered. next answers the request that a connection sends.
// Every answer must be a success.
func load(t testing.TB, conns []*conn, d time.Duration, next func(conn int) []byte) result {
	t.Helper()
	var all result
	var mu sync.Mutex
	var clients sync.WaitGroup
	began := time.Now()
	for i, c := range conns {
		clients.Go(func() {
			answers, latencies := 0, make([]time.Duration, 0, 4096)
			for sent := time.Now(); ; {
				status, body, err := c.do(next(i))
				if err != nil || status/100 != 2 {
					t.Errorf("the server answers %d %s, %v", status, body, err)
					return
				}
				answered := time.Now()
				answers++
				if answered.Sub(began) > d {
					break
				}
				if counts(answered.Sub(began), d) {
					latencies = append(latencies, answered.Sub(sent))
				}
				sent = answered
			}
			mu.Lock()
			defer mu.Unlock()
			all.answers += answers
			all.latencies = append(all.latencies, latencies...)
		})
	}
	clients.Wait()
	if t.Failed() {
		t.FailNow()
	}
	all.rate = perSecond(len(all.latencies), d)
	return all
}

// counts reports whether what was done so long after the beginning of a round
// counts: not while it is getting under way, nor when its time is over, so
// that as much was begun before as is left unfinished in the end.
func counts(after, d time.Duration) bool { return after > d/5 && after <= d }

// perSecond is the rate of what was counted in a round.
func perSecond(n int, d time.Duration) float64 { return float64(n) / (d - d/5).Seconds() }

// always is for load: the same request every time.
func always(request []byte) func(int) []byte { return func(int) []byte { return request } }

// median sorts the values.
func median[T cmp.Ordered](values []T) T { return quantile(values, 0.5) }

func quantile[T cmp.Ordered](values []T, q float64) T {
	slices.Sort(values)
	return values[int(q*float64(len(values)-1))]
}
