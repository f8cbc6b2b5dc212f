package transfer

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
)

// csvWriter writes CSV with the same columns whatever the entries.
type csvWriter struct {
	rows  *csv.Writer
	cells []string
	begun bool
}

func newCSVWriter(to io.Writer) Writer { return &csvWriter{rows: csv.NewWriter(to)} }

func (w *csvWriter) Write(e Entry) error {
	if err := w.begin(); err != nil {
		return err
	}
	texts, rest := csvColumns.fill(e.Resource)
	w.cells = append(w.cells[:0], string(e.Kind))
	for _, text := range texts {
		w.cells = append(w.cells, guard(text))
	}
	more := ""
	if len(rest) > 0 {
		text, err := json.Marshal(rest, json.Deterministic(true))
		if err != nil {
			return err
		}
		more = string(text)
	}
	return w.rows.Write(append(w.cells, e.PasswordHash, more))
}

func (w *csvWriter) begin() error {
	if w.begun {
		return nil
	}
	w.begun = true
	names := []string{columnKind}
	for _, c := range csvColumns.columns {
		names = append(names, c.String())
	}
	return w.rows.Write(append(names, columnHash, columnRest))
}

func (w *csvWriter) Close() error {
	if err := w.begin(); err != nil {
		return err
	}
	w.rows.Flush()
	return w.rows.Error()
}

// formulas are what a cell begins with that a spreadsheet computes, and the mark of
// one that it is not to compute.
const formulas = "=+-@\t\r'"

// guard puts an apostrophe before a cell that a spreadsheet would take for a
// formula, which whoever has a name here could have written, but not before a
// telephone number. One that begins with an apostrophe gets another.
func guard(cell string) string {
	if cell == "" || strings.IndexByte(formulas, cell[0]) < 0 || strings.Trim(cell, "+-0123456789 ().") == "" {
		return cell
	}
	return "'" + cell
}

func unguard(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && strings.IndexByte(formulas, cell[1]) >= 0 {
		return cell[1:]
	}
	return cell
}
