package transfer

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

type doc = map[string]any

func user(line int, r doc) *Entry { return &Entry{Line: line, Kind: User, Resource: r} }

func TestReadCSV(t *testing.T) {
	ada := doc{"userName": "ada", "displayName": "Ada Lovelace"}
	for _, tt := range []struct {
		name, text string
		want       []*Entry
		faults     []string // a part of each
	}{
		{"paths of SCIM", `userName,name.givenName,emails.value,"emails[type eq ""home""].value",active,groups,roles,passwordHash,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department,urn:x:badge
ada,Ada,a@x,h@x,true,staff;admins,auditor,{SSHA}abc,R&D,"{""n"":1}"
`, []*Entry{{Line: 2, Kind: User, PasswordHash: "{SSHA}abc", Resource: doc{"userName": "ada", "name": doc{"givenName": "Ada"},
			"emails": []any{doc{"value": "a@x", "primary": true}, doc{"value": "h@x", "type": "home"}}, "active": true,
			"groups": []any{doc{"display": "staff"}, doc{"display": "admins"}}, "roles": []any{doc{"value": "auditor"}},
			urnEnterprise: doc{"department": "R&D"}, "urn:x": doc{"badge": doc{"n": 1.0}}}}}, nil},
		{"quotation marks of a path as they are", "userName,emails[type eq \"work\"].value,emails[TYPE EQ \"work\"].primary\nada,a@x,yes\n",
			[]*Entry{user(2, doc{"userName": "ada", "emails": []any{doc{"type": "work", "value": "a@x", "primary": true}}})}, nil},
		{"usual spellings", "User Name,E-Mail,first_name,LASTNAME,Mobile,department,enabled,member_of\nada,a@x,Ada,Lovelace,+82 10,R,0,staff\n",
			[]*Entry{user(2, doc{"userName": "ada", "emails": []any{doc{"value": "a@x", "primary": true}}, "name": doc{"givenName": "Ada", "familyName": "Lovelace"},
				"phoneNumbers": []any{doc{"type": "mobile", "value": "+82 10"}}, urnEnterprise: doc{"department": "R"}, "active": false,
				"groups": []any{doc{"display": "staff"}}})}, nil},
		{"byte order mark and CRLF", "\ufeffuserName,displayName\r\nada,Ada Lovelace\r\n", []*Entry{user(2, ada)}, nil},
		{"semicolons", "userName;displayName;groups\nada;Ada Lovelace;\"a;b\"\n",
			[]*Entry{user(2, doc{"userName": "ada", "displayName": "Ada Lovelace", "groups": []any{doc{"display": "a"}, doc{"display": "b"}}})}, nil},
		{"tabs", "userName\tdisplayName\nada\tAda Lovelace", []*Entry{user(2, ada)}, nil},
		{"line breaks and quotation marks in cells", "userName,displayName\n\"a\nb\",\"say \"\"hi\"\"\"\nada,Ada Lovelace\n",
			[]*Entry{user(2, doc{"userName": "a\nb", "displayName": `say "hi"`}), user(4, ada)}, nil},
		{"empty lines and rows", "\nuserName,displayName\n\n,\nada,Ada Lovelace\n", []*Entry{user(5, ada)}, nil},
		{"empty cells", "userName,displayName,active\nada,,\n", []*Entry{user(2, doc{"userName": "ada"})}, nil},
		{"a list of addresses", "userName,emails\nada,a@x; b@x\n",
			[]*Entry{user(2, doc{"userName": "ada", "emails": []any{doc{"value": "a@x", "primary": true}, doc{"value": "b@x"}}})}, nil},
		{"by id and by name", "displayName,members\nstaff,ada;0198b1c4-7d2e-7a5b-8c3d-112233445566;a\\;b\n",
			[]*Entry{{Line: 2, Kind: Group, Resource: doc{"displayName": "staff",
				"members": []any{doc{"display": "ada"}, doc{"value": "0198b1c4-7d2e-7a5b-8c3d-112233445566"}, doc{"display": "a;b"}}}}}, nil},
		{"bindings", "role,user,group,namespace\nreader,ada,,\nreader,,staff,web\n", []*Entry{
			{Line: 2, Kind: Binding, Resource: doc{"role": "reader", "user": doc{"display": "ada"}}},
			{Line: 3, Kind: Binding, Resource: doc{"role": "reader", "group": doc{"display": "staff"}, "namespace": "web"}}}, nil},
		{"kinds", "kind,userName,displayName,role,user\nuser,ada,,,\nGroup,,staff,,\nbinding,,,reader,ada\nrole,x,,,\n,x,,,\n", []*Entry{
			user(2, doc{"userName": "ada"}), {Line: 3, Kind: Group, Resource: doc{"displayName": "staff"}},
			{Line: 4, Kind: Binding, Resource: doc{"role": "reader", "user": doc{"display": "ada"}}}}, []string{"line 5: invalid: kind must be", "line 6: invalid: kind must be"}},
		{"formulas that were written as text", "userName,displayName\n'=ada,'+82\n'ada,''x\n",
			[]*Entry{user(2, doc{"userName": "=ada", "displayName": "+82"}), user(3, doc{"userName": "'ada", "displayName": "'x"})}, nil},
		{"faults stop no other row", "userName,displayName,active\na,\"b\"c,\nx,y\nx,y,z,zz\nx,y,perhaps\nx,\xff,\nada,Ada Lovelace,\n", []*Entry{user(7, ada)},
			[]string{"line 2: invalid: a row must have its quotation marks", "line 3: invalid: the row has 2 cells, the header 3", "line 4: invalid: the row has 4 cells",
				"line 5: invalid: active must be true or false", "line 6: invalid: displayName must be in UTF-8"}},
		{"faults of one row", "userName,emails,emails.value,json,groups\nx,a@x,b@x,,\nx,,,[1],\nx,,,\"{\"\"userName\"\":\"\"y\"\"}\",\nx,,,,[1\nada,,,\"{\"\"displayName\"\":\"\"Ada Lovelace\"\"}\",\n",
			[]*Entry{user(6, ada)}, []string{"emails.value is given twice", "json must be a JSON object", "userName is given twice", "groups must be a JSON array"}},
		{"a quotation mark that is not closed", "userName\nada\n\"eve\nmallory\n", []*Entry{user(2, doc{"userName": "ada"})}, []string{"line 3: "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, faults, err := readAll(t, CSV, tt.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(faults) != len(tt.faults) {
				t.Fatalf("faults %q, want %q", faults, tt.faults)
			}
			for i, want := range tt.faults {
				if !strings.Contains(faults[i], want) {
					t.Errorf("fault %q, want %q", faults[i], want)
				}
			}
		})
	}
}

// TestHeader: what is misspelt is not lost without a word.
func TestHeader(t *testing.T) {
	for text, want := range map[string]string{
		"userName,departement":              `column 2, "departement", is of no known attribute`,
		"userName,name.first":               `"name.first", has no such sub-attribute of name`,
		"userName,title[type eq \"x\"]":     `title has one value`,
		"userName,emails[value eq \"x\"]":   `a condition of the form`,
		"userName,emails[type eq \"\"]":     `a condition without a type`,
		"userName,emails.value.x":           `is no path`,
		"userName,urn:x:":                   `is no path`,
		"userName,urn:x:a[type eq \"b\"]":   `of an extension`,
		"userName,":                         `column 2, "", is no path`,
		"userName,email,mail":               `column 3, "mail", is there twice`,
		"userName,json,JSON":                `column 3, "JSON", is there twice`,
		"userName,emails[type eq \"\xff\"]": `column 2 must be in UTF-8`,
		"email,role":                        `must have a column userName`,
		"\xff\xfeu":                         `is in UTF-16`,
	} {
		entries, faults, err := readAll(t, CSV, text+"\nx,y\n")
		if !iam.Is(err, iam.Invalid) || !strings.Contains(err.Error(), want) || len(entries)+len(faults) > 0 {
			t.Errorf("%s: %v %v", text, err, faults)
		}
	}
	if entries, faults, err := readAll(t, CSV, ""); err != nil || len(entries)+len(faults) > 0 {
		t.Errorf("an empty file: %v %v", faults, err)
	}
}

// endless is a file of which a row does not end.
type endless struct{ begun bool }

func (e *endless) Read(p []byte) (int, error) {
	if !e.begun {
		e.begun = true
		return copy(p, "userName\nada\n\""), nil
	}
	return copy(p, bytes.Repeat([]byte("x"), len(p))), nil
}

func TestRowIsBounded(t *testing.T) {
	r := newCSVReader(&endless{})
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := r.Next(); !iam.Is(err, iam.Invalid) || !strings.Contains(err.Error(), "behind line 2") {
			t.Fatalf("a row without an end: %v", err)
		}
	}
}

