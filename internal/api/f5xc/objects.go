package f5xc

import "github.com/gatehouse-id/gatehouse/internal/api"

type Objects interface{}

func (d *dialect) objectOperations() []api.Operation { return nil }
