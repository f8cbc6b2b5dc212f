// Package bench measures the whole program: the binary as it is shipped, under
// load from the same machine, beside the least that the same work could cost.
// It owns what docs/performance.md reports, and a quick check of the same in
// the normal tests, whose bounds only a gross mistake can miss.
//
//	go test -run '^$' -bench . -benchtime 20s ./bench
//
// Machines are noisy, so that figures are medians of many short rounds, in
// which both sides of a comparison take turns. GATEHOUSE_BENCH_DATA names a
// folder in which the large directory is kept between runs, and
// GATEHOUSE_TEST_POSTGRES the PostgreSQL server that it is also measured on.
//
// It must not know how anything is done inside, but for the rows of the table
// that are about a package, such as the decision of access.
package bench
