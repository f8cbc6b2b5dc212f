package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/app"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/scim"
)

type schemaCmd struct {
	Set    schemaSetCmd    `cmd:"" help:"Make or replace a schema by which the tenant extends users or groups."`
	List   schemaListCmd   `cmd:"" help:"List the schemas of the tenant."`
	Show   schemaShowCmd   `cmd:"" help:"Print the definition of a schema, as set reads it."`
	Delete schemaDeleteCmd `cmd:"" help:"Delete a schema of which nobody has a value."`
}

// maxDefinition bounds the file of a definition, in bytes.
const maxDefinition = 1 << 20

type schemaSetCmd struct {
	tenantFlags
	File string `arg:"" help:"File with a Schema resource of SCIM (RFC 7643 section 7) in JSON; - is the standard input."`
	Of   string `name:"type" help:"What it extends: User or Group. Default: as it is, User of a new one." enum:"User,Group," default:"" env:"GATEHOUSE_SCHEMA_TYPE"`
}

// Run makes or replaces a schema.
func (cmd *schemaSetCmd) Run(ctx context.Context, c console) error {
	definition, err := readDefinition(c.in, cmd.File)
	if err != nil {
		return err
	}
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		e, err := a.SCIM.SetExtension(ctx, by, cmd.Of, definition, 0)
		if err != nil {
			return err
		}
		return cmd.printSchemas(c, e)
	})
}

// readDefinition reads a file of JSON.
func readDefinition(in io.Reader, path string) (definition map[string]any, err error) {
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // it was only read
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, maxDefinition+1))
	if err != nil {
		return nil, err
	}
	if len(text) > maxDefinition {
		return nil, fmt.Errorf("%s: must have at most %d bytes", path, maxDefinition)
	}
	if err := json.Unmarshal(text, &definition); err != nil {
		return nil, fmt.Errorf("%s: must be a JSON object: %w", path, err)
	}
	return definition, nil
}

// printSchemas prints what some schemas are.
func (f tenantFlags) printSchemas(c console, some ...scim.Extension) error {
	p := newPrinter(c.out, f.JSON, "urn", "type", "name", "attributes", "updated", "version")
	for _, e := range some {
		if err := p.row(e.Schema.ID, e.Of, e.Schema.Name, len(e.Schema.Attributes), timeText(e.Updated), e.Version); err != nil {
			return err
		}
	}
	return p.flush()
}

type schemaListCmd struct{ tenantFlags }

// Run lists schemas.
func (cmd *schemaListCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		all, err := a.SCIM.Extensions(ctx, by)
		if err != nil {
			return err
		}
		return cmd.printSchemas(c, all...)
	})
}

type schemaShowCmd struct {
	tenantFlags
	URN string `arg:"" help:"URN of the schema."`
}

// Run prints a definition: over many lines for people, on one for programs.
func (cmd *schemaShowCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		e, err := a.SCIM.Extension(ctx, by, cmd.URN)
		if err != nil {
			return err
		}
		text, err := json.Marshal(e.Schema.Document(), json.Deterministic(true), jsontext.Multiline(!cmd.JSON))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "%s\n", text)
		return err
	})
}

type schemaDeleteCmd struct {
	tenantFlags
	URN string `arg:"" help:"URN of the schema."`
}

// Run deletes a schema.
func (cmd *schemaDeleteCmd) Run(ctx context.Context, c console) error {
	return cmd.inTenant(ctx, c, func(a *app.App, by iam.Actor) error {
		if err := a.SCIM.DeleteExtension(ctx, by, cmd.URN); err != nil {
			return err
		}
		return cmd.printDeleted(c, cmd.URN)
	})
}
