package main

// Resolver answers the fields of the API. The client is that of the context: in a mutation it is the transaction's.
type Resolver struct{}
