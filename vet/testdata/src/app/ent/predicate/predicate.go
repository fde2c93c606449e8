package predicate

type User func()
