package gatehouse_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// checks are all that is checked; each answers the faults that it found.
var checks = []func([]pkg) []string{checkImports, checkTags, checkComments, checkNames, checkSizes}

// pkg is one folder with Go files, of all operating systems.
type pkg struct {
	path  string // below the module
	name  string
	files []file
}

// file is one Go file.
type file struct {
	path    string
	pkgName string
	test    bool
	data    bool // a table of data, or generated
	lines   int
	imports []string
	doc     string // the package comment
	tags    int    // struct tags
}

// load reads the Go files of a tree. It parses them itself, and does not ask
// "go list": files read by the test are part of what its cached result depends
// on, what another process reads is not.
func load(tree fs.FS) ([]pkg, error) {
	byPath := map[string]*pkg{}
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if p != "." && ignoredFolder(tree, p) {
				return fs.SkipDir
			}
			return nil
		case path.Ext(p) != ".go":
			return nil
		}
		f, err := parse(tree, p)
		if err != nil {
			return err
		}
		dir := path.Dir(p)
		if byPath[dir] == nil {
			byPath[dir] = &pkg{path: dir}
		}
		byPath[dir].files = append(byPath[dir].files, f)
		if !f.test {
			byPath[dir].name = f.pkgName
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var all []pkg
	for _, p := range byPath {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b pkg) int { return strings.Compare(a.path, b.path) })
	return all, nil
}

// ignoredFolder reports what the go command ignores too: hidden folders, test
// data, other modules.
func ignoredFolder(tree fs.FS, p string) bool {
	base := path.Base(p)
	if base[0] == '.' || base[0] == '_' || base == "testdata" {
		return true
	}
	_, err := fs.Stat(tree, path.Join(p, "go.mod"))
	return err == nil
}

func parse(tree fs.FS, p string) (file, error) {
	src, err := fs.ReadFile(tree, p)
	if err != nil {
		return file{}, err
	}
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, p, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return file{}, err
	}
	f := file{
		path:    p,
		pkgName: parsed.Name.Name,
		test:    strings.HasSuffix(p, "_test.go"),
		lines:   strings.Count(string(src), "\n"),
		doc:     parsed.Doc.Text(),
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return file{}, fmt.Errorf("%s: %w", p, err)
		}
		f.imports = append(f.imports, imported)
	}
	declared := 0
	for _, decl := range parsed.Decls {
		if g, ok := decl.(*ast.GenDecl); ok && (g.Tok == token.VAR || g.Tok == token.CONST) {
			declared += set.Position(g.End()).Line - set.Position(g.Pos()).Line + 1
		}
	}
	f.data = ast.IsGenerated(parsed) || float64(declared) > tableShare*float64(f.lines)
	ast.Inspect(parsed, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok && field.Tag != nil {
			f.tags++
		}
		return true
	})
	return f, nil
}

// program reports whether the package has anything but tests.
func (p pkg) program() bool { return p.name != "" }

// ruleFor finds the rule of a package.
func ruleFor(p string) (rule, bool) {
	for _, r := range rules {
		for _, pattern := range r.packages {
			if root, all := strings.CutSuffix(pattern, "/..."); p == pattern || all && within(p, root) {
				return r, true
			}
		}
	}
	return rule{}, false
}

// within reports whether an import path is root or below it.
func within(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }

// standard reports whether an import path is of the standard library: only
// there has the first element no dot.
func standard(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	return !strings.Contains(first, ".")
}

// checkImports holds every import against the table, and the table against the
// packages: one that no rule covers is a fault.
func checkImports(tree []pkg) (faults []string) {
	for _, p := range tree {
		r, covered := ruleFor(p.path)
		if !covered && p.program() {
			faults = append(faults, fmt.Sprintf("package %s is in no rule: say in architecture_test.go what it may import", p.path))
		}
		for _, f := range p.files {
			for _, imported := range f.imports {
				switch why := forbidden(r, imported); {
				case slices.ContainsFunc(neverAnywhere, func(n string) bool { return within(imported, n) }):
					faults = append(faults, fmt.Sprintf("%s imports %q: forbidden everywhere", f.path, imported))
				case covered && !f.test && why != "":
					faults = append(faults, fmt.Sprintf("%s imports %q: %s", f.path, imported, why))
				}
			}
		}
	}
	return faults
}

