package storage

import "testing"

func TestManyRows(t *testing.T) {
	const one = `INSERT INTO t (a, b, c, d) VALUES ($1, 0, $2,
		$11) ON CONFLICT DO NOTHING`
	if got := manyRows(one, 1); got != one {
		t.Errorf("one row: %s", got)
	}
	const want = `INSERT INTO t (a, b, c, d) VALUES ($1, 0, $2,
		$11), ($12, 0, $13,
		$22), ($23, 0, $24,
		$33) ON CONFLICT DO NOTHING`
	if got := manyRows(one, 3); got != want {
		t.Errorf("three rows: %s", got)
	}
}