// TestCellsOfCSV: what has a column is in it, and only the rest is JSON.
func TestCellsOfCSV(t *testing.T) {
	text := write(t, CSV, Entry{Kind: User, PasswordHash: "$2b$04$x", Resource: doc{"schemas": []any{urnUser}, "meta": doc{"version": "1"}, "id": "1", "userName": "ada", "active": false,
		"name":   doc{"givenName": "Ada", "familyName": "Lovelace"},
		"emails": []any{doc{"type": "work", "value": "a@x", "primary": true}, doc{"type": "home", "value": "h@x"}}, "roles": []any{doc{"value": "a;b"}, doc{"value": "c"}},
		"groups":      []any{doc{"value": "2", "display": "staff", "type": "direct"}},
		urnEnterprise: doc{"department": "R&D", "manager": doc{"value": "3"}}, "urn:x": doc{"badge": 5.0}}},
		Entry{Kind: Binding, Resource: doc{"role": "reader", "group": doc{"value": "2", "display": "staff"}}})
	cells, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, row := range cells[1:] {
		r := map[string]string{}
		for i, cell := range row {
			if cell != "" {
				r[cells[0][i]] = cell
			}
		}
		rows = append(rows, r)
	}
	want := []map[string]string{{"kind": "user", "id": "1", "userName": "ada", "active": "false", "name.givenName": "Ada", "name.familyName": "Lovelace",
		`emails[type eq "work"].value`: "a@x", `emails[type eq "work"].primary`: "true", `emails[type eq "home"].value`: "h@x", "roles": `a\;b;c`, "groups": "staff",
		urnEnterprise + ":department": "R&D", urnEnterprise + ":manager.value": "3", "passwordHash": "$2b$04$x", "json": `{"urn:x":{"badge":5}}`},
		{"kind": "binding", "role": "reader", "group": "staff"}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestNoFormulas: what somebody is called is not computed by who opens the file.
func TestNoFormulas(t *testing.T) {
	text := write(t, CSV, Entry{Kind: User, Resource: doc{"userName": "=1+1", "displayName": "@SUM(A1)", "title": "\t=1", "nickName": "-1+cmd|' /C calc'!A0",
		"phoneNumbers": []any{doc{"value": "+82 (10) 1234-5678", "primary": true}}}})
	cells, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	phone := false
	for _, cell := range cells[1] {
		phone = phone || cell == "+82 (10) 1234-5678"
		if cell != "" && strings.IndexByte("=@\t-", cell[0]) >= 0 {
			t.Errorf("the cell %q is a formula", cell)
		}
	}
	if !phone {
		t.Errorf("the telephone number is changed: %q", cells[1])
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add("userName,emails[type eq \"work\"].value,active,groups,json\nada,a@x,true,\"a;b\",\"{\"\"x\"\":1}\"\n")
	f.Add("\ufeffkind;displayName;members\r\ngroup;staff;\"[{\"\"display\"\":\"\"ada\"\"}]\"\r\n")
	f.Add("role,user\nreader,\"ada\n")
	fuzzReader(f, CSV)
}

// fuzzReader demands of whatever file that it comes to an end, and that what was
// read can be written and read again.
func fuzzReader(f *testing.F, format Format) {
	f.Helper()
	f.Fuzz(func(t *testing.T, text string) {
		got, _, err := readAll(t, format, text)
		if err != nil && !iam.Is(err, iam.Invalid) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("%v", err)
		}
		all := make([]Entry, len(got))
		for i, e := range got {
			all[i] = *e
		}
		again, faults, err := readAll(t, format, write(t, format, all...))
		if err != nil || len(faults) > 0 || len(again) != len(got) {
			t.Fatalf("%q is written so that it reads as %d entries instead of %d, %v, %v", text, len(again), len(got), faults, err)
		}
		for i, e := range again {
			e.Line = got[i].Line
		}
	})
}
