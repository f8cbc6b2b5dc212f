package message_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/gatehouse-id/gatehouse/internal/message"
)

// FuzzIntegers holds what is read of a number against exact arithmetic, and
// each type against the widest.
func FuzzIntegers(f *testing.F) {
	for _, s := range []string{"0", "-1", "1e3", "1.0", "9223372036854775807", "9007199254740993.0", "1E-1", "4294967296", "0x1", "١"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if e := strings.IndexAny(s, "eE"); e >= 0 && len(s)-e > 4 {
			return // the exact number would not fit into memory
		}
		text, err := jsontext.AppendQuote(nil, s)
		if err != nil {
			return
		}
		var i64 int64
		var u64 uint64
		var i32 int32
		var u32 uint32
		wide := json.Unmarshal(text, &i64, message.JSON) == nil
		if wide {
			if exact, ok := new(big.Rat).SetString(s); !ok || exact.Cmp(new(big.Rat).SetInt64(i64)) != 0 {
				t.Errorf("%q is read as %d", s, i64)
			}
		}
		if json.Unmarshal(text, &u64, message.JSON) == nil {
			if exact, ok := new(big.Rat).SetString(s); !ok || exact.Cmp(new(big.Rat).SetInt(new(big.Int).SetUint64(u64))) != 0 {
				t.Errorf("%q is read as %d", s, u64)
			}
		}
		if got := json.Unmarshal(text, &i32, message.JSON) == nil; got != (wide && int64(int32(i64)) == i64) || got && int64(i32) != i64 {
			t.Errorf("%q is %d of 64 bits, %d of 32: %v", s, i64, i32, got)
		}
		if got := json.Unmarshal(text, &u32, message.JSON) == nil; got != (wide && int64(uint32(i64)) == i64) || got && int64(u32) != i64 {
			t.Errorf("%q is %d of 64 bits, %d of 32 without sign: %v", s, i64, u32, got)
		}
		if jsontext.Value(s).IsValid() && jsontext.Value(s).Kind() == '0' && s == strings.TrimSpace(s) {
			var bare int64
			if got := json.Unmarshal([]byte(s), &bare, message.JSON) == nil; got != wide || bare != i64 {
				t.Errorf("%s is read as %d, in a string as %d", s, bare, i64)
			}
		}
	})
}
