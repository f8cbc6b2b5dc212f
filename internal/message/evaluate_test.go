package message

import (
	"strings"
	"testing"
)

// TestEvaluate: each rule is kept by the good values and broken by the bad ones.
func TestEvaluate(t *testing.T) {
	for rule, c := range map[string]struct {
		bound     string
		good, bad []string
	}{
		"message.required":                      {"true", []string{"x", "0"}, []string{""}},
		"string.const":                          {"system", []string{"system"}, []string{"", "System"}},
		"string.min_len":                        {"2", []string{"가나", "abc"}, []string{"", "가"}},
		"string.max_len":                        {"2", []string{"", "가나"}, []string{"abc"}},
		"string.min_bytes":                      {"2", []string{"é"}, []string{"e"}},
		"string.max_bytes":                      {"2", []string{"é"}, []string{"éa"}},
		"string.not_empty":                      {"true", []string{" "}, []string{""}},
		"string.in":                             {`["A","B"]`, []string{"A"}, []string{"C", ""}},
		"string.not_in":                         {`[\"ves\",\"f5\"]`, []string{"me", ""}, []string{"f5"}},
		"string.pattern":                        {`^[^<>&\"]+$`, []string{"a;b=c"}, []string{"", "<"}},
		"string.email":                          {"true", []string{"a@b.example"}, []string{"a", "A <a@b.example>"}},
		"string.uri":                            {"true", []string{"https://a.example/x"}, []string{"/x", "a b"}},
		"string.uri_ref":                        {"true", []string{"/x", "https://a.example"}, []string{"a b"}},
		"string.http_header_field":              {"true", []string{"X-Real-IP"}, []string{"a b", ""}},
		"string.ves_object_name":                {"true", []string{"ab-1"}, []string{"1a", "A", "a-", strings.Repeat("a", 65)}},
		"string.k8s_label_value":                {"true", []string{"", "A_1"}, []string{"-a", "a b"}},
		"string.hostname":                       {"true", []string{"a.example", "A-1.example.", "localhost", "1.2"}, []string{"", ".", "a..b", "-a.example", "a_b", strings.Repeat("a", 64)}},
		"string.ip":                             {"true", []string{"10.0.0.1", "::1"}, []string{"10.0.0", "fe80::1%eth0", "10.0.0.0/8", ""}},
		"string.ipv4":                           {"true", []string{"10.0.0.1"}, []string{"::1", "010.0.0.1"}},
		"string.ipv6":                           {"true", []string{"2001:db8::1"}, []string{"10.0.0.1"}},
		"string.ip_prefix":                      {"true", []string{"10.0.0.0/8", "::/0"}, []string{"10.0.0.1", "10.0.0.0/33"}},
		"string.ipv4_prefix":                    {"true", []string{"10.0.0.0/8"}, []string{"::/0"}},
		"string.ipv6_prefix":                    {"true", []string{"::/0"}, []string{"10.0.0.0/8"}},
		"string.http_path":                      {"true", []string{"/", "/a/b%20c"}, []string{"", "a", "/a?b", "/%2"}},
		"uint32.gte":                            {"5", []string{"5", "4294967295"}, []string{"4", "-1", "x", "", "5.5", "4294967296"}},
		"uint32.lte":                            {"5", []string{"0", "5"}, []string{"6"}},
		"enum.in":                               {"[1,6]", []string{"6"}, []string{"2", "SIX"}},
		"repeated.min_items":                    {"1", []string{`["a"]`, `[{}]`}, []string{`[]`, ``, `{}`, `["a"`}},
		"repeated.max_items":                    {"1", []string{`[]`, `[1]`}, []string{`[1,2]`}},
		"repeated.unique":                       {"true", []string{`["a","b"]`, `[]`}, []string{`["a","a"]`, `[{"a":1,"b":2},{"b":2, "a":1}]`}},
		"repeated.items.string.max_len":         {"2", []string{`["ab",""]`}, []string{`["ab","abc"]`}},
		"repeated.items.string.ves_object_name": {"true", []string{`["ab"]`}, []string{`["Ab"]`}},
		"repeated.items.uint32.lte":             {"2", []string{`[1,2]`}, []string{`[3]`, `["a"]`}},
		"map.keys.string.max_len":               {"2", []string{`{"ab":"abc"}`}, []string{`{"abc":""}`, `[]`}},
		"map.values.string.min_len":             {"1", []string{`{"a":"b"}`}, []string{`{"a":""}`}},
	} {
		for _, spelled := range []string{rule, RulePrefix + rule} {
			for _, value := range c.good {
				if v := Evaluate(map[string]string{spelled: c.bound}, value); len(v) != 1 || !v[0].Known || v[0].Fault != "" || v[0].Rule != spelled {
					t.Errorf("%s=%s of %q: %+v", spelled, c.bound, value, v)
				}
			}
			for _, value := range c.bad {
				v := Evaluate(map[string]string{spelled: c.bound}, value)
				if len(v) != 1 || !v[0].Known || v[0].Fault == "" {
					t.Errorf("%s=%s of %q: %+v", spelled, c.bound, value, v)
				}
			}
		}
	}
}

// TestEvaluateUnknown: what is no rule is not kept, and is told.
func TestEvaluateUnknown(t *testing.T) {
	for rule, bound := range map[string]string{"": "true", "string": "1", "string.nothing": "true", "string.max_len": "many", "string.min_len": "-1", "string.in": "A",
		"string.email": "false", "string.pattern": "(", "uint32.lte": "x", "enum.in": "[]", "repeated.unique": "no", "map.keys.string": "1", "message.required": "1",
		"uint32.email": "true", "repeated.items.string.pattern": strings.Repeat("(a{100}){10}", 9)} {
		value := map[string]string{"uint": "1", "enum": "1", "repe": "[]", "map.": "{}"}[(rule + "    ")[:4]]
		if v := Evaluate(map[string]string{rule: bound}, value); len(v) != 1 || v[0].Known || v[0].Fault == "" {
			t.Errorf("%s=%s: %+v", rule, bound, v)
		}
	}
	if v := Evaluate(nil, "x"); len(v) != 0 {
		t.Errorf("no rules: %+v", v)
	}
}

// TestEvaluateTogether: verdicts are in the order of the words, and a bound that
// stands beside the form of a name is its own.
func TestEvaluateTogether(t *testing.T) {
	long := strings.Repeat("a", 70)
	v := Evaluate(map[string]string{"string.ves_object_name": "true", "ves.io.schema.rules.string.max_len": "80", "string.min_len": "80"}, long)
	if len(v) != 3 || v[0].Rule != "string.min_len" || v[0].Fault == "" || v[1].Fault != "" || v[2].Fault != "" {
		t.Errorf("%+v", v)
	}
}

func FuzzEvaluate(f *testing.F) {
	f.Add("string.pattern", "^a+$", "aaa")
	f.Add("repeated.items.string.max_len", "2", `["a"]`)
	f.Add("map.values.string.in", `["a"]`, `{"a":1e999}`)
	f.Add("enum.in", "[1]", "1")
	f.Fuzz(func(t *testing.T, rule, bound, value string) {
		v := Evaluate(map[string]string{rule: bound}, value)
		if len(v) != 1 || !v[0].Known && v[0].Fault == "" {
			t.Errorf("%+v", v)
		}
	})
}
