package main

import (
	"context"
	"runtime/metrics"
	"testing"
	"time"
)

// held is memory that the process has from the operating system and does not
// use, in bytes.
func held() uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/heap/free:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() + samples[1].Value.Uint64()
}

func TestMemoryIsGivenBackWhenIdle(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	defer func() {
		stop()
		<-ended
	}()
	go func() {
		giveBackWhenIdle(ctx, 20*time.Millisecond)
		close(ended)
	}()
	before := held()
	var burst [][]byte
	for range 64 {
		burst = append(burst, make([]byte, 1<<20))
	}
	if after := held(); after < 60<<20 {
		t.Fatalf("64 MiB more are %d bytes after %d", after, before)
	}
	clear(burst)
	for deadline := time.Now().Add(10 * time.Second); held() > before+16<<20; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("a burst of 64 MiB is over, and %d bytes are held, %d before it", held(), before)
		}
	}
}
