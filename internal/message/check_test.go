package message_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/message"
)

type colour string

func (colour) Names() []string { return []string{"RED", "GREEN", "BLUE"} }

// paths answers where a message breaks a rule; nil where it keeps all.
func paths(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || e.Kind != iam.Invalid || len(e.Fields) == 0 {
		t.Fatalf("%#v is no Invalid error with fields", err)
	}
	var all []string
	for _, f := range e.Fields {
		all = append(all, f.Path)
		if !strings.HasPrefix(f.Message, "Field "+f.Path+" should ") || !strings.HasSuffix(f.Message, " in request.") {
			t.Errorf("message %q is not of the vendor's form", f.Message)
		}
		if !strings.Contains(e.Message, f.Message) {
			t.Errorf("%q does not tell %q", e.Message, f.Message)
		}
	}
	return all
}

// one makes a message of one member with a value and a rule.
func one(rule string, value any) any {
	t := reflect.StructOf([]reflect.StructField{{
		Name: "X", Type: reflect.TypeOf(value), Tag: reflect.StructTag(`json:"x" rule:` + quote(rule))}})
	v := reflect.New(t)
	v.Elem().Field(0).Set(reflect.ValueOf(value))
	return v.Interface()
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func text(s string) *string { return &s }

// TestRules tries every rule at its bound and past it, on what is given and on
// what is absent.
func TestRules(t *testing.T) {
	type ref struct {
		Name string `json:"name"`
	}
	for _, test := range []struct {
		rule string
		kept []any
		past []any
	}{
		{"message.required=true",
			[]any{"a", text(""), 1, []string{""}, map[string]string{"": ""}, &ref{}, ref{"a"}, time.Unix(0, 0)},
			[]any{"", (*string)(nil), 0, []string{}, []string(nil), map[string]string{}, (*ref)(nil), ref{}, time.Time{}}},
		{"string.max_len=3", []any{"", "abc", "äöü", text("abc"), (*string)(nil)}, []any{"abcd", "äöüß", text("abcd")}},
		{"string.min_len=2", []any{"ab", "äö", (*string)(nil)}, []any{"", "a", "ä", text("")}},
		{"string.max_bytes=3", []any{"", "abc", "€"}, []any{"abcd", "€a", "äö"}},
		{"string.min_bytes=2", []any{"ab", "ä", (*string)(nil)}, []any{"", "a", text("")}},
		{"string.not_empty=true", []any{"a", (*string)(nil)}, []any{"", text("")}},
		{"string.const=system", []any{"system", text("system"), (*string)(nil)}, []any{"System", "system ", "", text("")}},
		{`string.in=["Active","Partially Active"]`, []any{"", "Active", "Partially Active"}, []any{"active", "Partially", text("")}},
		{`string.in=[\"Active\"]`, []any{"Active"}, []any{`\"Active\"`}},
		{`string.not_in=["ves","f5"]`, []any{"", "vesx", "F5"}, []any{"ves", "f5"}},
		{`string.pattern=^[^<>&"]+$`, []any{"", "a b"}, []any{"<", `a"b`, "&", text("")}},
		{`string.pattern=^[^<>&\"]+$`, []any{`\`}, []any{`a"b`}},
		{"string.email=true", []any{"", "jo@example.com"}, []any{"jo", "Jo <jo@example.com>", "jo@", "a@b\n"}},
		{"string.uri=true", []any{"", "https://h/p?q=%20#f", "urn:a:b", "string:///YQ=="},
			[]any{"/p", "//h/p", "https://h/a b", "https://h/%zz", "https://h/?%2", "https:", "https://", "https://h/<>", "https://hé/", "1:x", "http://h:port/"}},
		{"string.uri_ref=true", []any{"", text(""), "/p", "//h/p", "p?q#f", "https://h/", "string:///YQ=="},
			[]any{"a b", "%", "a\n", "{x}", "http://[::1/", "a\\b"}},
		{"string.http_header_field=true", []any{"", "X-User", "x_user", "!#$%&'*+-.^_`|~", strings.Repeat("a", 256)},
			[]any{"X User", "X:", ":path", "é", "a\n", text("")}},
		{"string.ves_object_name=true", []any{"", "a", "a-1", strings.Repeat("a", 64)},
			[]any{"A", "1a", "-a", "a-", "a.b", "a_b", strings.Repeat("a", 65), text(""), "é"}},
		{"string.ves_object_name=true;string.max_len=256", []any{strings.Repeat("a", 256)}, []any{strings.Repeat("a", 257), "A"}},
		{"string.k8s_label_value=true", []any{"", text(""), "a", "A.b_c-1", strings.Repeat("a", 63)},
			[]any{"-a", "a.", "a b", "é", "_", strings.Repeat("a", 64)}},
		{"string.k8s_label_value=true;string.max_len=255", []any{strings.Repeat("a", 255)}, []any{strings.Repeat("a", 256), "-"}},
		{"uint32.gte=7", []any{0, 7, 1<<32 - 1, uint32(7), (*int)(nil)}, []any{6, -1, 1 << 32, uint32(6), new(int)}},
		{"uint32.lte=16", []any{0, 16, int64(16), uint64(16), uint8(16)}, []any{17, -1, int64(17), uint64(17), 1<<32 + 1, uint8(17)}},
		{"uint32.gte=5;uint32.lte=16", []any{5, 16}, []any{4, 17}},
		{"message.required=true;uint32.gte=7", []any{7}, []any{0, 6}},
		{"enum.in=[0,2]", []any{colour(""), colour("RED"), colour("BLUE"), []colour{"RED", "BLUE"}},
			[]any{colour("GREEN"), []colour{"RED", "GREEN"}}},
		{"repeated.max_items=2", []any{[]string{}, []string{"a", "b"}, []string(nil), []ref{{}, {}}}, []any{[]string{"a", "b", "c"}, make([]ref, 3)}},
		{"repeated.min_items=1", []any{[]string{""}}, []any{[]string{}, []string(nil)}},
		{"repeated.min_items=0", []any{[]string(nil)}, nil},
		{"repeated.unique=true",
			[]any{[]string{"a", "A"}, []ref{{"a"}, {"b"}}, []*string{text("a"), nil}, []int{1, 2}, []map[string]int{{"a": 1}, {"a": 2}}},
			[]any{[]string{"a", "b", "a"}, []ref{{"a"}, {"a"}}, []*string{text("a"), text("a")}, []int{1, 1},
				[]map[string]int{{"a": 1, "b": 2}, {"b": 2, "a": 1}}}},
	} {
		for _, v := range test.kept {
			if err := message.Check("", one(test.rule, v)); err != nil {
				t.Errorf("%s: %#v: %v", test.rule, v, err)
			}
		}
		for _, v := range test.past {
			got := paths(t, message.Check("", one(test.rule, v)))
			if len(got) == 0 || !strings.HasPrefix(got[0], "x") {
				t.Errorf("%s: %#v is refused at %q, want x", test.rule, v, got)
			}
		}
	}
}

// TestRulesWithin tries the rules of items, keys and values: the empty ones are
// given, not absent.
func TestRulesWithin(t *testing.T) {
	long := strings.Repeat("a", 9)
	for _, test := range []struct {
		rule string
		v    any
		want []string
	}{
		{"repeated.items.string.max_len=8;repeated.items.string.min_len=1", []string{"a", long[:8]}, nil},
		{"repeated.items.string.max_len=8;repeated.items.string.min_len=1", []string{"a", long, ""}, []string{"x[1]", "x[2]"}},
		{"repeated.items.string.not_empty=true", []string{"a", ""}, []string{"x[1]"}},
		{"repeated.items.string.ves_object_name=true", []string{"a", "B"}, []string{"x[1]"}},
		{"enum.in=[1]", []colour{"GREEN", "RED"}, []string{"x[1]"}},
		{"repeated.max_items=1;repeated.items.string.max_len=1", []string{"aa", "bb"}, []string{"x"}},
		{"map.keys.string.max_len=8;map.keys.string.min_len=1", map[string]string{long[:8]: ""}, nil},
		{"map.keys.string.max_len=8", map[string]string{long: ""}, []string{"x"}},
		{"map.keys.string.min_len=1", map[string]string{"": ""}, []string{"x"}},
		{"map.values.string.max_len=8;map.values.string.min_len=1", map[string]string{"k": long[:8]}, nil},
		{"map.values.string.max_len=8", map[string]string{"k": long}, []string{`x["k"]`}},
		{"map.values.string.min_len=1", map[string]string{"k": ""}, []string{`x["k"]`}},
	} {
		got := paths(t, message.Check("", one(test.rule, test.v)))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s of %#v (-want +got):\n%s", test.rule, test.v, diff)
		}
	}
}

type leaf struct {
	Name string `json:"name" rule:"string.max_len=2"`
}

type choice struct {
	Host *string   `json:"host,omitzero" oneof:"target" rule:"string.min_len=1"`
	Port int       `json:"port" oneof:"target"`
	Path string    `json:"path" oneof:"target" rule:"string.min_len=1"`
	None *struct{} `json:"none" oneof:"target"`
	Auto bool      `json:"auto" oneof:"mode"`
	Hand []leaf    `json:"hand" oneof:"mode"`
}

type tree struct {
	leaf             // embedded: its members are the tree's
	Renamed leaf     `json:"left"`
	Far     *leaf    `json:"far"`
	Many    []*leaf  `json:"many" rule:"repeated.max_items=20"`
	Grid    [][]leaf `json:"grid"`
	ByName  map[string]leaf
	Choice  choice  `json:"choice"`
	Sub     []*tree `json:"sub"`
	Hidden  leaf    `json:"-"`
	Any     any     `json:"any"`
}

// TestPaths tells where in a message a rule is broken.
func TestPaths(t *testing.T) {
	bad := leaf{"abc"}
	for _, test := range []struct {
		name   string
		prefix string
		v      any
		want   []string
	}{
		{"nothing", "", &tree{}, nil},
		{"nil", "", (*tree)(nil), nil},
		{"no message", "", nil, nil},
		{"value", "", tree{leaf: bad}, []string{"name"}},
		{"below a prefix", "spec", &tree{leaf: bad}, []string{"spec.name"}},
		{"struct, pointer", "spec", &tree{Renamed: bad, Far: &bad}, []string{"spec.left.name", "spec.far.name"}},
		{"lists", "", &tree{Many: []*leaf{nil, &bad}, Grid: [][]leaf{{}, {{}, bad}}}, []string{"many[1].name", "grid[1][1].name"}},
		{"list of messages", "spec", []leaf{{}, bad}, []string{"spec[1].name"}},
		{"map", "", &tree{ByName: map[string]leaf{`a"b`: bad}}, []string{`ByName["a\"b"].name`}},
		{"in itself", "", &tree{Sub: []*tree{{Sub: []*tree{{leaf: bad}}}}}, []string{"sub[0].sub[0].name"}},
		{"a message that is no pointer", "", &struct {
			M struct {
				Name string `json:"name" rule:"message.required=true"`
			} `json:"m"`
		}{}, []string{"m.name"}},
		{"not on the wire", "", &tree{Hidden: bad, Any: bad}, nil},
		{"one of a group", "", &tree{Choice: choice{Host: text("h"), Auto: true}}, nil},
		{"two of a group", "spec", &tree{Choice: choice{Host: text("h"), None: &struct{}{}}}, []string{"spec.choice.target"}},
		{"zero, and no pointer, is absent", "", &tree{Choice: choice{Host: text("h"), Hand: []leaf{}}}, nil},
		{"both groups", "", &choice{Host: text(""), Port: 1, Auto: true, Hand: []leaf{bad}}, []string{"host", "hand[0].name", "target", "mode"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := paths(t, message.Check(test.prefix, test.v))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestWords shows what callers read.
func TestWords(t *testing.T) {
	type rules struct {
		Rules []leaf `json:"rules" rule:"repeated.max_items=1"`
		Kind  string `json:"kind" rule:"message.required=true"`
		Count int    `json:"count" rule:"uint32.gte=1;uint32.lte=720"`
		One   choice `json:"one"`
	}
	err := message.Check("spec", &rules{Rules: make([]leaf, 2), Count: 721, One: choice{Port: 1, None: &struct{}{}}})
	want := "Field spec.rules should have at most 1 item, got 2 in request." +
		" Field spec.kind should be not nil, got nil in request." +
		" Field spec.count should be from 1 to 720 in request." +
		" Field spec.one.target should be at most one of its members, got port and none in request."
	if e, ok := errors.AsType[*iam.Error](err); !ok || e.Message != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestNothingRepeated: what was given may be a secret.
func TestNothingRepeated(t *testing.T) {
	for _, rule := range []string{"string.max_len=3", "string.const=a", `string.in=["a"]`, "string.pattern=^a$", "string.uri=true",
		"string.email=true", "string.ves_object_name=true", "string.k8s_label_value=true", "string.http_header_field=true", "string.uri_ref=true"} {
		err := message.Check("", one(rule, "hunter 2!"))
		if err == nil || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s: %v", rule, err)
		}
	}
}

// TestFaultsAreFew: a list of a hundred thousand wrong items does not make an
// answer of ten megabytes.
func TestFaultsAreFew(t *testing.T) {
	many := make([]leaf, 100_000)
	for i := range many {
		many[i] = leaf{"abc"}
	}
	if got := paths(t, message.Check("", many)); len(got) != 16 {
		t.Errorf("%d faults are told", len(got))
	}
	long := map[string]leaf{strings.Repeat("k", 100_000): {"abc"}}
	if got := paths(t, message.Check("", long)); len(got) != 1 || len(got[0]) > 100 {
		t.Errorf("a path has %d bytes", len(got[0]))
	}
}

// TestMalformedTag: a tag that says nothing sensible is found when its type is
// first checked, not when somebody breaks the rule.
func TestMalformedTag(t *testing.T) {
	type noName struct {
		A string `oneof:""`
	}
	type hidden struct {
		a string `rule:"string.max_len=1"` //nolint:unused // its tag is what is tried
	}
	type off struct {
		A string `json:"-" rule:"string.max_len=1"`
	}
	type offGroup struct {
		A string `json:"-" oneof:"x"`
	}
	for _, v := range []any{
		one("string.max_length=3", "a"), one("string.max_len", "a"), one("string.max_len=", "a"), one("=3", "a"), one("", "a"),
		one("string.max_len=-1", "a"), one("string.max_len=x", "a"), one("string.max_len=4294967296", "a"),
		one("string.max_len=1;string.max_len=2", "a"), one("string.max_len=1;", "a"), one("string.max_len=3", 1),
		one("string.uri=false", "a"), one("message.required=yes", "a"), one("string.pattern=(", "a"),
		one("string.in=Active", "a"), one("string.in=[]", "a"), one(`string.in=["a"`, "a"),
		one("uint32.lte=3", "a"), one("enum.in=[1]", "a"), one("enum.in=[3]", colour("RED")), one("enum.in=[3]", []colour{"RED"}),
		one("repeated.max_items=3", "a"), one("repeated.items.string.max_items=3", []string{}), one("repeated.items.string.max_len=3", []int{}),
		one("string.max_len=3", []string{}), one("map.keys.string.max_len=1", "a"), one("map.keys.string.max_len=1", map[int]string{}),
		one("map.values.x=1", map[string]string{}), &noName{}, &hidden{}, &off{}, &offGroup{},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%T: no panic", v)
				}
			}()
			_ = message.Check("", v)
		}()
	}
}
