package main

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// road is the way from a server to its PostgreSQL. It can be cut, so that
// connections end and new ones are refused, and blocked, so that nothing
// arrives any more and nobody is told.
type road struct {
	url             string // of the database, by this road
	addr            string // where it begins
	network, target string // where it leads

	mu       sync.Mutex
	listener net.Listener
	conns    map[net.Conn]bool // both ends of each that is on its way
	open     chan struct{}     // closed while nothing blocks
}

func newRoad(t *testing.T, database string) *road {
	t.Helper()
	cfg, err := pgconn.ParseConfig(database)
	if err != nil {
		t.Fatal(err)
	}
	r := &road{addr: "127.0.0.1:0", conns: map[net.Conn]bool{}, open: make(chan struct{})}
	r.network, r.target = pgconn.NetworkAddress(cfg.Host, cfg.Port)
	close(r.open)
	r.mend(t)
	t.Cleanup(r.cut)
	u := url.URL{Scheme: "postgres", User: url.UserPassword(cfg.User, cfg.Password), Host: r.addr, Path: cfg.Database,
		RawQuery: "sslmode=disable"}
	r.url = u.String()
	return r
}

func (r *road) cut() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.listener.Close()
	r.listener = nil
	for c := range r.conns {
		c.Close()
	}
}

func (r *road) block() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open = make(chan struct{})
}

// mend makes the road as it was.
func (r *road) mend(t *testing.T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.open:
	default:
		close(r.open)
	}
	if r.listener != nil {
		return
	}
	l, err := net.Listen("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	r.listener, r.addr = l, l.Addr().String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go r.carry(c)
		}
	}()
}

// pass waits while the road is blocked.
func (r *road) pass() {
	r.mu.Lock()
	open := r.open
	r.mu.Unlock()
	<-open
}

// carry carries what comes on a connection to the other end, and back.
func (r *road) carry(near net.Conn) {
	defer near.Close()
	r.pass()
	far, err := net.Dial(r.network, r.target)
	if err != nil {
		return
	}
	defer far.Close()
	r.mu.Lock()
	r.conns[near], r.conns[far] = true, true
	r.mu.Unlock()
	var ways sync.WaitGroup
	for from, to := range map[net.Conn]net.Conn{near: far, far: near} {
		ways.Go(func() {
			_, _ = io.Copy(gate{to, r}, from)
			near.Close()
			far.Close()
		})
	}
	ways.Wait()
	r.mu.Lock()
	delete(r.conns, near)
	delete(r.conns, far)
	r.mu.Unlock()
}

// gate is the end of a road that may be blocked.
type gate struct {
	to   io.Writer
	road *road
}

func (g gate) Write(p []byte) (int, error) {
	g.road.pass()
	return g.to.Write(p)
}
