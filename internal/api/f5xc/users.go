package f5xc

import "github.com/gatehouse-id/gatehouse/internal/api"

type Directory interface{}

func (d *dialect) userOperations() []api.Operation { return nil }
