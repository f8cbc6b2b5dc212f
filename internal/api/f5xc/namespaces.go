package f5xc

import "github.com/gatehouse-id/gatehouse/internal/api"

type Tenancy interface{}

func (d *dialect) namespaceOperations() []api.Operation { return nil }
