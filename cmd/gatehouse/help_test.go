package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// command runs one command line in this process, and answers what it prints.
func command(t *testing.T, stdin string, args ...string) (out string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err = run(t.Context(), args, console{strings.NewReader(stdin), &stdout, &stderr})
	if stderr.Len() > 0 {
		t.Logf("gatehouse %s: %s", strings.Join(args, " "), stderr.String())
	}
	return stdout.String(), err
}

// model is the command line as kong sees it.
func model(t *testing.T) *kong.Application {
	t.Helper()
	parser, err := kong.New(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	return parser.Model
}

// flagsOf answers the flags of a command, without --help.
func flagsOf(command *kong.Node) []*kong.Flag {
	var flags []*kong.Flag
	for _, group := range command.AllFlags(false) {
		for _, f := range group {
			if f.Name != "help" {
				flags = append(flags, f)
			}
		}
	}
	return flags
}

// TestEveryFlag: each flag of each command has an environment variable of its
// own, a default unless it is required, and --help tells all of it.
func TestEveryFlag(t *testing.T) {
	meaning := map[string]string{} // of a variable: its flag
	for _, c := range model(t).Leaves(false) {
		help, err := command(t, "", append(strings.Fields(c.FullPath())[1:], "--help")...)
		if err != nil {
			t.Fatal(err)
		}
		if c.Help == "" {
			t.Errorf("%s says nothing of itself", c.FullPath())
		}
		for _, f := range flagsOf(c) {
			name := c.FullPath() + " --" + f.Name
			if len(f.Envs) != 1 || !strings.HasPrefix(f.Envs[0], "GATEHOUSE_") {
				t.Errorf("%s has the environment variables %q, want one GATEHOUSE_...", name, f.Envs)
				continue
			}
			if other := meaning[f.Envs[0]]; other != "" && other != f.Name {
				t.Errorf("%s is the variable of --%s and of --%s", f.Envs[0], other, f.Name)
			}
			meaning[f.Envs[0]] = f.Name
			if !f.HasDefault && !f.Required && !f.IsBool() {
				t.Errorf("%s has no default and is not required", name)
			}
			for _, want := range []string{"--" + f.Name, "$" + f.Envs[0], f.Default} {
				if !strings.Contains(help, want) {
					t.Errorf("the help of %s does not tell of %q:\n%s", name, want, help)
				}
			}
		}
	}
	if len(meaning) < 10 {
		t.Errorf("only %d flags were found", len(meaning))
	}
}

// TestReadmeNamesEveryFlag: the configuration reference of the README has each
// flag of serve, with its variable and its default.
func TestReadmeNamesEveryFlag(t *testing.T) {
	for _, file := range []string{"../../README.md", "../../README.ko.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range model(t).Leaves(false) {
			if c.Name != "serve" {
				continue
			}
			for _, f := range flagsOf(c) {
				row := "`--" + f.Name + "` | `" + f.Envs[0] + "` | "
				if f.Default != "" {
					row += "`" + f.Default + "`"
				}
				if !strings.Contains(string(text), row) {
					t.Errorf("%s has no row %q", file, row)
				}
			}
		}
	}
}

func TestCommandLineErrors(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"serve --listen", "listen"},
		{"serve --colour", "colour"},
		{"serve --log-format xml", "log-format"},
		{"serve --trusted-proxies 10.0.0/8", "10.0.0/8"},
		{"serve --public-url ftp://example.com", "ftp://example.com"},
		{"user", "create"},
		{"user create", "name"},
		{"token create", "user"},
		{"key create", "user"},
		{"key create --user x --network 10.0.0/8", "10.0.0/8"},
		{"cert create --user x", "out"},
		{"serve --tls-cert x", "belong together"},
		{"serve --tls-key x", "belong together"},
		{"serve --mtls-listen :0", "tls-cert"},
		{"serve --tls-cert /does/not/exist --tls-key /does/not/exist", "/does/not/exist"},
		{"frobnicate", "frobnicate"},
		{"backup", "file"},
		{"restore /does/not/exist", "/does/not/exist"},
		{"migrate --database mysql://localhost/x", "database"},
		{"user list --data /dev/null/nowhere", "/dev/null"},
	} {
		t.Chdir(t.TempDir()) // nothing is to be made here
		_, err := command(t, "", strings.Fields(tt.line)...)
		if err == nil || !strings.Contains(message(err), tt.want) {
			t.Errorf("gatehouse %s: %v, want an error that tells of %q", tt.line, err, tt.want)
		}
	}
}

func TestVersion(t *testing.T) {
	if out, err := command(t, "", "version"); err != nil || out != "gatehouse "+version+"\n" {
		t.Errorf("version prints %q, %v", out, err)
	}
}
