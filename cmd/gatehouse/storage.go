package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// storageFlags say where everything is kept; every command has them.
type storageFlags struct {
	Data      string `help:"Folder for the SQLite database and the master key." default:"./gatehouse-data" env:"GATEHOUSE_DATA" type:"path"`
	Database  string `help:"URL of a PostgreSQL database, instead of SQLite in the data folder." placeholder:"postgres://..." default:"" env:"GATEHOUSE_DATABASE"`
	MasterKey string `help:"Key that protects stored keys, as 64 hexadecimal digits, instead of master.key in the data folder." placeholder:"HEX" default:"" env:"GATEHOUSE_MASTER_KEY"`
}

// open puts the program together for one command, which says nothing unless
// something is wrong.
func (f storageFlags) open(ctx context.Context, c console, set ...func(*app.Options)) (*app.App, error) {
	o := f.options(slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	o.MustExist = true
	for _, set := range set {
		set(&o)
	}
	return app.Open(ctx, o)
}

func (f storageFlags) options(log *slog.Logger) app.Options {
	return app.Options{Data: f.Data, Database: f.Database, MasterKey: f.MasterKey, Version: version, Log: log}
}

// tenantFlags are those of commands that work in one tenant.
type tenantFlags struct {
	storageFlags
	Tenant string `help:"Code of the tenant to work in." default:"default" env:"GATEHOUSE_TENANT"`
	JSON   bool   `help:"Print JSON for programs instead of a table for people." env:"GATEHOUSE_JSON"`
}

// inTenant opens the storage, with options set, and calls do as the operator of
// the tenant.
func (f tenantFlags) inTenant(ctx context.Context, c console, do func(a *app.App, by iam.Actor) error, set ...func(*app.Options)) (err error) {
	a, err := f.open(ctx, c, set...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	t, err := a.Tenancy.ByCode(ctx, f.Tenant)
	if err != nil {
		return err
	}
	return do(a, iam.System(t.ID, "command line"))
}

// printer writes rows as a table, or as JSON: one object a line for lists.
type printer struct {
	out     io.Writer
	json    bool
	columns []string
	table   *tabwriter.Writer
}

// newPrinter makes a printer for columns, which are the members of the JSON
// objects and, in capitals, the heads of the table.
func newPrinter(out io.Writer, asJSON bool, columns ...string) *printer {
	p := &printer{out: out, json: asJSON, columns: columns}
	if !asJSON {
		p.table = tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
		_, _ = fmt.Fprintln(p.table, strings.ToUpper(strings.Join(columns, "\t"))) // flush tells of an error
	}
	return p
}

// row prints one row: a value for each column.
func (p *printer) row(values ...any) error {
	if p.json {
		object := make(map[string]any, len(values))
		for i, v := range values {
			object[p.columns[i]] = v
		}
		return json.NewEncoder(p.out).Encode(object)
	}
	cells := make([]string, len(values))
	for i, v := range values {
		switch cells[i] = fmt.Sprint(v); {
		case cells[i] == "":
			cells[i] = "-"
		case !iam.Printable(cells[i]): // a line of its own would look like a row
			cells[i] = strconv.Quote(cells[i])
		}
	}
	_, err := fmt.Fprintln(p.table, strings.Join(cells, "\t"))
	return err
}

// flush ends the table.
func (p *printer) flush() error {
	if p.table == nil {
		return nil
	}
	return p.table.Flush()
}

// whole asks for all of a list, so many items at a time.
var whole = iam.Page{Limit: 1000}
