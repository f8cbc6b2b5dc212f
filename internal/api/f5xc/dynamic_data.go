package f5xc

import (
	"context"
	"reflect"

	"github.com/go-json-experiment/json"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/gatehouse-id/gatehouse/internal/api"
	"github.com/gatehouse-id/gatehouse/internal/iam"
	"github.com/gatehouse-id/gatehouse/internal/object"
)

// dynamicForm asks for the rows of the table that a form has for a field.
type dynamicForm struct {
	Defaults  bool        `json:"defaults" doc:"What a new object has there, instead of what there is to choose."`
	FieldPath string      `json:"field_path" rule:"string.max_len=1024" doc:"Where the field is in the request: spec.origin_pools."`
	Namespace string      `json:"namespace"`
	Request   *suggestFor `json:"request_body,omitzero"`
}

type dynamicAnswer struct {
	Rows []detail `json:"rows" doc:"Each a google.protobuf.Struct, serialized."`
}

func (d *dialect) dynamicData(ctx context.Context, c *api.Call, in struct {
	inNamespace
	Body dynamicForm `body:"required"`
}) (dynamicAnswer, error) {
	answer := dynamicAnswer{Rows: []detail{}}
	f := in.Body
	if f.Defaults {
		if err := d.isNamespace(ctx, c.Actor, in.Namespace, f.Namespace); err != nil {
			return answer, err
		}
		if row := defaultsAt(f.Request.kind(), fieldPath(f.FieldPath)); row != nil {
			answer.Rows = append(answer.Rows, rowOf(row))
		}
		return answer, nil
	}
	found, err := d.suggest(ctx, c.Actor, in.Namespace, suggestForm{FieldPath: f.FieldPath, Namespace: f.Namespace, Request: f.Request})
	for _, s := range found.Items {
		answer.Rows = append(answer.Rows, rowOf(s.row()))
	}
	return answer, err
}

// isNamespace answers NotFound unless there is the namespace of the path, and
// Invalid where the body names another one.
func (d *dialect) isNamespace(ctx context.Context, by iam.Actor, path, body string) error {
	if err := repeats("namespace", body, path); err != nil {
		return err
	}
	_, err := d.Tenancy.Namespace(ctx, by, path)
	return err
}

// row has the columns of a suggestion.
func (s suggestion) row() map[string]any {
	row := map[string]any{"value": s.Value, "title": s.Title, "description": s.Description}
	if r := s.Reference; r != nil {
		row["name"], row["namespace"], row["tenant"] = r.Name, r.Namespace, r.Tenant
	}
	return row
}

// rowOf serializes a row; its values are those of JSON.
func rowOf(row map[string]any) detail {
	text, err := structpb.NewStruct(row)
	var value []byte
	if err == nil {
		value, err = proto.MarshalOptions{Deterministic: true}.Marshal(text)
	}
	if err != nil {
		panic("f5xc: a row that is no JSON: " + err.Error()) // it was made here
	}
	return detail{TypeURL: "type.googleapis.com/google.protobuf.Struct", Value: value}
}

// defaultsAt answers what a new object of a kind has at a path, as a row: the
// members of a message, each empty as proto3 has it. nil means that the kind is
// not known, or has no message there.
func defaultsAt(kind string, path []string) map[string]any {
	if len(path) == 0 || path[0] != "spec" {
		return nil
	}
	for _, k := range object.Kinds() {
		if k.Name != kind {
			continue
		}
		t := typeAt(k.Spec, path[1:])
		if t == nil || t.Kind() != reflect.Struct {
			return nil
		}
		var row map[string]any
		text, err := json.Marshal(reflect.Zero(t).Interface())
		if err == nil {
			err = json.Unmarshal(text, &row)
		}
		if err != nil {
			return nil // a text of its own, such as a time
		}
		return row
	}
	return nil
}
