package gatehouse_test

import (
	"maps"
	"strings"
	"testing"
	"testing/fstest"
)

// said is a package comment that says enough.
const said = `// Package x owns the meaning of x, for all who have to agree on what an x is.
// It must not know how an x is stored, or who asks for it.
`

// TestFaults breaks each rule once, in a tree that is otherwise in order, and
// wants exactly that fault reported.
func TestFaults(t *testing.T) {
	own := func(p string) string { return "import _ \"" + module + "/" + p + "\"\n" }
	lib := func(p string) string { return "import _ \"" + p + "\"\n" }
	long := func(n int) string { return "func f() {\n" + strings.Repeat("\n", n) + "}\n" }
	order := map[string]string{
		"cmd/gatehouse/main.go":           said + "package main\n" + own("internal/server"),
		"internal/server/server.go":       said + "package server\n" + own("internal/api/fess"),
		"internal/api/fess/fess.go":       said + "package fess\n" + own("internal/access"),
		"internal/access/access.go":       said + "package access\n" + own("internal/access/rbac"),
		"internal/access/rbac/rbac.go":    said + "package rbac\n" + own("internal/iam"),
		"internal/storage/sqlite/open.go": said + "package sqlite\n" + lib("modernc.org/sqlite"),
		"internal/iam/iam.go":             said + "package iam\n",
		"internal/iam/iam_test.go":        "package iam\n" + lib("encoding/json"),
	}

	for name, c := range map[string]struct {
		path, src string
		want      string // part of the one fault; empty: none
	}{
		"order":                      {},
		"vocabulary with a library":  {"internal/iam/a.go", "package iam\n" + lib("golang.org/x/text"), "standard library only"},
		"vocabulary with transport":  {"internal/iam/a.go", "package iam\n" + lib("net/http"), `layer "vocabulary"`},
		"vocabulary with a tag":      {"internal/iam/a.go", "package iam\ntype T struct{ A int `json:\"a\"` }", "knows no wire format"},
		"vocabulary with a use case": {"internal/iam/a.go", "package iam\n" + own("internal/access"), "imports nothing of Gatehouse"},
		"engine with a clock":        {"internal/access/rbac/a.go", "package rbac\n" + lib("time"), `layer "engine"`},
		"engine with input":          {"internal/access/rbac/a.go", "package rbac\n" + lib("io/fs"), `layer "engine"`},
		"engine of another use case": {"internal/authn/a.go", said + "package authn\n" + own("internal/access/rbac"), "may import of Gatehouse"},
		"use case with a use case":   {"internal/authn/a.go", said + "package authn\n" + own("internal/directory"), "may import of Gatehouse"},
		"use case with transport":    {"internal/authn/a.go", said + "package authn\n" + lib("net/http/cookiejar"), `layer "use case"`},
		"use case with SQL":          {"internal/authn/a.go", said + "package authn\n" + lib("database/sql"), `layer "use case"`},
		"use case with a driver":     {"internal/authn/a.go", said + "package authn\n" + lib("github.com/jackc/pgx/v5/pgconn"), `layer "use case"`},
		"leaf with a use case":       {"internal/job/a.go", said + "package job\n" + own("internal/tenancy"), "may import of Gatehouse"},
		"leaf with a leaf":           {"internal/job/a.go", said + "package job\n" + own("internal/cluster"), "may import of Gatehouse"},
		"storage with a driver":      {"internal/storage/a.go", said + "package storage\n" + lib("modernc.org/sqlite"), `layer "storage"`},
		"engine with an engine":      {"internal/storage/sqlite/a.go", "package sqlite\n" + own("internal/storage/postgres"), "may import of Gatehouse"},
		"SQLite with pgx":            {"internal/storage/sqlite/a.go", "package sqlite\n" + lib("github.com/jackc/pgx/v5"), `layer "database"`},
		"kit with a dialect":         {"internal/api/a.go", said + "package api\n" + own("internal/api/fess"), "may import of Gatehouse"},
		"dialect with a dialect":     {"internal/api/fess/a.go", "package fess\n" + own("internal/api/netapp"), "may import of Gatehouse"},
		"dialect with storage":       {"internal/api/fess/a.go", "package fess\n" + own("internal/storage"), "may import of Gatehouse"},
		"server with storage":        {"internal/server/a.go", "package server\n" + own("internal/storage/sqlite"), "may import of Gatehouse"},
		"program with test support":  {"cmd/gatehouse/a.go", "package main\n" + own("internal/testpg"), "may import of Gatehouse"},
		"upwards":                    {"internal/api/fess/a.go", "package fess\n" + own("internal/server"), "may import of Gatehouse"},
		"a test wires what it needs": {"internal/api/fess/a_test.go", "package fess\n" + own("internal/storage/sqlite"), ""},

		"C":                     {"internal/server/a.go", "package server\n" + lib("C"), "forbidden everywhere"},
		"an assertion library":  {"internal/server/a_test.go", "package server\n" + lib("github.com/stretchr/testify/require"), "forbidden everywhere"},
		"an unknown package":    {"internal/surprise/a.go", said + "package surprise\n", "is in no rule"},
		"below a known package": {"internal/iam/more/a.go", said + "package more\n", "is in no rule"},
		"below bench":           {"bench/load/a.go", said + "package main\n" + own("internal/testpg"), ""},
		"an empty folder name":  {"bench/util/a.go", said + "package main\n", `the name "util"`},
		"an empty package name": {"bench/load/a.go", said + "package types\n", `the name "types"`},

		"no comment":           {"bench/load/a.go", "package load\n", "in 0 files"},
		"two comments":         {"internal/iam/a.go", said + "package iam\n", "in 2 files"},
		"one sentence":         {"bench/load/a.go", "// Package load must not " + strings.Repeat("be silent ", 20) + ".\npackage load\n", "2 sentences or more"},
		"a short comment":      {"bench/load/a.go", "// Load. It must not.\npackage load\n", "2 sentences or more"},
		"nothing kept out":     {"bench/load/a.go", strings.ReplaceAll(said, "must not", "does") + "package load\n", `"must not" know`},
		"a program's comment":  {"bench/load/a.go", strings.ReplaceAll(said, "must not", "does") + "package main\n", ""},
		"a comment in a test":  {"internal/iam/a_test.go", said + "package iam\n", ""},
		"another module":       {"internal/iam/go.mod", "module x", ""},
		"a long file":          {"internal/iam/a.go", "package iam\n" + long(mostUnder), "one file in ten"},
		"a long test":          {"internal/iam/a_test.go", "package iam\n" + long(mostUnder), ""},
		"a long generated one": {"internal/iam/a.go", "// Code generated by x. DO NOT EDIT.\n\npackage iam\n" + long(mostUnder), ""},
		"a long table":         {"internal/iam/a.go", "package iam\nvar x = []int{\n" + strings.Repeat("1,\n", mostUnder) + "}\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			sources := maps.Clone(order)
			if c.path != "" {
				sources[c.path] = c.src
			}
			expect(t, faultsOf(t, sources), c.want)
		})
	}
}

