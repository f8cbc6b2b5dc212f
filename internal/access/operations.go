package access

import (
	"github.com/gatehouse-id/gatehouse/internal/access/rbac"
	"github.com/gatehouse-id/gatehouse/internal/iam"
)

// Operation is one operation of this server, of whatever dialect. Method and
// Path are those that rules are about; Path is a template.
type Operation struct {
	Dialect    string
	ID         string
	Method     string
	Path       string
	Permission iam.Permission // empty where none is needed
}

func operationOf(e rbac.Endpoint) Operation {
	return Operation{Dialect: e.Dialect, ID: e.ID, Method: e.Method, Path: e.Path, Permission: e.Permission}
}

// Operations answers the operations that rules allow. It leaves out the rights
// that are asked for without an operation.
func (s *Service) Operations(rules []iam.Rule) []Operation {
	var operations []Operation
	set := s.catalog.Compile(rules)
	for i := range s.catalog.Len() {
		if e := s.catalog.Endpoint(i); set.Has(i) && e.Dialect != "" {
			operations = append(operations, operationOf(e))
		}
	}
	return operations
}
