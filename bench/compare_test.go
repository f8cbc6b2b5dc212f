package bench

import (
	"testing"
	"time"
)

// side is one of the two servers of a comparison.
type side struct {
	conns []*conn
	pid   int
	next  func(conn int) []byte
}

// compare loads a server and a bare one in turns, and reports the share that
// ours reaches of the other's rate.
func compare(b *testing.B, ours, theirs side) {
	b.Helper()
	load(b, ours.conns, round, ours.next)
	load(b, theirs.conns, round, theirs.next)
	ourTime, theirTime := processorTime(b, ours.pid), processorTime(b, theirs.pid)
	var ratios, ourRates, theirRates []float64
	var latencies []time.Duration
	answered, answeredBare := 0, 0
	for b.Loop() {
		us, them := load(b, ours.conns, round, ours.next), load(b, theirs.conns, round, theirs.next)
		ratios = append(ratios, us.rate/them.rate)
		ourRates, theirRates = append(ourRates, us.rate), append(theirRates, them.rate)
		latencies = append(latencies, us.latencies...)
		answered, answeredBare = answered+us.answers, answeredBare+them.answers
	}
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(median(ourRates), "reads/s")
	b.ReportMetric(median(theirRates), "bare/s")
	b.ReportMetric(float64(median(latencies).Microseconds()), "p50-µs")
	b.ReportMetric(float64(quantile(latencies, 0.99).Microseconds()), "p99-µs")
	// Of the processors' time a request, which the generator and other
	// programs do not count in.
	b.ReportMetric(float64((processorTime(b, ours.pid)-ourTime).Microseconds())/float64(answered), "cpu-µs/read")
	b.ReportMetric(float64((processorTime(b, theirs.pid)-theirTime).Microseconds())/float64(answeredBare), "cpu-µs/bare")
	b.ReportMetric(0, "ns/op") // the length of a round
}
