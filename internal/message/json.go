package message

import (
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// JSON are options of decoding (protobuf.dev, "ProtoJSON format"): an integer
// may be a string, and have a fraction or an exponent as long as it is whole;
// an Enum may be its number; a member may be spelled in lowerCamelCase. What
// is null is absent anyway, and unknown members are ignored.
var JSON = json.JoinOptions(
	// Names that match exactly are found first, so that it costs nothing
	// where callers write them as they are.
	json.MatchCaseInsensitiveNames(true),
	json.WithUnmarshalers(json.JoinUnmarshalers(
		signed[int](), signed[int32](), signed[int64](), unsigned[uint32](), unsigned[uint64](),
		json.UnmarshalFromFunc(readEnum),
	)),
)

// Enum is a type of strings whose values are numbered.
type Enum interface {
	// Names are the values by number; the first is that of an absent member.
	Names() []string
}

// Reasons not to take a value; they quote nothing of it.
var (
	errNoInteger = errors.New("not an integer of the type")
	errNoEnum    = errors.New("not a value of the enumeration")
)

// readEnum keeps the name of a value, of which the number may be given.
func readEnum(dec *jsontext.Decoder, e Enum) error {
	value, err := dec.ReadValue()
	if err != nil {
		return err
	}
	name, names := "", e.Names()
	switch value.Kind() {
	case 'n':
	case '"':
		if name = unquote(value); !slices.Contains(names, name) {
			return unfit(value, errNoEnum)
		}
	case '0':
		n, err := strconv.Atoi(string(value))
		if err != nil || n < 0 || n >= len(names) {
			return unfit(value, errNoEnum)
		}
		name = names[n]
	default:
		return unfit(value, errNoEnum)
	}
	reflect.ValueOf(e).Elem().SetString(name)
	return nil
}

func signed[T int | int32 | int64]() *json.Unmarshalers {
	bits := reflect.TypeFor[T]().Bits()
	return json.UnmarshalFromFunc(func(dec *jsontext.Decoder, to *T) error {
		value, text, err := readNumber(dec)
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(text, 10, bits)
		if err != nil {
			whole, ok := wholeNumber(text)
			if n = int64(whole); !ok || int64(T(n)) != n {
				return unfit(value, errNoInteger)
			}
		}
		*to = T(n)
		return nil
	})
}

func unsigned[T uint32 | uint64]() *json.Unmarshalers {
	bits := reflect.TypeFor[T]().Bits()
	return json.UnmarshalFromFunc(func(dec *jsontext.Decoder, to *T) error {
		value, text, err := readNumber(dec)
		if err != nil {
			return err
		}
		n, err := strconv.ParseUint(text, 10, bits)
		if err != nil {
			whole, ok := wholeNumber(text)
			if n = uint64(whole); !ok || whole < 0 || uint64(T(n)) != n {
				return unfit(value, errNoInteger)
			}
		}
		*to = T(n)
		return nil
	})
}

// readNumber answers the text of a number, which may stand in a string; that
// of null is "0".
func readNumber(dec *jsontext.Decoder) (value jsontext.Value, text string, err error) {
	switch value, err = dec.ReadValue(); {
	case err != nil:
		return nil, "", err
	case value.Kind() == 'n':
		return value, "0", nil
	case value.Kind() == '0':
		return value, string(value), nil
	case value.Kind() == '"':
		// Not what only Go reads as a number, such as 0x10, +1 and 1_000.
		if text = unquote(value); jsontext.Value(text).Kind() == '0' && jsontext.Value(text).IsValid() {
			return value, text, nil
		}
	}
	return nil, "", unfit(value, errNoInteger)
}

// wholeNumber reads what JSON can write of an integer beside its digits: 1e3,
// 1.0. From 2^53 on, where a float loses the last digits, only digits are taken.
func wholeNumber(text string) (float64, bool) {
	f, err := strconv.ParseFloat(text, 64)
	return f, err == nil && f == math.Trunc(f) && math.Abs(f) < 1<<53
}

func unquote(value jsontext.Value) string {
	text, _ := jsontext.AppendUnquote(nil, value) // the decoder has read it before
	return string(text)
}

func unfit(value jsontext.Value, why error) error {
	return &json.SemanticError{JSONKind: value.Kind(), Err: why}
}
