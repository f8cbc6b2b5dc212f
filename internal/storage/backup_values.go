package storage

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// written answers the form in which a backup has what a driver answered for a
// column of the type. NULL stays nil.
func (t ColumnType) written(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		if t == TypeText {
			return v, nil
		}
	case bool:
		if t == TypeBoolean {
			return v, nil
		}
	case int64:
		switch t {
		case TypeInteger:
			return v, nil
		case TypeBoolean: // SQLite has no such type
			return v != 0, nil
		}
	case []byte:
		if t == TypeBytes {
			return append([]byte{}, v...), nil // "" where it is empty; null is another thing
		}
	}
	return nil, fmt.Errorf("a value of Go type %T does not belong in it", v)
}

// read answers what a backup has for a column of the type, as both drivers
// take it.
func (t ColumnType) read(text json.RawMessage) (any, error) {
	if bytes.Equal(text, []byte("null")) {
		return nil, nil
	}
	switch t {
	case TypeInteger:
		return strconv.ParseInt(string(text), 10, 64)
	case TypeBoolean:
		return strconv.ParseBool(string(text))
	case TypeBytes:
		b := []byte{}
		err := json.Unmarshal(text, &b)
		return b, err
	default:
		var s string
		err := json.Unmarshal(text, &s)
		return s, err
	}
}
