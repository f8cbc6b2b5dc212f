package object

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReferencesIn(t *testing.T) {
	tests := map[string]struct {
		spec string
		want []string // path kind namespace name
	}{
		"none":            {`{"a":1,"b":{"c":[]}}`, nil},
		"member":          {`{"app_firewall":{"name":"fw"}}`, []string{"/app_firewall app_firewall here fw"}},
		"array":           {`{"origin_pools":[{"name":"a"},{"name":"b","namespace":"shared"}]}`, []string{"/origin_pools/0 origin_pool here a", "/origin_pools/1 origin_pool shared b"}},
		"no s":            {`{"pool":[{"name":"a"}]}`, []string{"/pool/0 pool here a"}},
		"array in array":  {`{"pools":[[{"name":"a"}]]}`, []string{"/pools/0/0 pool here a"}},
		"own kind":        {`{"x":{"kind":"user_group","namespace":"system","name":"admins","uid":"1","tenant":"t"}}`, []string{"/x user_group system admins"}},
		"nested":          {`{"routes":[{"pool":{"name":"p"},"weight":1}]}`, []string{"/routes/0/pool pool here p"}},
		"null members":    {`{"pool":{"name":"a","namespace":null,"tenant":null}}`, []string{"/pool pool here a"}},
		"escaped":         {`{"a/b~c":{"pool":{"name":"a"}}}`, []string{"/a~1b~0c/pool pool here a"}},
		"other member":    {`{"pool":{"name":"a","port":1}}`, nil},
		"not a text":      {`{"pool":{"name":1}}`, nil},
		"namespace alone": {`{"pool":{"namespace":"shared"}}`, nil},
		"empty name":      {`{"pool":{"name":""}}`, nil},
		"empty":           {`{"pool":{}}`, nil},
		"the spec itself": {`{"kind":"pool","name":"a"}`, nil},
		"no kind's name":  {`{"My Pool":{"name":"a"},"Pool":{"name":"b"},"9p":{"name":"c"}}`, nil},
		"bad kind":        {`{"pool":{"name":"a","kind":"X Y"}}`, nil},
		"bad namespace":   {`{"pool":{"name":"a","namespace":"../x"}}`, nil},
		"invisible name":  {`{"pool":{"name":"a\u0000"},"pools":[{"name":"a\u202e"}]}`, nil},
		"long name":       {`{"pool":{"name":"` + strings.Repeat("a", 129) + `"}}`, nil},
		"in order":        {`{"b":{"name":"1"},"a":{"name":"2"}}`, []string{"/a a here 2", "/b b here 1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			found, err := referencesIn([]byte(tt.spec), "here")
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				got = append(got, strings.Join([]string{f.Path, f.Target.Kind, f.Target.Namespace, f.Target.Name}, " "))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestWithout(t *testing.T) {
	tests := []struct {
		spec string
		drop []string
		want string
	}{
		{`{"z":1.50,"a":"é\u0041","b":{"name":"x"}}`, []string{"/b"}, `{"z":1.50,"a":"é\u0041"}`},
		{`{"a":[{"name":"x"},{"name":"y"},{"name":"z"}]}`, []string{"/a/0", "/a/2"}, `{"a":[{"name":"y"}]}`},
		{`{"a":[{"name":"x"}]}`, []string{"/a/0"}, `{"a":[]}`},
		{`{"a/b":{"~":{"name":"x"},"k":[]}}`, []string{"/a~1b/~0"}, `{"a/b":{"k":[]}}`},
		{`{"a":{"name":"x"}}`, nil, `{"a":{"name":"x"}}`},
	}
	for _, tt := range tests {
		got, err := without([]byte(tt.spec), tt.drop)
		if err != nil || string(got) != tt.want && !sameJSON(got, []byte(tt.want)) {
			t.Errorf("%s without %v: %s, %v", tt.spec, tt.drop, got, err)
		}
	}
	got, err := without([]byte(`{"z":1.50,"a":1e2,"b":{"name":"x"}}`), []string{"/b"})
	if string(got) != `{"z":1.50,"a":1e2}` || err != nil {
		t.Errorf("order or numbers are not as they were: %s, %v", got, err)
	}
	if got, err := without([]byte(`{"a":`), nil); err == nil {
		t.Errorf("half of a text: %s", got)
	}
}

func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// FuzzReferences: whatever the spec, each reference that is found is where its
// path says, can name something, and is not found any more when it was taken out.
func FuzzReferences(f *testing.F) {
	for _, s := range []string{`{}`, `{"pool":{"name":"a"}}`, `{"pools":[{"name":"a"},{"name":"b","kind":"c"}],"x":{"pool":{"name":"a"}}}`,
		`{"":{"a~/":{"name":"x","kind":"y"}}}`, `[[[{"name":"x"}]]]`, `{"a":{"name":"\u0000"}}`, `{"a":1e999}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, spec []byte) {
		found, err := referencesIn(spec, "here")
		if err != nil {
			return
		}
		var pointers []string
		for _, r := range found {
			if !r.Target.valid() || r.Path == "" || dotted(r.Path) == "spec" {
				t.Fatalf("%+v in %s", r, spec)
			}
			pointers = append(pointers, r.Path)
		}
		if !slices.IsSorted(pointers) || len(slices.Compact(slices.Clone(pointers))) != len(pointers) {
			t.Fatalf("paths %v in %s", pointers, spec)
		}
		rest, err := without(spec, pointers)
		if err != nil {
			t.Fatalf("%s without %v: %v", spec, pointers, err)
		}
		left, err := referencesIn(rest, "here")
		if err != nil || len(left) != 0 && len(found) == 0 {
			t.Fatalf("%s without %v is %s, with %v, %v", spec, pointers, rest, left, err)
		}
		if len(found) == 0 && !sameJSON(spec, rest) {
			t.Fatalf("%s became %s", spec, rest)
		}
	})
}
