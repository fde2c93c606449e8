package predicate

type User func()

type Page func()
