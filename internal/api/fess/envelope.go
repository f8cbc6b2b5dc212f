package fess

// Values of status, as the server's ApiResult has them.
const (
	statusOK           = 0
	statusBadRequest   = 1
	statusSystemError  = 2
	statusUnauthorized = 3
	statusFailed       = 9
)

// envelope is around every answer. The members of what is in it come in the
// order of the document; version, which the document leaves out, comes last.
type envelope[T any] struct {
	Response T `json:"response"`
}

type listed[T any] struct {
	Status   int    `json:"status"`
	Settings []T    `json:"settings"`
	Total    int    `json:"total" doc:"The number of all there are, not of those on the page."`
	Version  string `json:"version"`
}

type found[T any] struct {
	Status  int    `json:"status"`
	Setting T      `json:"setting"`
	Version string `json:"version"`
}

type changed struct {
	Status  int    `json:"status"`
	ID      string `json:"id"`
	Created bool   `json:"created"`
	Version string `json:"version"`
}

type failed struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
	Version string `json:"version"`
}

func listOf[T any](items []T, total int) envelope[listed[T]] {
	return envelope[listed[T]]{listed[T]{statusOK, items, total, version}}
}

func foundOne[T any](item T) envelope[found[T]] {
	return envelope[found[T]]{found[T]{statusOK, item, version}}
}

// created and updated are told apart by a flag; a deletion is answered like an
// update.
func created(handle string) envelope[changed] {
	return envelope[changed]{changed{statusOK, idOf(handle), true, version}}
}

func updated(handle string) envelope[changed] {
	return envelope[changed]{changed{statusOK, idOf(handle), false, version}}
}
