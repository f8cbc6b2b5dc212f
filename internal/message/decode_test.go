package message_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/message"
)

type base struct {
	Text string `json:"text"`
}

type wire struct {
	base
	I       int               `json:"i"`
	I32     int32             `json:"i32"`
	I64     int64             `json:"i64"`
	U32     uint32            `json:"u32"`
	U64     uint64            `json:"u64,string"`
	P       *uint32           `json:"p"`
	List    []int64           `json:"list"`
	Yes     bool              `json:"yes"`
	F       float64           `json:"f"`
	Colour  colour            `json:"the_colour"`
	PColour *colour           `json:"p_colour"`
	Colours []colour          `json:"colours"`
	ByName  map[string]colour `json:"by_name"`
	Sub     *wire             `json:"sub_message"`
	Subs    []wire            `json:"subs"`
	At      *time.Time        `json:"at"`
	Bytes   []byte            `json:"bytes"`
	Raw     jsontext.Value    `json:"raw"`
}

func TestDecode(t *testing.T) {
	green, seven := colour("GREEN"), uint32(7)
	for _, test := range []struct {
		text string
		want wire
	}{
		{`{"i":"-5","i32":"2147483647","i64":"-9223372036854775808","u32":"4294967295","u64":"18446744073709551615"}`,
			wire{I: -5, I32: math.MaxInt32, I64: math.MinInt64, U32: math.MaxUint32, U64: math.MaxUint64}},
		{`{"i":-5,"i32":-2147483648,"i64":9223372036854775807,"u32":0,"u64":18446744073709551615}`,
			wire{I: -5, I32: math.MinInt32, I64: math.MaxInt64, U64: math.MaxUint64}},
		{`{"i":1e3,"i32":-1.0,"i64":"1.5e1","u32":0.5E1,"u64":9007199254740991.0,"p":"7","list":[1,"2",3.0]}`,
			wire{I: 1000, I32: -1, I64: 15, U32: 5, U64: 1<<53 - 1, P: &seven, List: []int64{1, 2, 3}}},
		{`{"i":null,"u32":null,"p":null,"the_colour":null,"p_colour":null,"text":null,"sub_message":null,"subs":null,"at":null}`, wire{}},
		{`{"the_colour":"BLUE","p_colour":1,"colours":[0,"GREEN",2],"by_name":{"a":"RED"}}`,
			wire{Colour: "BLUE", PColour: &green, Colours: []colour{"RED", "GREEN", "BLUE"}, ByName: map[string]colour{"a": "RED"}}},
		{`{"theColour":"BLUE","pColour":"GREEN","subMessage":{"theColour":2}}`,
			wire{Colour: "BLUE", PColour: &green, Sub: &wire{Colour: "BLUE"}}},
		{`{"unknown":{"i":true},"raw":{"i":[true]}}`, wire{Raw: jsontext.Value(`{"i":[true]}`)}},
	} {
		var got wire
		if err := message.Decode("", []byte(test.text), &got); err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(wire{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}

// TestDecodeRefuses tells the member that is not of its type, and what it
// should be.
func TestDecodeRefuses(t *testing.T) {
	for _, test := range []struct{ text, path, should string }{
		{`{"i":"a"}`, "i", "be an integer of 64 bits"},
		{`{"i":true}`, "i", "be an integer of 64 bits"},
		{`{"i":""}`, "i", "be an integer of 64 bits"},
		{`{"i":" 1"}`, "i", "be an integer of 64 bits"},
		{`{"i":1.5}`, "i", "be an integer of 64 bits"},
		{`{"i":"0x10"}`, "i", "be an integer of 64 bits"},
		{`{"i":"Infinity"}`, "i", "be an integer of 64 bits"},
		{`{"i":"1_000"}`, "i", "be an integer of 64 bits"},
		{`{"i":"+1"}`, "i", "be an integer of 64 bits"},
		{`{"i":"01"}`, "i", "be an integer of 64 bits"},
		{`{"i":"null"}`, "i", "be an integer of 64 bits"},
		{`{"i64":9223372036854775808}`, "i64", "be an integer of 64 bits"},
		{`{"i64":9007199254740993.0}`, "i64", "be an integer of 64 bits"},
		{`{"i32":2147483648}`, "i32", "be an integer from -2147483648 to 2147483647"},
		{`{"i32":3e9}`, "i32", "be an integer from -2147483648 to 2147483647"},
		{`{"u32":-1}`, "u32", "be an integer from 0 to 4294967295"},
		{`{"u32":-1.0}`, "u32", "be an integer from 0 to 4294967295"},
		{`{"u32":4294967296}`, "u32", "be an integer from 0 to 4294967295"},
		{`{"u32":5e9}`, "u32", "be an integer from 0 to 4294967295"},
		{`{"u64":-1}`, "u64", "be an integer from 0, of 64 bits"},
		{`{"p":"x"}`, "p", "be an integer from 0 to 4294967295"},
		{`{"list":[1,{}]}`, "list[1]", "be an integer of 64 bits"},
		{`{"list":{}}`, "list", "be an array"},
		{`{"text":1}`, "text", "be a string"},
		{`{"yes":"true"}`, "yes", "be true or false"},
		{`{"f":"x"}`, "f", "be a number"},
		{`{"bytes":1}`, "bytes", "be a Base64 string"},
		{`{"at":"yesterday"}`, "at", "be a time in RFC 3339"},
		{`{"sub_message":[]}`, "sub_message", "be an object"},
		{`{"by_name":[]}`, "by_name", "be an object"},
		{`{"the_colour":"green"}`, "the_colour", "be one of RED, GREEN, BLUE, or the number of one"},
		{`{"the_colour":""}`, "the_colour", "be one of RED, GREEN, BLUE, or the number of one"},
		{`{"the_colour":"1"}`, "the_colour", "be one of RED, GREEN, BLUE, or the number of one"},
		{`{"the_colour":3}`, "the_colour", "be one of RED, GREEN, BLUE, or the number of one"},
		{`{"the_colour":-1}`, "the_colour", "be one of RED, GREEN, BLUE, or the number of one"},
		{`{"the_colour":0.5}`, "the_colour", "be one of RED, GREEN, BLUE, or the number of one"},
		{`{"the_colour":{}}`, "the_colour", "be one of RED, GREEN, BLUE, or the number of one"},
		{`{"p_colour":"x"}`, "p_colour", "be one of RED, GREEN, BLUE, or the number of one"},
		{`{"theColour":"x"}`, "the_colour", "be one of RED, GREEN, BLUE, or the number of one"},
		{`{"subs":[{},{"colours":["RED","PINK"]}]}`, "subs[1].colours[1]", "be one of RED, GREEN, BLUE, or the number of one"},
		{`{"subMessage":{"by_name":{"a.b":9}}}`, `sub_message.by_name["a.b"]`, "be one of RED, GREEN, BLUE, or the number of one"},
		{`[]`, "", "be an object"},
	} {
		var v wire
		err := message.Decode("", []byte(test.text), &v)
		e, ok := errors.AsType[*iam.Error](err)
		if !ok || e.Kind != iam.Invalid || len(e.Fields) != 1 {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		want := iam.Field{Path: test.path, Reason: e.Fields[0].Reason, Message: "Field " + test.path + " should " + test.should + " in request."}
		if test.path == "" {
			want.Message = "Field body should " + test.should + " in request."
		}
		if diff := cmp.Diff(want, e.Fields[0]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}

// TestDecodeChecks: what is of its type is held against the rules, below the
// prefix.
func TestDecodeChecks(t *testing.T) {
	for text, want := range map[string][]string{
		`{"name":"ab"}`:                nil,
		`{"name":"abc"}`:               {"spec.name"},
		`{"name":1}`:                   {"spec.name"},
		`{"many":[{},{"name":"abc"}]}`: {"spec.many[1].name"},
	} {
		var v tree
		if diff := cmp.Diff(want, paths(t, message.Decode("spec", []byte(text), &v))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// TestDecodeSyntax: the caller of Decode tells what is no JSON at all.
func TestDecodeSyntax(t *testing.T) {
	for _, text := range []string{`{`, `{"text":"a","text":"b"}`, `{"i":01}`, ``} {
		var v wire
		err := message.Decode("", []byte(text), &v)
		if err == nil || iam.KindOf(err) != iam.Internal {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// refusing decodes itself, and tells its own error.
type refusing struct{}

func (*refusing) UnmarshalJSON([]byte) error { return iam.E(iam.Invalid, "no such thing") }

func TestDecodeOwnError(t *testing.T) {
	var v struct {
		R refusing `json:"r"`
	}
	err := message.Decode("", []byte(`{"r":1}`), &v)
	if e, ok := errors.AsType[*iam.Error](err); !ok || e.Message != "no such thing" {
		t.Errorf("%v", err)
	}
}

// item and items are what is asked for most at once.
type item struct {
	Method string `json:"method"`
	Path   string `json:"path"`
}

type items struct {
	Lists []struct {
		ID    string `json:"list_id"`
		Items []item `json:"items" rule:"repeated.max_items=100"`
	} `json:"item_lists" rule:"repeated.max_items=1000"`
	Type colour `json:"type"`
}

func manyItems() []byte {
	one := `{"method":"GET","path":"/api/web/namespaces/system/user_groups"}`
	list := `{"list_id":"l","items":[` + strings.Repeat(one+",", 99) + one + `]}`
	return []byte(`{"item_lists":[` + strings.Repeat(list+",", 999) + list + `],"type":"GREEN"}`)
}

func BenchmarkDecode(b *testing.B) {
	text := manyItems()
	for name, options := range map[string]json.Options{"plain": json.JoinOptions(), "message": message.JSON} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				var v items
				if err := json.Unmarshal(text, &v, options); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	var v items
	if err := message.Decode("", manyItems(), &v); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := message.Check("", &v); err != nil {
			b.Fatal(err)
		}
	}
}
