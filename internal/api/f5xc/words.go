package f5xc

import (
	"errors"
	"strings"

	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// inWords tells of a broken rule of the core in the words of the wire: names
// are what the vendor calls the core's fields, those with an index without it.
// What has no name there keeps the core's.
func inWords(err error, names map[string]string) error {
	e, ok := errors.AsType[*iam.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	told := *e
	told.Fields = make([]iam.Field, len(e.Fields))
	messages := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		told.Fields[i] = fieldInWords(f, names)
		messages[i] = told.Fields[i].Message
	}
	told.Message = strings.Join(messages, " ")
	return &told
}

func fieldInWords(f iam.Field, names map[string]string) iam.Field {
	if strings.HasPrefix(f.Message, "Field ") {
		return f // ours already
	}
	path := f.Path
	list, index, _ := strings.Cut(path, "[")
	if member, ok := names[list]; ok {
		f.Path = member
		if index != "" {
			f.Path += "[" + index
		}
	}
	rest, ok := strings.CutPrefix(f.Message, path+" must ")
	switch {
	case ok:
		f.Message = "Field " + f.Path + " should " + rest + "."
	case f.Reason == iam.ReasonRequired:
		f.Message = "Field " + f.Path + " should be not nil, got nil in request."
	default:
		f.Message = "Field " + f.Path + " should be valid: " + strings.TrimPrefix(f.Message, path+": ") + "."
	}
	return f
}