// forbidden says why a rule forbids an import; empty means that it does not.
func forbidden(r rule, imported string) string {
	if within(imported, module) {
		other, _ := ruleFor(strings.TrimPrefix(imported, module+"/"))
		if slices.Contains(r.may, other.layer) {
			return ""
		}
		if len(r.may) == 0 {
			return fmt.Sprintf("the layer %q imports nothing of Gatehouse", r.layer)
		}
		return fmt.Sprintf("the layer %q may import of Gatehouse: %s", r.layer, strings.Join(r.may, ", "))
	}
	if r.stdOnly && !standard(imported) {
		return fmt.Sprintf("the layer %q has the standard library only", r.layer)
	}
	for _, n := range r.never {
		if within(imported, n) {
			return fmt.Sprintf("forbidden in the layer %q", r.layer)
		}
	}
	return ""
}

func checkTags(tree []pkg) (faults []string) {
	for _, p := range tree {
		r, _ := ruleFor(p.path)
		for _, f := range p.files {
			if r.untagged && !f.test && f.tags > 0 {
				faults = append(faults, fmt.Sprintf("%s has struct tags: the layer %q knows no wire format", f.path, r.layer))
			}
		}
	}
	return faults
}

var sentenceEnd = regexp.MustCompile(`[.!?](\s|$)`)

// checkComments wants one package comment in each package, that says enough.
// Of a program it is the manual, and need not say what is kept out.
func checkComments(tree []pkg) (faults []string) {
	for _, p := range tree {
		if !p.program() {
			continue
		}
		var docs []string
		for _, f := range p.files {
			if f.doc != "" && !f.test {
				docs = append(docs, f.doc)
			}
		}
		if len(docs) != 1 {
			faults = append(faults, fmt.Sprintf("package %s has a package comment in %d files: it takes one", p.path, len(docs)))
			continue
		}
		doc := strings.Join(strings.Fields(docs[0]), " ")
		if len(doc) < commentLength || len(sentenceEnd.FindAllString(doc, -1)) < commentSentences {
			faults = append(faults, fmt.Sprintf("package %s: its comment must say what it owns, in %d sentences or more", p.path, commentSentences))
		}
		if p.name != "main" && !strings.Contains(doc, commentMust) {
			faults = append(faults, fmt.Sprintf("package %s: its comment must say what it %q know", p.path, commentMust))
		}
	}
	return faults
}

func checkNames(tree []pkg) (faults []string) {
	for _, p := range tree {
		for _, name := range append(strings.Split(p.path, "/"), p.name) {
			if slices.Contains(emptyNames, name) {
				faults = append(faults, fmt.Sprintf("package %s: the name %q does not say what it is for", p.path, name))
				break
			}
		}
	}
	return faults
}

func checkSizes(tree []pkg) (faults []string) {
	var sizes []int
	for _, p := range tree {
		for _, f := range p.files {
			if f.test || f.data {
				continue
			}
			sizes = append(sizes, f.lines)
			if f.lines > noneOver {
				faults = append(faults, fmt.Sprintf("%s has %d lines: split it, %d is the most", f.path, f.lines, noneOver))
			}
		}
	}
	if len(sizes) == 0 {
		return faults
	}
	slices.Sort(sizes)
	if half := sizes[(len(sizes)-1)/2]; half >= halfUnder {
		faults = append(faults, fmt.Sprintf("half of the files have %d lines or more: it should be under %d", half, halfUnder))
	}
	if most := sizes[(len(sizes)*9+9)/10-1]; most >= mostUnder {
		faults = append(faults, fmt.Sprintf("one file in ten has %d lines or more: it should be under %d", most, mostUnder))
	}
	return faults
}
