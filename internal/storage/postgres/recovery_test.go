package postgres

import (
	"context"
	"net"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/storage"
)

// network is a way to the database that can be cut.
type network struct {
	mu    sync.Mutex
	down  bool
	conns []net.Conn
}

func (n *network) dial(ctx context.Context, kind, address string) (net.Conn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.down {
		return nil, syscall.ECONNREFUSED
	}
	conn, err := new(net.Dialer).DialContext(ctx, kind, address)
	n.conns = append(n.conns, conn)
	return conn, err
}

func (n *network) set(down bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.down = down
	if down {
		for _, conn := range n.conns {
			_ = conn.Close()
		}
		n.conns = nil
	}
}

// TestRecovery: while the database is out of reach everything answers so, and
// afterwards everything works without anybody's help.
func TestRecovery(t *testing.T) {
	var way network
	db := openTest(t, func(cfg *pgxpool.Config) { cfg.ConnConfig.DialFunc = way.dial })
	warm := func() { // some connections in the pool, one for each of the scopes
		var wg sync.WaitGroup
		for _, id := range []iam.TenantID{tenantA, tenantB, storage.Everywhere} {
			wg.Go(func() { value[int](t, db, id, "SELECT count(*) FROM tenants, pg_sleep(0.02)") })
		}
		wg.Wait()
	}
	for round := range 2 {
		warm()
		way.set(true)
		for range 5 {
			if err := exec(t.Context(), db, tenantA, insertNamespace, string(tenantA), newID(99), "lost"); db.Fault(err) != storage.FaultDown {
				t.Errorf("out of reach, a write answers %v", err)
			}
		}
		if err := db.Ping(t.Context()); !iam.Is(err, iam.Unavailable) {
			t.Errorf("out of reach, Ping answers %v", err)
		}
		way.set(false)
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("in reach again, Ping answers %v", err)
		}
		write(t, db, tenantA, insertNamespace, string(tenantA), newID(round), newID(round))
	}
}

// TestTerminated: PostgreSQL ends all connections, as it does when it is shut
// down; each may fail once.
func TestTerminated(t *testing.T) {
	db := openTest(t, poolOf(4))
	owner := openAt(t, db.pool.Config().ConnString(), nil)
	for id := range map[iam.TenantID]int{tenantA: 1, tenantB: 2} {
		value[int](t, db, id, "SELECT count(*) FROM tenants")
	}
	err := owner.Read(t.Context(), "", func(ctx context.Context, tx storage.Tx) error {
		_, err := tx.ExecContext(ctx, `SELECT set_config('role', 'none', false), pg_terminate_backend(pid)
			FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for ; failed < 10; failed++ {
		err := exec(t.Context(), db, tenantA, insertNamespace, string(tenantA), newID(1), "one")
		if err == nil {
			break
		}
		if db.Fault(err) != storage.FaultDown {
			t.Errorf("after the end of its connection a write answers %v", err)
		}
	}
	if failed > 4 {
		t.Errorf("%d writes failed on a pool of 4", failed)
	}
}
