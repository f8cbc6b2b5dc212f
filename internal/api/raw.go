package api

// Raw is an answer that may be something else than JSON: what Raw answers is
// sent as it is, unless it is nil. Such an answer is Headed too, and says there
// what type it is of.
type Raw interface{ Raw() []byte }
