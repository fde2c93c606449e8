package rewrite

import (
	"fmt"
	"go/ast"
	"os"
	"strconv"
	"strings"

	"github.com/entocc/entocc/cmd/entocc/internal/project"
)

// AddExtension adds the extension to an entc.go that has none yet.
func AddExtension(e *project.Entc) ([]byte, error) {
	s, err := open(e.Path, e.Src)
	if err != nil {
		return nil, err
	}
	again, err := project.ParseEntc(e.Path, s.text) // Its positions are those without CR.
	if err != nil {
		return nil, err
	}
	s.fset, s.file = again.Fset, again.File
	log := project.ImportName(s.file, "log")
	if log == "" {
		s.addImport("", "log")
		log = "log"
	}
	s.addImport("entocc", project.EntoccPath+"/entc")
	s.insert(again.Stmt.Pos(), fmt.Sprintf("occExtension, err := entocc.NewExtension()\n\tif err != nil {\n\t\t%s.Fatalf(\"creating the entocc extension: %%v\", err)\n\t}\n\t", log))
	option := project.ImportName(s.file, project.EntcPath) + ".Extensions(occExtension)"
	call := again.Call
	if last := call.Args[len(call.Args)-1]; call.Ellipsis.IsValid() {
		s.insert(last.Pos(), "append(")
		s.insert(last.End(), ", "+option+")")
	} else {
		addElement(s, call.Rparen, call.Args, option)
	}
	shadowErr(s, again)
	return s.finish()
}

// shadowErr turns err := of the statement that calls entc.Generate into an assignment, because err is now declared
// before it.
func shadowErr(s *source, e *project.Entc) {
	a, ok := e.Stmt.(*ast.AssignStmt)
	if !ok || len(a.Lhs) != 1 || a.Tok.String() != ":=" {
		return
	}
	if id, ok := a.Lhs[0].(*ast.Ident); ok && id.Name == "err" {
		from := s.offset(a.TokPos)
		s.inserts = append(s.inserts, insert{from, from + len(":="), "="})
	}
}

// NewEntc writes an entc.go that does what ent's command did with these flags.
func NewEntc(f project.Flags, pkg string, buildFlags []string) ([]byte, error) {
	config, options, err := configOf(f, pkg, buildFlags)
	if err != nil {
		return nil, err
	}
	fieldImport := ""
	if f.IDType != "" && f.IDType != "int" {
		fieldImport = "\t\"entgo.io/ent/schema/field\"\n"
	}
	text := `//go:build ignore

package main

import (
	"log"

	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
` + fieldImport + `	entocc "` + project.EntoccPath + `/entc"
)

func main() {
	ext, err := entocc.NewExtension()
	if err != nil {
		log.Fatalf("creating the entocc extension: %v", err)
	}
	err = entc.Generate(` + strconv.Quote(f.Schema) + ", &gen.Config{" + config + "}" + options + `)
	if err != nil {
		log.Fatalf("running ent codegen: %v", err)
	}
}
`
	s, err := open("entc.go", []byte(text))
	if err != nil {
		return nil, err
	}
	s.formatted = true
	return s.finish()
}

// configOf writes the fields of the gen.Config, and the options, for flags of ent's command.
func configOf(f project.Flags, pkg string, buildFlags []string) (config, options string, err error) {
	var fields []string
	if f.Target != "" {
		fields = append(fields, "Target: "+strconv.Quote(f.Target), "Package: "+strconv.Quote(pkg))
	}
	if f.Header != "" {
		fields = append(fields, "Header: "+strconv.Quote(f.Header))
	}
	if f.IDType != "" && f.IDType != "int" {
		kind, ok := map[string]string{"int64": "TypeInt64", "uint": "TypeUint", "uint64": "TypeUint64", "string": "TypeString", "uuid": "TypeUUID"}[f.IDType]
		if !ok || kind == "TypeUUID" {
			return "", "", fmt.Errorf("ent generate has --idtype %s, which is not understood: declare field %q in the schemas instead", f.IDType, "id")
		}
		fields = append(fields, "IDType: &field.TypeInfo{Type: field."+kind+"}")
	}
	if len(buildFlags) > 0 {
		fields = append(fields, fmt.Sprintf("BuildFlags: %#v", buildFlags))
	}
	if len(fields) > 0 {
		config = "\n\t\t" + strings.Join(fields, ",\n\t\t") + ",\n\t"
	}
	options, err = optionsOf(f)
	return config, options, err
}

// optionsOf writes the options of entc.Generate for flags of ent's command.
func optionsOf(f project.Flags) (string, error) {
	var opts []string
	if f.Storage != "" && f.Storage != "sql" {
		return "", fmt.Errorf("ent generate has --storage %s: entocc needs SQL", f.Storage)
	}
	if len(f.Features) > 0 {
		quoted := make([]string, len(f.Features))
		for i, feature := range f.Features {
			quoted[i] = strconv.Quote(feature)
		}
		opts = append(opts, "entc.FeatureNames("+strings.Join(quoted, ", ")+")")
	}
	for _, t := range f.Templates {
		option, err := templateOption(t)
		if err != nil {
			return "", err
		}
		opts = append(opts, option)
	}
	opts = append(opts, "entc.Extensions(ext)")
	if len(opts) == 1 {
		return ", " + opts[0], nil
	}
	return ",\n\t\t" + strings.Join(opts, ",\n\t\t") + ",\n\t", nil
}

func templateOption(flag string) (string, error) {
	kind, path := "dir", flag
	if k, p, ok := strings.Cut(flag, "="); ok {
		kind, path = k, p
	}
	name, ok := map[string]string{"dir": "TemplateDir", "file": "TemplateFiles", "glob": "TemplateGlob"}[kind]
	if !ok {
		return "", fmt.Errorf("ent generate has --template %s, which is not understood", flag)
	}
	return fmt.Sprintf("entc.%s(%q)", name, path), nil
}

// Directive returns a file with the command of one of its go:generate lines replaced.
func Directive(path string, number int, command string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	lines := strings.SplitAfter(string(data), "\n")
	line := lines[number-1]
	end := line[len(strings.TrimRight(line, "\r\n")):]
	lines[number-1] = "//go:generate " + command + end
	return []byte(strings.Join(lines, "")), nil
}

// AddRuntime imports the runtime package of a client into a file.
func AddRuntime(path string, data []byte, pkg string) ([]byte, error) {
	s, err := open(path, data)
	if err != nil {
		return nil, err
	}
	s.addImport("_", pkg+"/runtime")
	return s.finish()
}