// TestSizes proves the bounds exact.
func TestSizes(t *testing.T) {
	for _, c := range []struct {
		name  string
		files map[int]int // how many of how many lines
		want  string
	}{
		{"half are short", map[int]int{halfUnder - 1: 5, halfUnder: 5}, ""},
		{"fewer than half are short", map[int]int{halfUnder - 1: 4, halfUnder: 6}, "half of the files"},
		{"nine in ten are not long", map[int]int{1: 9, mostUnder: 1}, ""},
		{"more than one in ten are long", map[int]int{1: 17, mostUnder: 2}, "one file in ten"},
		{"one as long as can be", map[int]int{1: 9, noneOver: 1}, ""},
		{"one too long", map[int]int{1: 9, noneOver + 1: 1}, "split it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p pkg
			for lines, n := range c.files {
				for range n {
					p.files = append(p.files, file{lines: lines})
				}
			}
			expect(t, checkSizes([]pkg{p}), c.want)
		})
	}
}

// expect wants one fault with these words, or none when they are empty.
func expect(t *testing.T, faults []string, want string) {
	t.Helper()
	switch {
	case want == "" && len(faults) > 0:
		t.Errorf("found %q where nothing is wrong", faults)
	case want != "" && (len(faults) != 1 || !strings.Contains(faults[0], want)):
		t.Errorf("found %q, want one fault with %q", faults, want)
	}
}

func faultsOf(t *testing.T, sources map[string]string) (faults []string) {
	t.Helper()
	tree := fstest.MapFS{}
	for p, src := range sources {
		tree[p] = &fstest.MapFile{Data: []byte(src)}
	}
	loaded, err := load(tree)
	if err != nil {
		t.Fatal(err)
	}
	for _, check := range checks {
		faults = append(faults, check(loaded)...)
	}
	return faults
}
