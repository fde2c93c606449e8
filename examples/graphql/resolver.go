package main

// Resolver resolves the fields of the API. It takes the client from the context, which in a mutation is the transaction's.
type Resolver struct{}
