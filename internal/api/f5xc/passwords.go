package f5xc

import "github.com/gatehouse-id/gatehouse/internal/api"

type accounts interface{}

func (d *dialect) passwordOperations() []api.Operation { return nil }
