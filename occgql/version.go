package occgql

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalVersion writes a version of type int64 as the GraphQL scalar Version: a string, because clients that read JSON
// like JavaScript lose precision above 2^53, and an Int of GraphQL ends at 2^31. In gqlgen.yml:
//
//	models:
//	  Version:
//	    model: github.com/entocc/entocc/occgql.Version
func MarshalVersion(version int64) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		_, _ = io.WriteString(w, strconv.Quote(strconv.FormatInt(version, 10))) // gqlgen's writers keep their errors
	})
}

// UnmarshalVersion reads what [MarshalVersion] writes, or an integer. Everything else is an [*ExpectationError].
func UnmarshalVersion(sent any) (int64, error) {
	switch sent := sent.(type) {
	case string:
		return parseVersion(sent)
	case json.Number:
		return parseVersion(sent.String())
	case int64, int:
		return parseVersion(fmt.Sprint(sent))
	}
	return 0, malformed("a version is a string of digits, and not a %T", sent)
}

// parseVersion accepts only what MarshalVersion writes: the server never sent 03 or 3.0. A write from the largest
// version is impossible, because it has no successor.
func parseVersion(text string) (int64, error) {
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil || version == math.MaxInt64 || strconv.FormatInt(version, 10) != text {
		return 0, malformed("%.40q is not a version", text)
	}
	return version, nil
}

func malformed(format string, args ...any) error {
	return &ExpectationError{Code: CodeBadUserInput, Reason: fmt.Sprintf(format, args...)}
}
