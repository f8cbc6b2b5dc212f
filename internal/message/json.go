package message

import "github.com/go-json-experiment/json"

// JSON are options of decoding by which integers may be strings, and an Enum
// its number (protobuf.dev, "ProtoJSON format"). What is null is absent
// anyway, and unknown members are ignored.
var JSON = json.JoinOptions()

// Enum is a type of strings whose values are numbered.
type Enum interface {
	// Names are the values by number; the first is that of an absent member.
	Names() []string
}
