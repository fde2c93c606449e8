package plainent

//go:generate go run entc.go
