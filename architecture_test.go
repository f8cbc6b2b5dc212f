// Package gatehouse_test holds the architecture of Gatehouse as a test: which
// package may import which, what every package says of itself, and how large
// files may be. docs/architecture.md gives the reasons. Whoever moves a wall
// changes both.
//
// It owns the rules only; how they are checked is in architecture_check_test.go.
// It must not know what any package does.
package gatehouse_test

import (
	"os"
	"testing"
)

const module = "github.com/gatehouse-id/gatehouse"

// Layers of packages. A package may import what is in the layers that its own
// names, and nothing else of the module: two packages of one layer never meet.
const (
	vocabulary  = "vocabulary"   // what all have to agree on
	engine      = "engine"       // pure decisions
	leaf        = "leaf"         // a service of its own, that knows nothing of the others
	useCase     = "use case"     // owns rules; declares the Store and whatever else it needs as interfaces
	storage     = "storage"      // satisfies those interfaces, in the SQL that both engines share
	database    = "database"     // what differs between the engines
	kit         = "kit"          // how an operation is declared, bound, answered
	wireFormat  = "wire format"  // generated from a vendor's interface description
	dialect     = "dialect"      // translates one vendor's wire format, and rules nothing
	console     = "console"      // the web pages
	server      = "server"       // mounts all ways in
	program     = "program"      // wires everything
	commandLine = "command line" // what the operator types, and what measures
	testSupport = "test support" // no program imports it
)

// rule is what holds for some packages.
type rule struct {
	layer    string
	packages []string // below the module; "bench/..." is bench and all below
	may      []string // layers whose packages these may import
	never    []string // import paths outside of the module, each with all below it
	stdOnly  bool     // no library either
	untagged bool     // no struct tags: no wire format
}

// What never to import from where.
var (
	drivers = []string{"github.com/jackc/pgx", "github.com/lib/pq", "modernc.org/sqlite"}
	sql     = append([]string{"database/sql", "github.com/pressly/goose"}, drivers...)
	core    = append([]string{"net/http", "net/http/httptest"}, sql...) // neither transport nor storage
	impure  = []string{"context", "io", "log", "math/rand", "crypto/rand", "net", "os", "sync", "syscall", "time"}
)

var rules = []rule{
	{layer: vocabulary, packages: []string{"internal/iam"}, stdOnly: true, untagged: true,
		never: append([]string{"encoding/json"}, core...)},
	{layer: engine, packages: []string{"internal/access/rbac"}, stdOnly: true, untagged: true,
		may: []string{vocabulary}, never: impure},
	{layer: leaf, packages: []string{"internal/cluster", "internal/geo", "internal/job", "internal/keyring", "internal/message",
		"internal/password", "internal/picture"},
		may: []string{vocabulary}, never: core},
	{layer: leaf, packages: []string{"internal/outbound"}, // the one leaf that opens connections of its own over HTTP
		may: []string{vocabulary}, never: sql},

	{layer: useCase, packages: []string{"internal/access"},
		may: []string{vocabulary, leaf, engine}, never: core},
	{layer: useCase, packages: []string{"internal/audit", "internal/authn", "internal/directory", "internal/federation",
		"internal/notice", "internal/object", "internal/scim", "internal/signup", "internal/support", "internal/tenancy", "internal/transfer"},
		may: []string{vocabulary, leaf}, never: core},

	{layer: storage, packages: []string{"internal/storage"},
		may: []string{vocabulary, leaf, engine, useCase}, never: append([]string{"net/http"}, drivers...)},
	{layer: database, packages: []string{"internal/storage/sqlite"},
		may: []string{vocabulary, leaf, storage}, never: []string{"net/http", "github.com/jackc/pgx", "github.com/lib/pq"}},
	{layer: database, packages: []string{"internal/storage/postgres"},
		may: []string{vocabulary, leaf, storage}, never: []string{"net/http", "modernc.org/sqlite"}},

	{layer: kit, packages: []string{"internal/api"},
		may: []string{vocabulary}, never: sql},
	{layer: wireFormat, packages: []string{"internal/api/cloudforet/identityv2"}, never: sql},
	{layer: dialect, packages: []string{"internal/api/cloudforet", "internal/api/f5xc", "internal/api/fess",
		"internal/api/gatehouse", "internal/api/ncloud", "internal/api/netapp", "internal/api/scim"},
		may: []string{vocabulary, leaf, useCase, kit, wireFormat}, never: sql},
	{layer: console, packages: []string{"internal/console"},
		may: []string{vocabulary, leaf, useCase, kit}, never: sql},
	{layer: server, packages: []string{"internal/server"},
		may: []string{vocabulary, leaf, useCase, kit, dialect, console}, never: sql},

	{layer: program, packages: []string{"internal/app"},
		may: []string{vocabulary, engine, leaf, useCase, storage, database, kit, dialect, console, server}},
	{layer: commandLine, packages: []string{"cmd/gatehouse"},
		may: []string{vocabulary, leaf, useCase, server, program}, never: sql},
	{layer: commandLine, packages: []string{"internal/geo/gen"}, // go generate
		may: []string{leaf}, never: core},
	{layer: commandLine, packages: []string{"bench/..."},
		may: []string{vocabulary, engine, leaf, useCase, storage, database, kit, dialect, console, server, program, testSupport}},

	{layer: testSupport, packages: []string{"internal/storage/storagetest"},
		may: []string{vocabulary, leaf, engine, useCase, storage}, never: drivers},
	{layer: testSupport, packages: []string{"internal/api/golden"},
		may: []string{vocabulary, kit}, never: sql},
	{layer: testSupport, packages: []string{"internal/app/apptest"},
		may: []string{vocabulary, leaf, useCase, program, testSupport}, never: drivers},
	{layer: testSupport, packages: []string{"internal/testop", "internal/testpg", "internal/testproc"}},
}

// Everywhere, in tests too: no C, and no assertion library.
var neverAnywhere = []string{"C", "github.com/stretchr/testify", "github.com/onsi/gomega", "gotest.tools"}

// Names that say nothing of what is in a package.
var emptyNames = []string{"base", "common", "helper", "helpers", "misc", "model", "models", "shared", "type", "types", "util", "utils"}

// What a package says of itself: at least so much, in at least two sentences,
// one of which says what it "must not" know or do.
const (
	commentLength    = 100 // characters
	commentSentences = 2
	commentMust      = "must not"
)

// How long files are, in lines, where they are neither tests nor generated nor
// tables of data.
const (
	halfUnder  = 130
	mostUnder  = 400 // nine in ten
	noneOver   = 800
	tableShare = 0.75 // with more of its lines in top-level var and const declarations, a file is a table of data
)

// TestArchitecture holds the tree against the rules. Imports and struct tags
// of tests are free: a test may wire the parts that it needs.
func TestArchitecture(t *testing.T) {
	tree, err := load(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range checks {
		for _, fault := range check(tree) {
			t.Error(fault)
		}
	}
}
