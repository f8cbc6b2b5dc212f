package bench

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gatehouse-id/gatehouse/internal/testpg"
	"github.com/gatehouse-id/gatehouse/internal/testproc"
)

// importedUsers is how many users a file has, and importStep after how many the
// command tells of its progress.
const (
	importedUsers = 1_000_000
	importStep    = 100_000
)

// BenchmarkImport imports a million users from JSON lines by the command line, into
// an empty tenant: at least 20,000 a second on SQLite, the last as quick as the
// first, with no more memory for many of them than for few.
func BenchmarkImport(b *testing.B) {
	file := filepath.Join(dataFolder(b), "users.jsonl")
	writeUsers(b, file)
	b.Run("sqlite", func(b *testing.B) { benchmarkImport(b, file) })
	if os.Getenv(testpg.Variable) != "" {
		b.Run("postgres", func(b *testing.B) { benchmarkImport(b, file, "--database", testpg.URL(b)) })
	}
}

func benchmarkImport(b *testing.B, file string, flags ...string) {
	b.Helper()
	flags = append(flags, "--data", dataFolder(b))
	migrate := flags
	if len(flags) > 2 {
		migrate = append(slices.Clone(flags), "--migrate")
	}
	testproc.Serve(b, admin, migrate...).Kill()
	for b.Loop() {
		cmd := exec.Command(testproc.Build(b, "cmd/gatehouse"), append([]string{"import", file, "--resume=false"}, flags...)...)
		told, err := cmd.StderrPipe()
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		var at []time.Time
		var peaks []int64
		for lines := bufio.NewScanner(told); lines.Scan(); {
			if strings.Contains(lines.Text(), fmt.Sprintf(" %d entries", (len(at)+1)*importStep)) {
				at, peaks = append(at, time.Now()), append(peaks, memoryOf(b, cmd.Process.Pid).peak)
			}
		}
		if err := cmd.Wait(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(importedUsers/time.Since(began).Seconds(), "users/s")
		if n := len(at); n >= 2 {
			b.ReportMetric(importStep/at[0].Sub(began).Seconds(), "first-users/s")
			b.ReportMetric(importStep/at[n-1].Sub(at[n-2]).Seconds(), "last-users/s")
			b.ReportMetric(float64(peaks[0])/(1<<20), "first-MiB")
			b.ReportMetric(float64(peaks[n-1])/(1<<20), "last-MiB")
		}
	}
	b.ReportMetric(0, "ns/op") // that of a million
}

// writeUsers writes the file: people as another directory has them.
func writeUsers(b *testing.B, file string) {
	b.Helper()
	f, err := os.Create(file)
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i := range importedUsers { // Flush tells of an error
		_, _ = fmt.Fprintf(w, `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"user%07d@example.com","externalId":"ext-%d",`+
			`"name":{"givenName":"Given%d","familyName":"Family%d"},"displayName":"Given%d Family%d",`+
			`"emails":[{"value":"user%07d@example.com","primary":true}],"active":true}`+"\n", i, i, i, i%5000, i, i%5000, i)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}
