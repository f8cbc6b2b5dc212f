package bench

import (
	"net/http"
	"testing"
	"time"
)

// BenchmarkRead reads one user by id with an API token through the Fess API,
// and compares with the bare handler: at least 0.4 of its rate.
func BenchmarkRead(b *testing.B) {
	s, body := withAlice(b)
	yardstick := bare(b, body)
	ours, theirs := dial(b, s.Addr, clients), dial(b, yardstick.addr, clients)
	get := always(request(http.MethodGet, alicePath, adminToken, ""))
	load(b, ours, round, get)
	load(b, theirs, round, get)

	ourTime, theirTime := processorTime(b, s.Pid), processorTime(b, yardstick.pid)
	var ratios, ourRates, theirRates []float64
	var latencies []time.Duration
	answered, answeredBare := 0, 0
	for b.Loop() {
		us, them := load(b, ours, round, get), load(b, theirs, round, get)
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
	b.ReportMetric(float64((processorTime(b, s.Pid)-ourTime).Microseconds())/float64(answered), "cpu-µs/read")
	b.ReportMetric(float64((processorTime(b, yardstick.pid)-theirTime).Microseconds())/float64(answeredBare), "cpu-µs/bare")
	b.ReportMetric(0, "ns/op") // the length of a round
}
